"""The live catalog: pg_catalog read over control connections of our own into immutable snapshots, one per database.

- *dsn*: where the server is and how to log in; *hosts*: which of several are meant; *connection*: the connection.
- *queries*: the SQL; *build*: its rows -> Relations and Functions; *terms*: constraints, privileges and the like.
- *load*: a snapshot, whole or by what has changed; *live* keeps one that follows its database;
  *rows*: how rows that went are noticed.
- *code*: what the database's own code says; *activity*: sizes and locks, right now; *secrets*: the auth query.

Knows no session and no plan. Writes nothing into any database.
"""

from lintel.catalog.activity import read_activity
from lintel.catalog.code import read_code
from lintel.catalog.connection import Control, connect, fresh_search_path
from lintel.catalog.dsn import Address, Endpoint, resolve
from lintel.catalog.hosts import Hosts
from lintel.catalog.live import Live
from lintel.catalog.load import read

__all__ = [
    "Address",
    "Control",
    "Endpoint",
    "Hosts",
    "Live",
    "connect",
    "fresh_search_path",
    "read",
    "read_activity",
    "read_code",
    "resolve",
]

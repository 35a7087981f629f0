"""The live catalog: pg_catalog read over control connections of our own into immutable snapshots, one per database.

Knows no session and no plan. Writes nothing into any database.
"""

from lintel.catalog.activity import read_activity
from lintel.catalog.code import read_code
from lintel.catalog.connection import connect, fresh_search_path
from lintel.catalog.dsn import Address, Endpoint, resolve
from lintel.catalog.hosts import Hosts
from lintel.catalog.live import Live
from lintel.catalog.load import read

__all__ = [
    "Address",
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

"""Changes of tables that no plan announced: who ran them, and which were seen in the catalog only.

A change that a client ran through Lintel is seen in the catalog as well: it counts as made past Lintel only where
nobody is known to have run it within an hour.
"""

import sqlite3
from typing import NamedTuple

from lintel.store.rows import Batch, UnplannedKey, utc

MAX_CHANGES = 10_000  # of a store; what is new beyond them is left out
_RECENTLY = 3600.0

SCHEMA = """
-- client is '' for what was seen in the catalog only; calls are those that ran, refused those that were not run.
CREATE TABLE unplanned (
    database TEXT NOT NULL, "table" TEXT NOT NULL, change TEXT NOT NULL, client TEXT NOT NULL, calls INTEGER NOT NULL,
    refused INTEGER NOT NULL, first_seen TEXT NOT NULL, last_seen TEXT NOT NULL,
    PRIMARY KEY (database, "table", change, client)
) WITHOUT ROWID;

CREATE VIEW unplanned_changes AS
SELECT database, "table", change, nullif(client, '') AS client, calls, refused, first_seen, last_seen FROM unplanned;
"""

_ADD = (
    "INSERT INTO unplanned SELECT :database, :table, :change, :client, :calls, :refused, :first, :last"
    " WHERE (SELECT count(*) FROM unplanned) < :room ON CONFLICT DO UPDATE SET calls = calls + excluded.calls,"
    " refused = refused + excluded.refused, first_seen = min(first_seen, excluded.first_seen),"
    " last_seen = max(last_seen, excluded.last_seen)"
)
_PAST = (
    "INSERT INTO unplanned SELECT :database, :table, :change, :client, 1, 0, :at, :at"
    " WHERE (SELECT count(*) FROM unplanned) < :room AND NOT EXISTS (SELECT 1 FROM unplanned WHERE database = :database"
    ' AND "table" = :table AND change = :change AND last_seen >= :recently)'
    " ON CONFLICT DO UPDATE SET calls = calls + 1, last_seen = excluded.last_seen"
)


class Past(NamedTuple):
    """A change that the catalog shows, and when it was seen there."""

    key: UnplannedKey
    seen: float


def add(connection: sqlite3.Connection, batch: Batch) -> None:
    """How often each ran and was refused."""
    times = {"first": utc(batch.since), "last": utc(batch.until), "room": MAX_CHANGES}
    connection.executemany(
        _ADD,
        [
            {**key._asdict(), "calls": calls * (not refused), "refused": calls * refused, **times}
            for (key, refused), calls in batch.unplanned.items()
        ],
    )


def add_past(connection: sqlite3.Connection, past: Past) -> bool:
    """Keep it, unless somebody ran it through Lintel; whether it was kept."""
    values = {**past.key._asdict(), "at": utc(past.seen), "recently": utc(past.seen - _RECENTLY), "room": MAX_CHANGES}
    return connection.execute(_PAST, values).rowcount > 0


def forget(connection: sqlite3.Connection, before: str) -> None:
    """Those that were not seen since."""
    connection.execute("DELETE FROM unplanned WHERE last_seen < ?", (before,))

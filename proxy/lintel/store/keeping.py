"""What becomes of old slots: hours are added up to days, days are forgotten, and who was not seen since then, too.

Piece by piece, each in a transaction of the caller's, so that no writer waits for long. Several writers may do it at
the same time: a piece that is done is not there any more.
"""

import sqlite3
from datetime import UTC, datetime, timedelta

from lintel.store import unplanned

HOURLY_DAYS = 14  # for so long hours are told apart
PIECE = 500

_WOULD = ("would_rewrite", "would_refuse")
_ADDED_UP = {  # table -> what tells its rows apart besides the slot, what is added up
    "calls": ("key", ("calls", "rewritten", "refused", "rows", *_WOULD)),
    "error": ("key, sqlstate", ("calls",)),
    "latency": ("key, bucket", ("calls",)),
    "side_calls": ("key", ("calls", "rewritten", "refused", *_WOULD)),
    "watched": ("database", ("observed", "other", "opaque", "dropped")),
}
_UNSEEN = "SELECT key FROM caller WHERE last_seen < ? LIMIT ?"
_UNUSED = (
    "SELECT id FROM statement WHERE NOT EXISTS (SELECT 1 FROM caller WHERE caller.statement = statement.id) LIMIT ?"
)


def tidy(connection: sqlite3.Connection, now: float, retention: float) -> bool:
    """Do one piece; whether there may be more. `retention` is in seconds, `now` since 1970."""
    today = datetime.fromtimestamp(now, UTC)
    days = (today - timedelta(days=HOURLY_DAYS)).date().isoformat()
    oldest = (today - timedelta(seconds=retention)).date().isoformat()
    return _add_up(connection, days) or _forget_slots(connection, oldest) or _forget_unseen(connection, oldest)


def _add_up(connection: sqlite3.Connection, before: str) -> bool:
    """The oldest hour into its day."""
    slots = [_oldest(connection, table, "length(slot) = 13 AND slot < ?", before) for table in _ADDED_UP]
    slot = min((slot for slot in slots if slot is not None), default=None)
    if slot is None:
        return False
    for table, (key, columns) in _ADDED_UP.items():
        sums = ", ".join(f"sum({name})" for name in columns)
        add = ", ".join(f"{name} = {name} + excluded.{name}" for name in columns)
        connection.execute(
            f"INSERT INTO {table} SELECT substr(slot, 1, 10), {key}, {sums} FROM {table} WHERE slot = ?"
            f" GROUP BY slot, {key} ON CONFLICT (slot, {key}) DO UPDATE SET {add}",
            (slot,),
        )
        connection.execute(f"DELETE FROM {table} WHERE slot = ?", (slot,))
    return True


def _forget_slots(connection: sqlite3.Connection, before: str) -> bool:
    found = False
    for table in _ADDED_UP:
        slot = _oldest(connection, table, "slot < ?", before)
        if slot is not None:
            connection.execute(f"DELETE FROM {table} WHERE slot = ?", (slot,))
            found = True
    connection.execute("DELETE FROM run WHERE heartbeat < ?", (before,))
    connection.execute("UPDATE run SET started = ? WHERE started < ?", (before, before))
    connection.execute("DELETE FROM carried WHERE heartbeat < ?", (before,))
    connection.execute("DELETE FROM side WHERE last_seen < ?", (before,))
    unplanned.forget(connection, before)
    return found


def _oldest(connection: sqlite3.Connection, table: str, condition: str, before: str) -> str | None:
    query = f"SELECT min(slot) FROM {table} WHERE {condition}"
    (slot,) = connection.execute(query, (before,)).fetchone()
    return slot if slot is None else str(slot)


def _forget_unseen(connection: sqlite3.Connection, before: str) -> bool:
    callers = connection.execute(f"DELETE FROM caller WHERE key IN ({_UNSEEN})", (before, PIECE)).rowcount
    if callers:
        return True
    unused = connection.execute(_UNUSED, (PIECE,)).fetchall()
    connection.executemany("DELETE FROM use WHERE statement = ?", unused)
    connection.executemany("DELETE FROM statement WHERE id = ?", unused)
    return bool(unused)

"""One batch into the tables, within the transaction of whoever calls: rows that are there already are added to."""

import json
import sqlite3
from collections import Counter

from lintel.store.rows import Batch, Observation, Recorded, day, hour, utc

MAX_STATEMENTS = 100_000  # of a store; what is new beyond them is dropped, and counted

_RUN = (
    "INSERT INTO run VALUES (:run, :since, :heartbeat, :interval, :closing, :number) ON CONFLICT (id) DO UPDATE SET"
    " heartbeat = max(heartbeat, excluded.heartbeat), interval = excluded.interval, closed = excluded.closed,"
    " number = coalesce(excluded.number, number)"
)
_WATCHED = (
    "INSERT INTO watched VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (slot, database) DO UPDATE SET"
    " observed = observed + excluded.observed, other = other + excluded.other, opaque = opaque + excluded.opaque,"
    " dropped = dropped + excluded.dropped"
)
_CALLER = (
    "INSERT INTO caller VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET"
    " first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen),"
    " refusal = coalesce(excluded.refusal, refusal)"
)
_CALLS = (
    "INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (slot, key) DO UPDATE SET"
    " calls = calls + excluded.calls, rewritten = rewritten + excluded.rewritten, refused = refused + excluded.refused,"
    " rows = rows + excluded.rows, would_rewrite = would_rewrite + excluded.would_rewrite,"
    " would_refuse = would_refuse + excluded.would_refuse"
)
_ERRORS = (
    "INSERT INTO error VALUES (?, ?, ?, ?) ON CONFLICT (slot, key, sqlstate) DO UPDATE SET"
    " calls = calls + excluded.calls"
)
_TIMES = (
    "INSERT INTO latency VALUES (?, ?, ?, ?) ON CONFLICT (slot, key, bucket) DO UPDATE SET"
    " calls = calls + excluded.calls"
)
_SIDE = (
    "INSERT INTO side VALUES (:key, :database, :plan, :table, :client, :side, :known, :first, :last)"
    " ON CONFLICT (key) DO UPDATE SET"
    " first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)"
)
_SIDE_CALLS = (
    "INSERT INTO side_calls VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (slot, key) DO UPDATE SET"
    " calls = calls + excluded.calls, rewritten = rewritten + excluded.rewritten, refused = refused + excluded.refused,"
    " would_rewrite = would_rewrite + excluded.would_rewrite, would_refuse = would_refuse + excluded.would_refuse"
)
_CARRIED = (
    "INSERT INTO carried VALUES (?, ?, ?, ?) ON CONFLICT (run, plan, started) DO UPDATE SET"
    " heartbeat = max(heartbeat, excluded.heartbeat)"
)
_CHANGING = ("rewrite", "refuse", "would_rewrite", "would_refuse")  # verdicts that are told apart
# Syntax error; undefined or ambiguous column, table, function.
_NOT_UNDERSTOOD = ("42601", "42703", "42702", "42P01", "42883")


def is_in(connection: sqlite3.Connection, run: str, number: int | None) -> bool:
    """Whether this batch was added before: its COMMIT may have failed only as far as the writer could see."""
    found = connection.execute("SELECT number FROM run WHERE id = ?", (run,)).fetchone()
    return number is not None and found is not None and found[0] is not None and found[0] >= number


def add_statement(connection: sqlite3.Connection, statement: Recorded) -> None:
    """It may be there already; what it uses is never taken back."""
    path = json.dumps(statement.search_path)
    connection.execute(
        "INSERT INTO statement VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET verb = excluded.verb, opaque = excluded.opaque",
        (statement.id, statement.database, path, statement.sql, statement.verb, statement.opaque),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO use VALUES (?, ?, ?, ?)",
        [(statement.id, use.table, use.column or "", use.kind) for use in statement.uses],
    )


def beyond(connection: sqlite3.Connection, ids: list[str]) -> set[str]:
    """Those of them for which there is no room: new ones, once the store has as many statements as it may."""
    (count,) = connection.execute("SELECT count(*) FROM statement").fetchone()
    if count + len(ids) <= MAX_STATEMENTS:
        return set()
    new = [one for one in ids if not connection.execute("SELECT 1 FROM statement WHERE id = ?", (one,)).fetchone()]
    return set(new[max(0, MAX_STATEMENTS - count) :])


def add_observations(connection: sqlite3.Connection, batch: Batch, seen: list[Observation]) -> None:
    """Their calls, into the slot of the batch or of their own time."""
    span = utc(batch.since), utc(batch.until)
    slot = hour(batch.until)
    callers, calls, errors, times = [], [], [], []
    for one in seen:
        key, (first, last), at = one.key, span, slot
        if one.seen is not None:
            (first, last), at = (utc(one.seen[0]), utc(one.seen[1])), day(one.seen[1])
        callers.append((key, one.statement.id, one.client, first, last, one.refusal))
        rewritten, refused, *would = (one.verdicts.get(verdict, 0) for verdict in _CHANGING)
        calls.append((at, key, one.calls, rewritten, refused, one.rows, *would))
        errors += [(at, key, sqlstate, failed) for sqlstate, failed in one.errors.items()]
        times += [(at, key, bucket, timed) for bucket, timed in one.timed.items()]
    connection.executemany(_CALLER, callers)
    connection.executemany(_CALLS, calls)
    connection.executemany(_ERRORS, errors)
    connection.executemany(_TIMES, times)


def add_sides(connection: sqlite3.Connection, batch: Batch) -> None:
    """Who was on which side of which plan."""
    first, last, slot = utc(batch.since), utc(batch.until), hour(batch.until)
    keys = {key for key, _ in batch.sides}
    connection.executemany(_SIDE, [{**key._asdict(), "key": key.digest, "first": first, "last": last} for key in keys])
    connection.executemany(
        _SIDE_CALLS,
        [
            (slot, key.digest, calls, *(calls * (verdict == one) for one in _CHANGING))
            for (key, verdict), calls in batch.sides.items()
        ],
    )


def add_window(connection: sqlite3.Connection, run: str, batch: Batch, lost: set[str]) -> None:
    """That the time of the batch was watched, and how well; for the statements `lost` there was no room."""
    heartbeat = utc(batch.until if batch.last else batch.since)
    connection.execute(
        _RUN,
        {"run": run, "since": utc(batch.since), "heartbeat": heartbeat, "interval": batch.interval,
         "closing": batch.closing and batch.last, "number": batch.number},
    )  # fmt: skip
    plans = ((run, plan, utc(started), heartbeat) for plan, started in batch.plans.items())
    connection.executemany(_CARRIED, plans)
    slot = hour(batch.until)
    rows = _counted(batch, lost)
    connection.executemany(_WATCHED, [(slot, database, *counts) for database, counts in rows.items()])


def _counted(batch: Batch, lost: set[str]) -> dict[str, tuple[int, int, int, int]]:
    observed: Counter[str] = Counter()
    opaque: Counter[str] = Counter()
    dropped = Counter(batch.dropped)
    for one in batch.observations:
        if one.statement.id in lost:
            dropped[one.statement.database] += one.calls
            continue
        observed[one.statement.database] += one.calls
        opaque[one.statement.database] += _not_understood(one)
    return {
        base: (observed[base], batch.other.get(base, 0), opaque[base], dropped[base])
        for base in {*observed, *batch.other, *dropped}
    }


def _not_understood(seen: Observation) -> int:
    """Calls of an opaque statement, less those that the server did not understand either."""
    if seen.statement.opaque is None:
        return 0
    return max(0, seen.calls - sum(seen.errors.get(sqlstate, 0) for sqlstate in _NOT_UNDERSTOOD))

"""What is in the way of the DDL right now: who holds a lock that it has to wait for (ADD-16), how large the table is.

What is there comes from outside, as values; here it is only judged.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from lintel.impact.assess import Finding
from lintel.impact.locks import Ddl

LONG = 60.0  # seconds, from where on a transaction is told of in any case
SNAPSHOT = "snapshot"
_MODES = (
    "AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock",
    "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock",
)  # fmt: skip
# Of each mode those that conflict with it, by their places above (manual, table 13.2).
_CONFLICTS = ((7,), (6, 7), (4, 5, 6, 7), (3, 4, 5, 6, 7), (2, 3, 5, 6, 7), range(2, 8), range(1, 8), range(8))


class Holder(NamedTuple):
    """A transaction that has a lock on a table, or on a partition of it."""

    pid: int | None  # None: a prepared transaction
    client: str  # its application_name, else its user
    state: str  # pg_stat_activity.state
    mode: str  # pg_locks.mode
    seconds: float  # age of the transaction


class Standing(NamedTuple):
    """A table at this moment, with its partitions and children."""

    rows: int | None  # pg_class.reltuples; None: never analysed
    bytes: int | None  # with indexes and TOAST; None: locked by somebody
    holders: tuple[Holder, ...] = ()
    others: tuple[Holder, ...] = ()  # transactions of the database that have no lock on it; mode: "snapshot" or ""


def in_the_way(ddl: Ddl, standing: Standing) -> tuple[Holder, ...]:
    """Who has to end before the statement gets its lock, the oldest first."""
    conflicting = {_MODES[place] for place in _CONFLICTS[_MODES.index(ddl.lock)]}
    holders = (holder for holder in standing.holders if holder.mode in conflicting)
    return tuple(sorted(holders, key=_youth))


def in_the_way_later(ddl: Ddl, standing: Standing) -> tuple[Holder, ...]:
    """Transactions that it need not wait for now, the oldest first: long ones, and snapshots where they count.

    They may come to use the table before it does; CONCURRENTLY waits for their snapshots, and to those a table that is
    rewritten is empty (REWRITES).
    """
    now = set(in_the_way(ddl, standing))
    counts = ddl.concurrently or ddl.rewrites_table
    found = (one for one in (*standing.holders, *standing.others) if one not in now)
    return tuple(sorted((one for one in found if one.seconds >= LONG or (counts and one.mode == SNAPSHOT)), key=_youth))


def _youth(holder: Holder) -> float:
    return -holder.seconds


def findings(ddl: Iterable[Ddl], now: Mapping[str, Standing]) -> Iterator[Finding]:
    """ADD-16 for every session that a statement would wait for."""
    for one in ddl:
        standing = now.get(one.table or "")
        for holder in in_the_way(one, standing) if standing is not None else ():
            who = f"session {holder.pid}" if holder.pid is not None else "a prepared transaction"
            text = (
                f"it waits for {one.lock} on {one.table} behind {holder.client} ({holder.mode}, {holder.state}, "
                f"transaction of {holder.seconds:.0f} s), and every later statement waits behind it"
            )
            yield Finding("ADD-16", text, "55P03", object=f"{who} of {holder.client}", place=one.place)

"""Whether a plan may be released: its change is made everywhere, and for long enough no old client was seen.

Asks a store, so it knows what was observed and nothing besides: who did not come in that time is not known.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from lintel.plan import Plan
from lintel.report.wording import counted, lasting, readable, unknown
from lintel.schema import Schema
from lintel.shield.phase import phase
from lintel.store import Filter, Reader, SideRow
from lintel.store.rows import seconds, utc

LATE_SECONDS = 60.0  # a store whose last heartbeat is older is not being written


class Obstacles(NamedTuple):
    """What speaks against it; nothing: it may be released."""

    reasons: list[str]
    clients: list[SideRow]  # of the old table, seen within the quiet time; the last one first


def obstacles(reader: Reader, plan: Plan, databases: Iterable[str], quiet: float, now: float) -> Obstacles:
    """`databases` are those where the plan holds, by the names that clients ask for; `quiet` is in seconds."""
    since = utc(now - quiet)
    catalogs = {name: reader.catalog(name) for name in databases}
    rows = [row for row in reader.sides(Filter(since=since)) if _is_old(row, plan)]
    old = sorted(rows, key=lambda row: row.last_seen, reverse=True)
    return Obstacles([*_of_phases(plan, catalogs), *_of_time(reader, plan, since, now)], old)


def _is_old(row: SideRow, plan: Plan) -> bool:
    return (row.key.plan, row.key.table, row.key.side) == (plan.id, plan.table, "old")


def _of_phases(plan: Plan, catalogs: Mapping[str, Schema | None]) -> Iterator[str]:
    """Of databases that do not have the table nothing is asked, as long as one has it."""
    phases = {name: phase(plan, schema) for name, schema in catalogs.items()}
    if all(found == "unknown" for found in phases.values()):
        yield f"no database in the store has the table {plan.table}"
    for name, found in phases.items():
        if found == "announced":
            yield f"in {name} the change is not made: {plan.ddl}"
        elif found == "filling":
            yield f"in {name} the column may still have NULLs that the backfill is to fill; make it NOT NULL"
        elif found == "landing":
            yield f"in {name} parked values have not all landed"
        elif found == "amiss":
            yield f"in {name} the table {plan.table} is neither of the two that the plan speaks of"


def _of_time(reader: Reader, plan: Plan, since: str, now: float) -> Iterator[str]:
    """Absence is evidence only of a time that was watched, with the plan in force."""
    watched = reader.carried(plan.id)
    if watched.start is None or watched.end is None:
        yield "the plan was never in force while this store was written"
        return
    if watched.start > since:
        yield f"the plan is in force since {readable(watched.start)}, which is not {lasting(now - seconds(since))} yet"
    recent = reader.carried(plan.id, max(since, watched.start))
    if now - seconds(watched.end) > LATE_SECONDS:
        yield f"nothing was watched with the plan in force since {readable(watched.end)}"
    yield from (line.rstrip(".").replace("N", "n", 1) for line in unknown(recent))
    lost = reader.window(since).dropped
    if lost:
        yield f"{counted(lost, 'observation')} lost"

"""How far the change of a plan has come, as a snapshot shows it."""

from typing import Literal

from lintel.plan import Plan, parking
from lintel.schema import Schema
from lintel.shield.tables import Covered

# announced: the table is as it was; present: the change is made; landing: it is, and values that were parked are still
# on their way; filling: it is, and until it is NOT NULL the column's NULLs stand for what the backfill gives;
# amiss: the table is neither of the plan's two; unknown: there is no such table, or no snapshot.
Phase = Literal["announced", "present", "landing", "filling", "released", "amiss", "unknown"]


def phase(plan: Plan, schema: Schema | None) -> Phase:
    """Of one plan in one database."""
    if plan.released:
        return "released"
    if schema is None or (plan.schema, plan.name) not in schema.by_name:
        return "unknown"
    covered = Covered(schema, [plan])
    if covered.amiss([plan.id]) is not None:
        return "amiss"
    if plan.id not in covered.shown([plan.id]):
        return "announced"
    marker = schema.by_name.get((parking.SCHEMA, parking.marker(plan.id)))
    landing = marker is not None and marker.column(parking.IN_FORCE) is not None
    if landing:
        return "landing"
    return "filling" if plan.id in covered.unfilled else "present"

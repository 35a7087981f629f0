"""Since when parked values are in their column, as far as snapshots of the catalog have shown it."""

from collections.abc import Mapping
from typing import NamedTuple

from lintel.plan import Plan, parking
from lintel.schema import Schema


class Landed(NamedTuple):
    """The transaction (an xid8) by which they are; not exact: at the latest that one, or one that began before it."""

    xid: int
    exact: bool


def landings(plans: tuple[Plan, ...], schema: Schema, before: Mapping[str, Landed]) -> dict[str, Landed]:
    """Of the plans that park and whose column counts, by id; `before` is what was known of the same plans."""
    found: dict[str, Landed] = {}
    for plan in plans:
        relation = schema.by_name.get((plan.schema, plan.name))
        marker = schema.by_name.get((parking.SCHEMA, parking.marker(plan.id)))
        names = [] if marker is None else [column.name for column in marker.columns]
        parks = plan.shield.absent_writes == "park" and parking.IN_FORCE not in names
        if parks and relation is not None and relation.column(plan.change.column) is not None:
            told = (Landed(xid, exact=True) for xid in map(parking.landed_by, names) if xid is not None)
            found[plan.id] = next(told, before.get(plan.id) or Landed(schema.next_xid - 1, exact=False))
    return found

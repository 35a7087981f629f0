"""Since when values are in their columns, parked ones and those of filled rows, as far as the catalog has shown it."""

from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple

from lintel.plan import Plan, parking
from lintel.schema import Column, Schema


class Landed(NamedTuple):
    """By which transaction (an xid8); not exact: by that one at the latest, or by one that began before it."""

    xid: int
    exact: bool
    since: int  # the number of the first moment at which they were there


def same_columns(plans: Iterable[Plan], before: Iterable[Plan]) -> set[str]:
    """Ids of the plans that are for the columns that they were for before."""
    columns = {(plan.id, plan.table, plan.change.column) for plan in before}
    return {plan.id for plan in plans if (plan.id, plan.table, plan.change.column) in columns}


def landings(
    plans: Iterable[Plan], schema: Schema, number: int, before: Mapping[str, Landed], same: Container[str]
) -> dict[str, Landed]:
    """Of the plans that park and whose column counts, by id; `before` is what was known, of the same columns."""
    found: dict[str, Landed] = {}
    for plan in plans:
        if plan.shield.absent_writes != "park" or _column(plan, schema) is None:
            continue
        marker = schema.by_name.get((parking.SCHEMA, parking.marker(plan.id)))
        names = [] if marker is None else [column.name for column in marker.columns]
        if parking.IN_FORCE not in names:
            xid = next((one for one in map(parking.landed_by, names) if one is not None), None)
            found[plan.id] = _landed(xid, schema, number, before.get(plan.id) if plan.id in same else None)
    return found


def _landed(xid: int | None, schema: Schema, number: int, before: Landed | None) -> Landed:
    if xid is None:
        return before or Landed(max(0, schema.next_xid - 1), exact=False, since=number)
    return Landed(xid, exact=True, since=before.since if before is not None and before.xid == xid else number)


def fillings(
    plans: Iterable[Plan], schema: Schema, number: int, before: Mapping[str, int], same: Container[str]
) -> dict[str, int]:
    """The plans all of whose rows have been filled, by id -> the number of the first moment at which they were."""
    columns = ((plan.id, _column(plan, schema)) for plan in plans if plan.fills)
    come = (i for i, column in columns if column is not None and column.not_null)
    return {i: before.get(i, number) if i in same else number for i in come}


def _column(plan: Plan, schema: Schema) -> Column | None:
    relation = schema.by_name.get((plan.schema, plan.name))
    return None if relation is None else relation.column(plan.change.column)

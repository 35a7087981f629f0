"""Logical tables: a relation with some of its plans' columns present.

One construction serves both sides of the comparison: what a client was built for, and what a permitted schema holds.
A planned column's key is its plan's id in either, see schema.logical.
"""

from collections.abc import Iterable, Iterator
from itertools import product

from lintel.plan import Plan
from lintel.schema.logical import LogicalColumn, LogicalTable
from lintel.schema.snapshot import Relation, Schema

MAX_SCHEMAS = 16  # permitted combinations that one statement is proved under: four plans at once


class Covered:
    """The relations that a set of plans speaks of: the tables and their partitions and children."""

    __slots__ = ("by_oid", "plans", "schema")

    def __init__(self, schema: Schema, plans: Iterable[Plan]) -> None:
        self.schema = schema
        self.plans = {plan.id: plan for plan in plans}
        self.by_oid: dict[int, list[Plan]] = {}
        for plan in self.plans.values():
            relation = schema.by_name.get((plan.schema, plan.name))
            for oid in schema.family(relation.oid) if relation is not None else ():
                self.by_oid.setdefault(oid, []).append(plan)

    def tables(self, oids: Iterable[int], present: frozenset[str]) -> dict[int, LogicalTable]:
        """The covered ones among the relations, with just the `present` plans' columns."""
        return {oid: self._table(oid, present) for oid in oids if oid in self.by_oid}

    def _table(self, oid: int, present: frozenset[str]) -> LogicalTable:
        relation = self.schema.relations[oid]
        planned = {plan.change.column: plan for plan in self.by_oid[oid]}
        columns = []
        for column in relation.columns:
            plan = planned.pop(column.name, None)
            if plan is None:
                columns.append(LogicalColumn(column.name, column.attnum))
            elif plan.id in present:
                columns.append(LogicalColumn(column.name, plan.id))
        # ADD COLUMN puts a column last.
        columns += [LogicalColumn(name, plan.id) for name, plan in planned.items() if plan.id in present]
        return LogicalTable(relation, tuple(columns))

    def shown(self, ids: Iterable[str]) -> frozenset[str]:
        """The plans among `ids` whose column the catalog shows."""
        return frozenset(plan_id for plan_id in ids if self._is_shown(self.plans[plan_id]))

    def _is_shown(self, plan: Plan) -> bool:
        relation: Relation | None = self.schema.by_name.get((plan.schema, plan.name))
        return relation is not None and relation.column(plan.change.column) is not None


def subsets(ids: tuple[str, ...], fixed: dict[str, bool]) -> Iterator[frozenset[str]]:
    """Every set of present plans that `fixed` leaves open, the emptiest first."""
    choices = [(fixed[i],) if i in fixed else (False, True) for i in ids]
    found = [frozenset(i for i, is_in in zip(ids, picked, strict=True) if is_in) for picked in product(*choices)]
    yield from sorted(found, key=lambda s: (len(s), sorted(s)))

"""Logical tables: a relation with some of its plans' changes made.

One construction serves both sides of the comparison: what a client was built for, and what a permitted schema holds.
A planned column's key is its plan's id in either, whatever it is called there, see schema.logical; a column of another
type is another column, so its key says of which side.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import product

from lintel.plan import Add, Drop, Memory, Plan, Rename, Retype, Side
from lintel.plan.types import TypeName, parse_type
from lintel.schema.logical import LogicalColumn, LogicalTable
from lintel.schema.snapshot import Column, Relation, Schema
from lintel.shield.side_table import is_astray, parkable, side_table
from lintel.sql.quoting import quote_qualified

MAX_SCHEMAS = 16  # permitted combinations, each of which a statement is proved under: of four plans at once
MAX_PLANS = 16  # of more than those four a statement is proved under one change at a time

SIDES: tuple[Side, Side] = ("old", "new")
Done = frozenset[str]  # ids of the plans whose change has been made


class Covered:
    """The relations that a set of plans speaks of: the tables and their partitions and children."""

    __slots__ = (
        "_made",
        "_older",
        "astray",
        "awaited",
        "by_oid",
        "doubts",
        "made",
        "mixed",
        "parked",
        "plans",
        "schema",
        "unfilled",
    )

    def __init__(
        self,
        schema: Schema,
        plans: Iterable[Plan],
        made: frozenset[tuple[str, str]] = frozenset(),
        *,
        older: bool = False,
    ) -> None:
        self.schema = schema
        self._older = older  # for a snapshot of the rows that may be older than all that has been filled
        self.made = made  # (schema, name) of relations beside the schema's, of which no plan speaks
        self.plans = {plan.id: plan for plan in plans}
        self.by_oid: dict[int, list[Plan]] = {}
        for plan in self.plans.values():
            relation = schema.by_name.get((plan.schema, plan.name))
            for oid in _members(plan, relation, schema) if relation is not None else ():
                self.by_oid.setdefault(oid, []).append(plan)
        # A child has the column before its parent does: what an absent one reads as there, nobody can say.
        self.mixed = frozenset(plan.id for plan in self.plans.values() if self._is_mixed(plan))
        self.doubts = dict(self._doubted())
        sides = ((plan.id, side_table(plan, schema)) for plan in self.plans.values())
        self.parked = {plan_id: side for plan_id, side in sides if side is not None and self._parks(side.plan)}
        self.astray = frozenset(plan.id for plan in self.plans.values() if is_astray(plan, schema))
        # Nothing is parked for these yet, or not any longer; but somebody may begin before the next snapshot.
        self.awaited = frozenset(p.id for p in self.plans.values() if p.id not in self.parked and self._parks(p))
        # The column may hold NULLs that stand for what the backfill will give.
        self.unfilled = frozenset(plan.id for plan in self.plans.values() if self._is_unfilled(plan))
        self._made: dict[tuple[int, Done], LogicalTable] = {}  # asked for by every statement that touches one

    def _doubted(self) -> Iterator[tuple[int, Plan]]:
        """Children that had a column when they were attached: before its parent did, or because of it; and its plan."""
        for oid, plans in self.by_oid.items():
            for plan in plans:
                column = self.schema.relations[oid].column(plan.change.column)
                if column is not None and column.own and isinstance(plan.change, Add | Drop):
                    yield oid, plan

    def _is_mixed(self, plan: Plan) -> bool:
        relation = self.schema.by_name.get((plan.schema, plan.name))
        if relation is None or not isinstance(plan.change, Add):
            return False
        return any(plan not in self.by_oid.get(oid, ()) for oid in self.schema.family(relation.oid))

    def _is_unfilled(self, plan: Plan) -> bool:
        if not plan.fills or plan.shield.absent_reads != "default":
            return False
        relation = self.schema.by_name.get((plan.schema, plan.name))
        column = relation.column(plan.change.column) if relation is not None else None
        return column is None or self._older or not column.not_null

    def _parks(self, plan: Plan) -> bool:
        """Whether writes may be parked: to one table, with a key that no plan changes."""
        relation = self.schema.by_name.get((plan.schema, plan.name))
        if plan.shield.absent_writes != "park" or relation is None or not parkable(relation):
            return False
        moving = {name for other in self.by_oid[relation.oid] for name in other.names}
        family = len(self.schema.family(relation.oid)) > 1 or bool(relation.parents)
        return not family and moving.isdisjoint(c.name for c in relation.columns if c.attnum in relation.primary_key)

    def tables(self, done: Done) -> Mapping[int, LogicalTable]:
        """The covered relations with just the changes of those plans made; each made when it is asked for."""
        return _Tables(self, done)

    def table(self, oid: int, done: Done) -> LogicalTable:
        """One of them."""
        key = (oid, done.intersection(plan.id for plan in self.by_oid[oid]))
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self._table(*key)
        return found

    def _table(self, oid: int, done: Done) -> LogicalTable:
        relation = self.schema.relations[oid]
        planned = {name: plan for plan in self.by_oid[oid] for name in plan.names}
        columns: list[LogicalColumn] = []
        found: dict[str, int] = {}
        moved: list[Plan] = []
        for column in relation.columns:
            plan = planned.get(column.name)
            if plan is None:
                columns.append(LogicalColumn(column.name, column.attnum))
            elif plan.id not in found:
                found[plan.id] = column.attnum
                if plan.id not in done and self._has_moved(plan, relation):
                    moved.append(plan)
                else:
                    columns += _columns(plan, done)
        for plan in self.by_oid[oid]:
            if plan.id not in found or plan in moved:
                at = self._place(plan, relation, columns)
                columns[at:at] = _columns(plan, done)
        keys = tuple((attnum, self._key(plan_id, done)) for plan_id, attnum in found.items())
        made = (plan for plan in self.by_oid[oid] if plan.memory is not None and plan.memory.made == "generated")
        gone = frozenset(self._key(plan.id, done) for plan in made if plan.id not in found)
        return LogicalTable(relation, tuple(columns), keys, tuple(self._types(relation, found)), gone)

    def _types(self, relation: Relation, found: Mapping[str, int]) -> Iterator[tuple[str, str]]:
        """(plan id, type) of the columns that it may be said of, by where they are found if they are there."""
        there = {column.attnum: column.type for column in relation.columns}
        for plan in self.by_oid[relation.oid]:
            if isinstance(plan.change, Retype):
                continue
            with suppress(LookupError):
                yield plan.id, there[found[plan.id]] if plan.id in found else plan.type.sql

    def _place(self, plan: Plan, relation: Relation, columns: list[LogicalColumn]) -> int:
        """Where a column stands that the relation does not have: last, as ADD COLUMN puts it, or where it was.

        What stood before it may have been known by its other name then.
        """
        before = self._before(plan, relation)
        return len(columns) if before is None else self._behind(relation, before, columns)

    def _behind(self, relation: Relation, before: Iterable[str], columns: Sequence[Column | LogicalColumn]) -> int:
        """The place behind the last of those columns."""
        known = [self._names(relation.oid, column.name) for column in columns]
        return max((at for at, names in enumerate(known, 1) if not names.isdisjoint(before)), default=0)

    def _before(self, plan: Plan, relation: Relation) -> tuple[str, ...] | None:
        """The columns that stood before one that has gone; None where that is not known."""
        names, column = self._remembered(plan, relation), plan.change.column
        found = names[: names.index(column)] if column in names else None
        parent = self._parent(plan, relation)
        if found is not None or parent is None or self.unplaced(parent.oid) is not None:
            return found
        # It came after the column had gone, or nobody was there before: it stands where its parent has it, if what is
        # before it there came with the table.
        above = self._before(plan, parent)
        at = len(parent.columns) if above is None else self._behind(parent, above, parent.columns)
        first = tuple(column.name for column in parent.columns[:at])
        same = [(c.attnum, c.name) for c in relation.columns[:at]] == list(enumerate(first, 1))
        return first if same else None

    def _has_moved(self, plan: Plan, relation: Relation) -> bool:
        """Whether another column has got the name of one that is retyped: it stands elsewhere than that one did."""
        names, column = self._remembered(plan, relation), plan.change.column
        if not isinstance(plan.change, Retype) or column not in names:
            return False
        now = [name.name for name in relation.columns]
        before = set(names[: names.index(column)]).intersection(now)
        return before != set(now[: now.index(column)]).intersection(names)

    def _parent(self, plan: Plan, relation: Relation) -> Relation | None:
        """The table from which it has a column that has gone."""
        has = (oid for oid in relation.parents if plan in self.by_oid.get(oid, ()))
        parent = next(has, None)
        return self.schema.relations[parent] if parent is not None and isinstance(plan.change, Drop) else None

    def _is_lost(self, plan: Plan, relation: Relation) -> bool:
        """Whether a stranger stands where it was: maybe one of those before it, by a name that no plan tells of."""
        before = self._before(plan, relation)
        if before is None:
            return False
        known = [self._names(relation.oid, column.name) for column in relation.columns]
        last = self._behind(relation, before, relation.columns)
        stranger = last < len(known) and known[last].isdisjoint(self._remembered(plan, relation))
        return stranger and not set(before) <= set().union(*known)

    def _remembered(self, plan: Plan, relation: Relation) -> tuple[str, ...]:
        """The names of the columns that it had while the one that has gone was there; none where nobody was there."""
        if plan.memory is None:
            return ()
        own = self.schema.by_name.get((plan.schema, plan.name))
        restored = own is None or (_table_name(own), own.oid) not in plan.memory.oids
        return plan.memory.names(_table_name(relation), relation.oid, restored=restored) or ()

    def _names(self, oid: int, name: str) -> set[str]:
        """Every name that a column of a relation goes by."""
        return {name}.union(*(plan.names for plan in self.by_oid[oid] if name in plan.names))

    def _key(self, plan_id: str, done: Done) -> str:
        plan = self.plans[plan_id]
        return key_of(plan, side_of(plan, done))

    def plan(self, key: object) -> Plan | None:
        """The plan that a column's key speaks of, if it is a planned one."""
        return self.plans.get(key.partition(":")[0]) if isinstance(key, str) else None

    def shown(self, ids: Iterable[str]) -> Done:
        """The plans among `ids` whose change the catalog shows."""
        return frozenset(plan_id for plan_id in ids if self._is_shown(self.plans[plan_id]))

    def _is_shown(self, plan: Plan) -> bool:
        relation = self.schema.by_name.get((plan.schema, plan.name))
        if relation is None:
            return False
        after = plan.change.name("new")
        if isinstance(plan.change, Retype):
            return _has_type(relation, plan, "new")
        if after is not None:
            return relation.column(after) is not None
        before = plan.change.name("old")
        return before is not None and relation.column(before) is None

    def amiss(self, ids: Collection[str], done: Done | None = None) -> Plan | None:
        """A plan that the table does not fit: a renamed column under both names or neither, one of a third type.

        Or what is parked for it is another table's: of no matter to who does not know the column (`done`).
        """
        for plan_id in ids:
            plan = self.plans[plan_id]
            relation = self.schema.by_name.get((plan.schema, plan.name))
            if relation is not None and _is_amiss(plan, relation):
                return plan
        astray = self.astray and self.astray.intersection(ids if done is None else done)
        return next((self.plans[i] for i in astray if i in ids), None) if astray else None

    def name(self, plan: Plan, done: Done) -> str | None:
        """What a planned column is called where those changes have been made; None: it is not there."""
        return plan.change.name(side_of(plan, done))

    def doubt(self, oids: Iterable[int]) -> Plan | None:
        """A plan whose column one of them may have by itself."""
        return next((self.doubts[oid] for oid in oids if oid in self.doubts), None)

    def unplaced(self, oid: int) -> Plan | None:
        """A plan whose column has gone from that relation, and nobody knows from which place."""
        relation = self.schema.relations[oid]
        plans = [plan for plan in self.by_oid.get(oid, ()) if isinstance(plan.change, Drop)]
        gone = [plan for plan in plans if not relation.column(plan.change.column)]
        moved = next((plan for plan in gone if self._is_lost(plan, relation)), None)
        if moved is not None:
            return moved
        unknown = [plan for plan in gone if self._before(plan, relation) is None]
        astray = next((plan for plan in unknown if self._parent(plan, relation)), None)
        if astray is not None:
            return astray
        # A column that is dropped leaves a gap among the numbers, unless it was the last.
        without_gap = all(number == column.attnum for number, column in enumerate(relation.columns, 1))
        return unknown[0] if unknown and not (without_gap and len(gone) == 1) else None


def _members(plan: Plan, table: Relation, schema: Schema) -> Iterator[int]:
    """The table, its partitions and children; not who has the column by itself, before and after the change."""
    comes_or_goes = isinstance(plan.change, Add | Drop)
    for oid in schema.family(table.oid):
        if not (comes_or_goes and _by_itself(schema.relations[oid], plan.change.column, table, schema)):
            yield oid


def _by_itself(relation: Relation, name: str, table: Relation, schema: Schema) -> bool:
    """Whether it has a column without that table: by its own definition, or from somebody else."""
    column = relation.column(name)
    if column is None or relation.oid == table.oid:
        return False
    if not relation.parents or table.column(name) is None or (column.own and not _was_attached(relation, table)):
        return True
    return any(_by_itself(schema.relations[oid], name, table, schema) for oid in relation.parents)


def _was_attached(relation: Relation, table: Relation) -> bool:
    """Whether a child has come by ALTER TABLE .. INHERIT: all that it has of its parent is its own."""
    inherited = {column.name for column in table.columns}
    return all(column.own for column in relation.columns if column.name in inherited)


class _Tables(Mapping[int, LogicalTable]):
    """Of however many plans, a statement asks for few tables."""

    __slots__ = ("_covered", "_done")

    def __init__(self, covered: Covered, done: Done) -> None:
        self._covered = covered
        self._done = done

    def __getitem__(self, oid: int) -> LogicalTable:
        return self._covered.table(oid, self._done)

    def __contains__(self, oid: object) -> bool:
        return oid in self._covered.by_oid

    def __iter__(self) -> Iterator[int]:
        return iter(self._covered.by_oid)

    def __len__(self) -> int:
        return len(self._covered.by_oid)


def permits(plan: Plan, relation: Relation) -> bool:
    """Whether the planned column is on a table as the plan says on one side or the other, its type included."""
    if isinstance(plan.change, Rename | Retype):
        return not _is_amiss(plan, relation)
    column = relation.column(plan.change.column)
    try:
        return column is None or _typed(column) == plan.type
    except LookupError:
        return True  # nobody has said its type


def _is_amiss(plan: Plan, relation: Relation) -> bool:
    if isinstance(plan.change, Retype):
        return plan.type_on("old") is not None and not any(_has_type(relation, plan, side) for side in SIDES)
    return len(plan.names) > 1 and len([name for name in plan.names if relation.column(name)]) != 1


def side_of(plan: Plan, done: Done) -> Side:
    """The side of the change that a schema is on."""
    return "new" if plan.id in done else "old"


def key_of(plan: Plan, side: Side) -> str:
    """The key of the planned column on a side."""
    return f"{plan.id}:new" if side == "new" and isinstance(plan.change, Retype) else plan.id


def _has_type(relation: Relation, plan: Plan, side: Side) -> bool:
    column, expected = relation.column(plan.change.column), plan.type_on(side)
    return column is not None and expected is not None and _typed(column) == expected


def _typed(column: Column) -> TypeName | None:
    try:
        return parse_type(column.type + (f" COLLATE {column.collation}" if column.collation else ""))
    except ValueError:
        return None


def _columns(plan: Plan, done: Done) -> list[LogicalColumn]:
    side = side_of(plan, done)
    name = plan.change.name(side)
    return [] if name is None else [LogicalColumn(name, key_of(plan, side))]


def remembering(plan: Plan, schema: Schema) -> Plan:
    """The plan with what the catalog shows of a column that is to go; the same one where there is nothing new."""
    relation = schema.by_name.get((plan.schema, plan.name))
    column = relation.column(plan.change.column) if relation is not None else None
    if not isinstance(plan.change, Drop | Retype) or relation is None or column is None:
        return plan
    if isinstance(plan.change, Retype) and _has_type(relation, plan, "new"):
        return plan
    family = [schema.relations[oid] for oid in sorted(schema.family(relation.oid))]
    orders = tuple((_table_name(r), tuple(c.name for c in r.columns)) for r in family)
    oids = tuple((_table_name(r), r.oid) for r in family)
    collation = f" COLLATE {column.collation}" if column.collation else ""
    made = "generated" if column.generated else "identity" if column.identity else ""
    memory = Memory(column.type + collation, column.default, orders, oids, made)
    return plan if plan.memory == memory else replace(plan, memory=memory)


def _table_name(relation: Relation) -> str:
    return quote_qualified(relation.schema, relation.name)


def subsets(ids: tuple[str, ...], fixed: dict[str, bool]) -> list[Done]:
    """Every set of changes made that `fixed` leaves open, the emptiest first."""
    choices = [(fixed[i],) if i in fixed else (False, True) for i in ids]
    return in_order(frozenset(i for i, is_in in zip(ids, picked, strict=True) if is_in) for picked in product(*choices))


def in_order(found: Iterable[Done]) -> list[Done]:
    """Each once, the emptiest first."""
    return sorted(frozenset(found), key=lambda s: (len(s), sorted(s)))

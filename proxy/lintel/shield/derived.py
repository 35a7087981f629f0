"""The derived table that stands for a relation as a client sees it (docs/traps.md, "The forms").

Nobody tells us which names the database holds when the text is analysed, so scoping decides: a planned column stays
unqualified and is looked up from the inside outwards, the real column first, what stands in for it behind.
"""

from dataclasses import dataclass

from lintel.analysis.meanings import Col, Expr, Meaning
from lintel.analysis.resolution import Source
from lintel.plan import Plan, Rename, Retype, parking
from lintel.plan.types import parse_type
from lintel.schema.logical import LogicalColumn
from lintel.shield import parked_value
from lintel.shield.case import Case, Unserved, own_value
from lintel.shield.folding import barrier
from lintel.shield.retype import cast_read
from lintel.shield.splices import HELPER
from lintel.shield.tables import SIDES, key_of
from lintel.sql.quoting import quote_ident


def derived(case: Case, source: Source, columns: list[LogicalColumn], system: list[str], *, only: bool) -> str:
    """`(SELECT ...)` with these of the client's columns, and with these system columns.

    Raises Unserved where nothing can stand in for a column that may be absent.
    """
    planned = [(c, plan) for c in columns if (plan := case.plan(c.key)) is not None]
    parts = _Parts(case, source, columns, system, only)
    renamed = [(c, plan) for c, plan in planned if isinstance(plan.change, Rename)]
    absent = [(c, plan) for c, plan in planned if not isinstance(plan.change, Rename | Retype)]
    absent = [(c, plan) for c, plan in absent if case.imaginable(c.key) or case.shown_name(c.key) is None]
    for column, _ in absent:
        case.assert_imaginable(column.key)
    if any(case.parked(c.key) or case.unfilled(c.key) for c, _ in absent):
        if any(isinstance(plan.change, Rename | Retype) for _, plan in planned):
            raise Unserved("a column that is parked or filled cannot be read beside a renamed or retyped one")
        return parts.stored(absent, locked=_locks(case.statement))
    if renamed:
        return parts.renamed(renamed, absent)
    return parts.imagined(absent) if absent else f"(SELECT {parts.listed} FROM {parts.table})"


def constants(source: Source, columns: list[LogicalColumn], case: Case) -> dict[str, Meaning]:
    """What the columns of the spliced-in row of constants stand for, by name."""
    found: dict[str, Meaning] = {}
    for column in columns:
        plan = case.plan(column.key)
        if plan is not None and isinstance(plan.change, Rename):
            # The other name where the database does not have it: nothing that a client may come to see.
            found[_other(plan, column)] = Expr(source.at, -1)
        elif plan is not None and not isinstance(plan.change, Retype):
            found[column.name] = Col(source.at, source.table.relation.oid, column.key)
    return found


def casts(source: Source, columns: list[LogicalColumn], case: Case) -> dict[Meaning, Meaning]:
    """What the columns of another type stand for where they are cast to the client's."""
    oid = source.table.relation.oid
    found: dict[Meaning, Meaning] = {}
    for column in columns:
        plan = case.plan(column.key)
        if plan is not None and isinstance(plan.change, Retype):
            for side in SIDES:
                found[Col(source.at, oid, key_of(plan, side))] = Col(source.at, oid, column.key)
    return found


def as_query(case: Case, source: Source, names: list[str]) -> str:
    """COPY's table as a query over the client's columns, for a column that may be absent or have another name.

    COPY takes the table's own rows, without its children's (manual, COPY: Notes).
    """
    table = case.tables[source.table.relation.oid]
    by_name = {column.name: column for column in table.columns}
    q = case.alias("q")
    listed = ", ".join(f"{q}.{quote_ident(name)}" for name in names)
    return f"(SELECT {listed} FROM {derived(case, source, [by_name[name] for name in names], [], only=True)} AS {q})"


def _locks(node: object) -> bool:
    """Whether a query locks rows: it sees them as they are by then."""
    if isinstance(node, list):
        return any(map(_locks, node))
    if isinstance(node, dict):
        return "lockingClause" in node or any(map(_locks, node.values()))
    return False


def _other(plan: Plan, column: LogicalColumn) -> str:
    """The name that a renamed column has for those who were built for the other table."""
    change = plan.change
    assert isinstance(change, Rename)
    return change.column if column.name == change.to else change.to


@dataclass(frozen=True, slots=True)
class _Parts:
    """The pieces that the forms are made of."""

    case: Case
    source: Source
    columns: list[LogicalColumn]
    system: list[str]
    only: bool

    @property
    def alias(self) -> str:
        """The client's own name for the item, which is what EXPLAIN shows; ours where a bare name could mean it."""
        name = self.source.item.name
        planned = {name for plan in self.case.covered.by_oid[self.source.table.relation.oid] for name in plan.names}
        return self.case.alias("t") if name is None or name in planned else quote_ident(name)

    @property
    def table(self) -> str:
        """The relation under its alias, TABLESAMPLE included (T4).

        By the name that the client gives it: a table that somebody has put ahead of it in the search_path a moment ago
        is the one that is meant, as it is in the client's own text.
        """
        node = self.source.node
        name = quote_ident(node["relname"])
        if "schemaname" in node:
            name = f"{quote_ident(node['schemaname'])}.{name}"
        text = f"{'ONLY ' if self.only else ''}{name} AS {self.alias}"
        if self.source.sample is None:
            return text
        start, end = self.case.spans.sample(self.source.sample["location"])
        return f"{text} {self.case.text[start:end].decode()}"

    @property
    def listed(self) -> str:
        """T15: every column qualified, but for the planned ones, which scoping decides."""
        t = self.alias
        return ", ".join([*(self._column(t, c) for c in self.columns), *(f"{t}.{name}" for name in self.system)])

    def _column(self, alias: str, column: LogicalColumn) -> str:
        plan, name = self.case.plan(column.key), quote_ident(column.name)
        own = f"{alias}.{name}"
        if plan is None or not (isinstance(plan.change, Rename | Retype) or self.case.imaginable(column.key)):
            return own
        return f"{cast_read(plan, column.key, own)} AS {name}" if isinstance(plan.change, Retype) else name

    def imagined(self, absent: list[tuple[LogicalColumn, Plan]]) -> str:
        """Columns that may be absent: the real one where there is one, else a value."""
        x, d = self.case.alias("x"), self.case.alias(HELPER)
        if any(plan.imagined_columns for _, plan in absent):
            return self._row_first(f", LATERAL (SELECT {self._values(absent)}{self._barrier(absent)}) {d}")
        inner = f"(SELECT {self.listed} FROM {self.table})"
        return f"(SELECT {x}.* FROM (SELECT {self._values(absent)}{barrier(self.case)}) {d}, LATERAL {inner} {x})"

    def stored(self, absent: list[tuple[LogicalColumn, Plan]], *, locked: bool) -> str:
        """Columns some of whose values are parked, or not filled in yet: those first, else what `imagined` gives.

        The marker is analysed and folded away. A join with the side table cannot be locked, see shield.parked_value.
        """
        t, (q, i, d) = self.alias, map(self.case.alias, ("q", "i", HELPER))
        sides = {c.key: side for c, _ in absent if (side := self.case.parked(c.key)) is not None}
        aliases = {key: self.case.alias(f"p{number}") for number, key in enumerate(sides)}
        joins = "".join(f" LEFT JOIN {s.table} AS {aliases[k]} ON {s.matches(aliases[k], t)}" for k, s in sides.items())
        values = ", ".join(self._value_of(c, plan, aliases.get(c.key), locked=locked) for c, plan in absent)
        given = {c.key for c, _ in absent}  # others of plans have landed: they fail where they have gone
        names = [f"{d if c.key in given else t}.{quote_ident(c.name)}" for c in self.columns]
        markers = " OR ".join(f"EXISTS ({side.in_force(self.case.alias('m'))})" for side in sides.values())
        return (
            f"(SELECT {', '.join([*names, *(f'{t}.{name}' for name in self.system)])} "
            f"FROM {self.table}{'' if locked else joins}, "
            f"LATERAL (SELECT {self._values(absent)}{f' WHERE true OR {markers}' if markers else ''}) {i}, "
            f"LATERAL (SELECT {values} FROM (SELECT {t}.*) {q}{'' if locked else barrier(self.case)}) {d})"
        )

    def _value_of(self, column: LogicalColumn, plan: Plan, alias: str | None, *, locked: bool) -> str:
        name, side = quote_ident(column.name), self.case.parked(column.key)
        if side is not None and locked:
            return f"{parked_value.value(self.case, self.alias, plan, side)} AS {name}"
        value = own_value(self.case, plan)
        if side is not None:
            parked = f"WHEN {alias}.{parking.key_column(1)} IS NOT NULL THEN {alias}.{parking.VALUE}"
            value = f"CASE {parked} ELSE {value} END"
        return f"{value} AS {name}"

    def renamed(self, renamed: list[tuple[LogicalColumn, Plan]], absent: list[tuple[LogicalColumn, Plan]]) -> str:
        """Columns that have another name, maybe: the client's name first, behind it the other one.

        Where the table has neither, `point` would be the column's type: then the condition fails in analysis, and
        where it has one it is folded away.
        """
        x, d, f = self.case.alias("x"), self.case.alias(HELPER), self.case.alias("f")
        names = [(quote_ident(c.name), quote_ident(_other(plan, c))) for c, plan in renamed]
        strays = ", ".join(f"{self._stray(c)} AS {other}" for (c, _), (_, other) in zip(renamed, names, strict=True))
        beside = f", LATERAL (SELECT {', '.join(f'{other} AS {name}' for name, other in names)}) {f}"
        if absent:
            beside += f", LATERAL (SELECT {self._values(absent)}{self._barrier(absent)}) {d}"
        body = self._row_first(beside, f" WHERE true OR {' OR '.join(self._typed(c) for c, _ in renamed)}")
        return f"(SELECT {x}.* FROM (SELECT {strays}) {d}, LATERAL {body} {x})"

    def _row_first(self, beside: str, condition: str = "") -> str:
        """The row, what is made of it, and once more the row as what may have the column."""
        x, q, t = self.case.alias("x"), self.case.alias("q"), self.alias
        inner = f"(SELECT {self.listed} FROM (SELECT {t}.*) {q}{condition})"
        return f"(SELECT {x}.* FROM {self.table}{beside}, LATERAL {inner} {x})"

    def _barrier(self, absent: list[tuple[LogicalColumn, Plan]]) -> str:
        """A row that somebody else has changed before it is locked is read again; what stands behind OFFSET is not."""
        found, of_row = barrier(self.case), [plan for _, plan in absent if plan.imagined_columns]
        if not found or not of_row or not _locks(self.case.statement):
            return found
        if len(of_row) < len(absent):
            raise Unserved("rows are locked whose columns that may be absent are read as constants and as expressions")
        return ""

    def _values(self, absent: list[tuple[LogicalColumn, Plan]]) -> str:
        t = self.alias
        try:
            return ", ".join(f"{plan.imagined_in(t)} AS {quote_ident(c.name)}" for c, plan in absent)
        except (LookupError, ValueError) as why:
            raise Unserved(f"nothing can stand in for a column that has gone: {why}") from None

    def _type(self, column: LogicalColumn) -> str:
        found = self.case.type(self.source.table.relation, column)
        if found is None:
            raise Unserved(f'neither name of the column "{column.name}" is there')
        try:
            return parse_type(found).sql  # T11: format_type writes its own types without their schema
        except ValueError:
            return found

    def _typed(self, column: LogicalColumn) -> str:
        return f"CASE WHEN true THEN {quote_ident(column.name)} ELSE NULL::{self._type(column)} END IS NULL"

    def _stray(self, column: LogicalColumn) -> str:
        """A value that has no common type with the column."""
        return f"NULL::pg_catalog.{'line' if self._type(column) == 'pg_catalog.point' else 'point'}"

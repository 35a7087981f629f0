"""One statement on the bench: what everybody who makes edits for it needs to know."""

from dataclasses import dataclass, field

from lintel.analysis.from_items import nullable
from lintel.analysis.meanings import Col
from lintel.analysis.resolution import Node, Resolution, Source
from lintel.analysis.scope import Item
from lintel.plan import Plan, Retype
from lintel.schema.logical import LogicalColumn, LogicalTable
from lintel.schema.snapshot import Relation
from lintel.shield.side_table import SideTable
from lintel.shield.spans import Spans
from lintel.shield.splices import HELPER
from lintel.shield.tables import Covered
from lintel.sql.quoting import quote_ident

UNGROUPABLE = "GROUP BY a key of a table under a plan, with a column that cannot be grouped"
TARGETS = frozenset({"insert", "update", "delete", "merge", "copy_from", "copy_to"})


class Unserved(Exception):
    """This statement cannot be given a text that is proved right; the message says why, for the refusal."""

    def __init__(self, why: str, plan: Plan | None = None, remedy: str = "Name the columns that it needs") -> None:
        super().__init__(why)
        self.plan = plan  # the one that it is about, where the statement meets several
        self.remedy = remedy  # what whoever wrote the statement, or the plan, can do


@dataclass(slots=True)
class Case:
    """A statement, the client's side of its tables, and the resolution of its own text under them."""

    text: bytes
    statement: Node
    spans: Spans
    prefix: str  # occurs nowhere in the text
    covered: Covered
    shown: frozenset[str]  # ids of the plans whose column the catalog shows
    tables: dict[int, LogicalTable]  # the client's, by oid
    answer: Resolution
    path: tuple[str, ...] = ()  # where unqualified names are looked up
    discarded: frozenset[str] = frozenset()  # ids of the plans whose column's writes are taken out of the text
    tag: str = ""  # what tells the names of one of several parts of the statement that park from the others
    kept: set[int] = field(default_factory=set)  # offsets of FROM items that stay, as a target does
    proposed: dict[tuple[int, str], str] = field(default_factory=dict)  # (target, plan id) -> excluded.c, if parked
    sources: dict[int, Source] = field(default_factory=dict)  # by offset
    _indexed: set[int] | None = None

    def __post_init__(self) -> None:
        self.sources = {s.at: s for s in self.answer.sources}

    def plan(self, key: object) -> Plan | None:
        """The plan that a column's key names, if it is a planned one."""
        return self.covered.plan(key)

    def retyped(self, key: object) -> Plan | None:
        """The plan that gives this column another type, if there is one."""
        plan = self.plan(key)
        return plan if plan is not None and isinstance(plan.change, Retype) else None

    def imaginable(self, key: object) -> bool:
        """Whether reads of this planned column may be answered with its constant."""
        plan = self.plan(key)
        if plan is None or plan.shield.absent_reads != "default" or plan.id in self.covered.mixed:
            return False
        # Of one that is there and not filled only the real one's NULLs are: see own_value.
        return plan.id not in self.covered.awaited or (self.unfilled(key) and self.shown_name(key) is not None)

    def assert_imaginable(self, key: object) -> None:
        """Raises Unserved where nothing can stand in for a column that may be absent."""
        if self.imaginable(key):
            return
        if key in self.covered.awaited:
            raise Unserved("writes are not parked here yet")
        mixed = key in self.covered.mixed
        raise Unserved("a child has the column already" if mixed else "the plan has absent reads refused")

    def parked(self, key: object) -> SideTable | None:
        """Where a planned column's values are, if not in the table."""
        return self.covered.parked.get(key) if isinstance(key, str) else None

    def unfilled(self, key: object) -> bool:
        """Whether a NULL in this planned column stands for what its backfill will give the row."""
        plan = self.plan(key)
        return plan is not None and plan.id in self.covered.unfilled

    def shown_name(self, key: object) -> str | None:
        """What a planned column is called in the database now; None: it is not there, or does not count yet."""
        plan = self.plan(key)
        return None if plan is None or self.parked(key) is not None else self.covered.name(plan, self.shown)

    def type(self, relation: Relation, column: LogicalColumn) -> str | None:
        """The type of one of the client's columns, as format_type writes it; None where it is not in the database."""
        shown = relation.column(self.shown_name(column.key) or column.name)
        return None if shown is None else shown.type

    def alias(self, suffix: str) -> str:
        """A name of ours."""
        return self.prefix + (suffix if suffix == HELPER else self.tag + suffix)

    def is_target(self, item: int) -> bool:
        """Whether an item is the target of DML or COPY, or stays as one."""
        source = self.sources.get(item)
        return source is not None and (source.role in TARGETS or item in self.kept)

    def indexed(self, at: int) -> bool:
        """Whether the node there is of ON CONFLICT (..) WHERE ..: it means an index, as the table has it."""
        if self._indexed is None:
            self._indexed = _index_references(self.statement)
        return at in self._indexed

    def keep(self, source: Source) -> None:
        """The references to a FROM item are to be edited, in place of the item.

        Raises Unserved where what stands for a column would be there without its row, or does not follow it.
        """
        parked = any(self.parked(plan.id) for plan in self.covered.by_oid[source.table.relation.oid])
        if parked or source.at in nullable(self.statement):
            raise Unserved(UNGROUPABLE)
        self.kept.add(source.at)


def own_value(case: Case, plan: Plan) -> str:
    """What a row has in the column by itself: the bare name, and where that may be NULL the value of the constants.

    Where somebody may park as soon as the column has gone, the name is not bare: it fails then.
    """
    column = quote_ident(plan.change.column)
    if plan.id in case.covered.awaited:
        return f"COALESCE({case.alias('q')}.{column}, {case.alias('i')}.{column})"
    return f"COALESCE({column}, {case.alias('i')}.{column})" if case.unfilled(plan.id) else column


def as_value(case: Case, at: int, query: str) -> str:
    """A subquery for one value in the place of the name at an offset: alone in ANY (..) it would be its rows (T21)."""
    return f"COALESCE({query})" if case.spans.in_any(at) else query


def imagined(case: Case, qualifier: str, name: str, plan: Plan, where: str = "") -> str:
    """A reference to an absent column of a DML target: the real column where there is one, else the constant.

    Of one that is not filled yet the real one where it is not NULL; `where` there is a row.
    """
    column, d, q, row = quote_ident(name), case.alias(HELPER), case.alias("q"), quote_ident(qualifier)
    constant = f"(SELECT {plan.imagined_in(row)} AS {column}{where})"
    if case.unfilled(plan.id):
        value = f"LATERAL (SELECT {own_value(case, plan)} AS {column} FROM (SELECT {row}.*) {q}) {d}"
        return f"(SELECT {d}.{column} FROM {constant} {case.alias('i')}, {value})"
    x = case.alias("x")
    return f"(SELECT {x}.{column} FROM {constant} {d}, LATERAL (SELECT {column} FROM (SELECT {row}.*) {q}) {x})"


def flat(items: tuple[Item, ...]) -> list[Item]:
    """The items with joins replaced by their sides."""
    return [leaf for item in items for leaf in (flat(item.parts) if item.parts else [item])]


def offsets(node: object) -> set[int]:
    """Where the nodes under a node stand."""
    if isinstance(node, list):
        return set().union(*map(offsets, node))
    if not isinstance(node, dict):
        return set()
    return {node.get("location", -1)}.union(*map(offsets, node.values()))


def _index_references(node: object) -> set[int]:
    if isinstance(node, list):
        return set().union(*map(_index_references, node))
    if not isinstance(node, dict):
        return set()
    own = offsets(node.get("onConflictClause", {}).get("infer"))
    return own.union(*map(_index_references, node.values()))


def columns_in(value: object) -> set[Col]:
    """Every relation column that a binding speaks of, candidates and whole rows included."""
    if isinstance(value, Col):
        return {value}
    if isinstance(value, (tuple, frozenset)):
        return {col for part in value for col in columns_in(part)}
    return set()

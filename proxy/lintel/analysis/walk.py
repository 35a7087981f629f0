"""The walker: one pass over a parse tree that resolves every name and notes every use.

This file holds the walker's state and the expressions; queries, FROM items, DML and utility statements have a file
each. A dispatch by node type: what has no handler is entered generically, so an expression that is new to us still has
its names resolved. One walker serves the client's text and the edited one: `places` maps the offsets of the latter back
(see shield.splices), and what stands inside a splice is ours and not recorded.
"""

from collections.abc import Callable
from typing import Any, Protocol

from lintel.analysis import scope as scopes
from lintel.analysis.meanings import (
    Ambiguous,
    Col,
    Columns,
    Expr,
    Meaning,
    Missing,
    Row,
    TooComplex,
    Unknown,
    base_columns,
)
from lintel.analysis.resolution import Level, Node, Problem, Reference, Resolution, RowUse, StarUse
from lintel.analysis.scope import Item, Scope
from lintel.analysis.world import World

Handler = Callable[["Walk", Node, Scope], None]
Query = Callable[["Walk", Node, Scope], tuple[Columns, bool]]  # -> output columns, and whether they are all known

_SKIPPED = frozenset({"location", "funcname"})

_MOST_COLUMNS = 200_000  # looked at for one text; a star over 1,600 columns counts as that many

# Functions that run SQL given as text, or read a relation given by name (manual 9.15, F.10).
_DYNAMIC = frozenset(
    [
        "query_to_xml",
        "query_to_xmlschema",
        "query_to_xml_and_xmlschema",
        "table_to_xml",
        "table_to_xmlschema",
        "table_to_xml_and_xmlschema",
        "cursor_to_xml",
        "schema_to_xml",
        "database_to_xml",
        "dblink",
        "dblink_exec",
        "ts_stat",
        "ts_rewrite",
        "crosstab",
        "connectby",
        "xpath_table",
    ]
)


class Splice(Protocol):
    """A replacement in an edited text (shield.splices.Splice)."""

    origin: int  # the offset in the client's text that it stands for
    kind: str  # item | reference | star | words
    constants: dict[str, Meaning]  # helper column -> what it stands for


class Places(Protocol):
    """Where offsets of an edited text lie in the client's own."""

    helper: str  # the alias of spliced-in rows of constants

    def origin(self, offset: int) -> int:
        """The offset in the client's text; inside a splice its origin."""
        ...

    def splice(self, offset: int) -> Splice | None:
        """The splice that an offset lies in."""
        ...


class Walk:
    """The state of one walk."""

    __slots__ = ("_level", "_work", "level", "places", "result", "returning", "world")

    def __init__(self, world: World, places: Places | None = None) -> None:
        self.world = world
        self.places = places
        self.result = Resolution()
        self.level: Level | None = None
        self._level = 0
        self._work = 0
        self.returning = False

    # Offsets

    def at(self, location: int) -> int:
        """The offset in the client's text."""
        return location if self.places is None else self.places.origin(location)

    def ours(self, location: int) -> Splice | None:
        """The splice that stands at this offset of an edited text."""
        return None if self.places is None else self.places.splice(location)

    def new_level(self) -> Level:
        """Enter a query level; the caller restores the one before."""
        self._level += 1
        self.level = Level(self._level)
        return self.level

    # Notes

    def problem(self, sqlstate: str, at: int, message: str) -> None:
        """Parse analysis fails here."""
        self.result.problems.append(Problem(sqlstate, at, message))

    def opaque(self, why: str) -> None:
        """Something could not be understood."""
        if why not in self.result.opaque:
            self.result.opaque.append(why)

    def spend(self, columns: int) -> None:
        """Count columns that were looked at; a text that makes us look at more than any honest one is not read."""
        self._work += columns
        if self._work > _MOST_COLUMNS:
            raise TooComplex

    def read(self, meaning: Meaning) -> None:
        """Every column that a meaning is made of is read."""
        columns = (meaning,) if type(meaning) is Col else base_columns(meaning)
        self.spend(len(columns))
        for item, oid, key in columns:
            self.result.reads.add((oid, key))
            used = self.result.used.get(item)
            if used is None:
                used = self.result.used[item] = set()
            used.add(key)

    def bind(self, location: int, tag: str, value: Any) -> None:
        """Note a binding at an offset, unless the offset is inside a splice of ours."""
        if self.ours(location) is None:
            self.result.bindings[(self.at(location), tag)] = value

    # Expressions

    def visit(self, node: Any, scope: Scope) -> None:
        """Resolve every name under a node; iterative, so that long operator chains do not recurse."""
        stack = [node]
        while stack:
            node = stack.pop()
            if isinstance(node, list):
                stack.extend(node)
            elif isinstance(node, dict):
                for tag, body in node.items():
                    handler = HANDLERS.get(tag)
                    if handler is not None:
                        handler(self, body, scope)
                    elif tag == "A_Expr" and _is_row_comparison(body):
                        _sub_link(self, _row_comparison(body), scope)
                    elif isinstance(body, (dict, list)) and tag not in _SKIPPED:
                        stack.append(body)

    def value(self, node: Node, at: int, scope: Scope) -> Meaning:
        """Visit an expression and say what its value means: a column passed through, or computed at `at`."""
        reference = node.get("ColumnRef")
        if reference is not None and "A_Star" not in reference["fields"][-1]:
            return resolve_reference(self, reference, scope)
        sublink = node.get("SubLink")
        if sublink is not None and sublink["subLinkType"] == "EXPR_SUBLINK":
            columns, _ = _scalar(self, sublink, scope)
            return columns[0][1] if self.ours(sublink["location"]) and len(columns) == 1 else Expr(at)
        if "A_Indirection" in node:
            field = _field(self, node["A_Indirection"], scope)
            return Expr(at) if field is None else field
        self.visit(node, scope)
        return Expr(at)


def fields_of(reference: Node) -> list[str]:
    """The dotted names of a ColumnRef without a star."""
    return [field["String"]["sval"] for field in reference["fields"] if "String" in field]


def resolve_reference(walk: Walk, reference: Node, scope: Scope, function: str | None = None) -> Meaning:
    """Resolve a ColumnRef that is no star (transformColumnRef); notes the binding, the read and the reference."""
    names = fields_of(reference)
    location = reference["location"]
    item: Item | None = None
    if len(names) == 1:
        meaning = scopes.column(scope, names[0])
        if isinstance(meaning, Missing):
            meaning = _whole_row(walk, names[0], scope, location, function) or meaning
    else:
        item, meaning = _qualified(walk, names, scope, location)
    # What is missing is the table where the qualifier names none.
    _note(walk, location, meaning, "42P01" if item is None and len(names) > 1 else "42703")
    if walk.ours(location) is None:
        level = walk.level
        found = Reference(walk.at(location), item, names[-1], len(names), meaning, level)
        walk.result.references.append(found)
        if level is not None and level.group is not None:
            level.bare.append(found)
    return meaning


def _qualified(walk: Walk, names: list[str], scope: Scope, location: int) -> tuple[Item | None, Meaning]:
    schema = names[-3] if len(names) > 2 else None
    item = scopes.named_item(scope, names[-2], schema)
    if not isinstance(item, Item):
        return None, Missing(".".join(names)) if isinstance(item, Missing) else item
    meaning = scopes.in_item(item, names[-1])
    if isinstance(meaning, Missing) and item.scalar:
        return item, Unknown(names[-1], f'"{item.name}" may be a composite value')
    if isinstance(meaning, Missing) and names[-1] in walk.world.schema.functions:
        # Functional notation (manual 4.2.6 note, 8.16.5): t.f is f(t).
        return item, row_of(walk, item, location, names[-1])
    return item, meaning


def _whole_row(walk: Walk, name: str, scope: Scope, location: int, function: str | None) -> Meaning | None:
    item = scopes.named_item(scope, name)
    if isinstance(item, Missing):
        return None
    if isinstance(item, Ambiguous):
        return item
    if item.scalar:
        return Expr(item.at)
    return row_of(walk, item, location, function)


def row_of(walk: Walk, item: Item, location: int, function: str | None) -> Row:
    """The whole row of an item, noted as a use."""
    row = Row(item.at, item.columns)
    if not item.known:
        walk.opaque(f'the columns of "{item.name}" are not known')
    if walk.ours(location) is None:
        walk.result.rows.append(RowUse(walk.at(location), item, function))
    walk.result.whole.update(oids(item))
    return row


def _note(walk: Walk, location: int, meaning: Meaning, missing: str = "42703") -> None:
    walk.read(meaning)
    splice = walk.ours(location)
    if splice is None or splice.kind == "reference":
        at = walk.at(location)
        walk.result.bindings.setdefault((at, "ref"), meaning)
        if isinstance(meaning, Unknown):
            walk.opaque(meaning.why)
    if isinstance(meaning, Missing):
        walk.problem(missing, walk.at(location), f'column "{meaning.name}" does not exist')
    elif isinstance(meaning, Ambiguous):
        walk.problem("42702", walk.at(location), f'column reference "{meaning.name}" is ambiguous')


def subquery(walk: Walk, statement: Node, scope: Scope) -> tuple[Columns, bool]:
    """Resolve a nested statement, a query or DML with RETURNING; returns its output columns."""
    ((tag, body),) = statement.items()
    level, returning = walk.level, walk.returning
    walk.returning = False
    try:
        return QUERIES[tag](walk, body, scope)
    finally:
        walk.level, walk.returning = level, returning


def star(walk: Walk, reference: Node, scope: Scope, location: int) -> tuple[Columns, bool]:
    """Expand `*` or `t.*` (ExpandColumnRefStar); notes the binding, the reads and the use."""
    names = fields_of(reference)
    items = _starred(walk, names, scope, location)
    columns = tuple(column for item in items for column in item.columns)
    known = all(item.known for item in items)
    if not known:
        walk.opaque("a star covers an item whose columns are not known")
    for item in items:
        walk.result.starred.update(oids(item))
    for _, meaning in columns:
        walk.read(meaning)
    splice = walk.ours(location)
    if splice is None or splice.kind == "words":
        at = items[0].at if location < 0 and items else walk.at(location)
        walk.result.bindings[(at, "star")] = columns
        walk.result.stars.append(StarUse(at, tuple(items), bool(names), walk.returning, walk.level))
    return columns, known


def _starred(walk: Walk, names: list[str], scope: Scope, location: int) -> list[Item]:
    if not names:
        return [item for item in scope.items if item.open]
    item = scopes.named_item(scope, names[-1], names[-2] if len(names) > 1 else None)
    if isinstance(item, Item):
        return [item]
    walk.problem("42P01", walk.at(location), f'missing FROM-clause entry for table "{names[-1]}"')
    return []


def oids(item: Item) -> set[int]:
    """The relations that an item's own columns are taken from directly; a join's are its sides'."""
    if item.relation is not None:
        return {item.relation.oid}
    return {oid for side in item.sides for oid in oids(side)}


# Handlers of expression nodes


def _column_ref(walk: Walk, node: Node, scope: Scope) -> None:
    if "A_Star" in node["fields"][-1]:
        _starred_row(walk, node, scope, None)
    else:
        resolve_reference(walk, node, scope)


def _starred_row(walk: Walk, node: Node, scope: Scope, function: str | None) -> None:
    """t.* as one value, as in f(t.*): the whole row (transformWholeRowRef)."""
    for item in _starred(walk, fields_of(node), scope, node["location"]):
        _note(walk, node["location"], row_of(walk, item, node["location"], function))


def _row_expr(walk: Walk, node: Node, scope: Scope) -> None:
    expression_list(walk, node.get("args", []), scope)


def expression_list(walk: Walk, nodes: list[Node], scope: Scope) -> int | None:
    """Visit a list in which t.* stands for its columns (ROW, VALUES); returns its width, None where not known."""
    width: int | None = 0
    for node in nodes:
        if _is_star(node):
            columns, known = star(walk, node["ColumnRef"], scope, node["ColumnRef"]["location"])
            width = width + len(columns) if known and width is not None else None
        else:
            walk.visit(node, scope)
            width = None if width is None else width + 1
    return width


def _func_call(walk: Walk, node: Node, scope: Scope) -> None:
    name = node["funcname"][-1]["String"]["sval"]
    walk.result.functions.add(name)
    if name in _DYNAMIC:
        walk.opaque(f"{name} runs SQL inside the server")
    args = node.get("args", [])
    if len(args) == 1 and "ColumnRef" in args[0] and _projection(walk, node, name, args[0]["ColumnRef"], scope):
        return
    level, walk.level = walk.level, None if _aggregates(node) else walk.level
    for arg in args:
        if _is_star(arg):
            _starred_row(walk, arg["ColumnRef"], scope, name)
        elif "ColumnRef" in arg:
            resolve_reference(walk, arg["ColumnRef"], scope, name)
        else:
            walk.visit(arg, scope)
    for part in ("agg_order", "agg_filter", "over"):
        if part in node:
            walk.visit(node[part], scope)
    walk.level = level


def _aggregates(node: Node) -> bool:
    # Which calls are aggregates needs pg_proc; these flags are certain. T1 only adds columns to GROUP BY, which
    # an aggregate's argument does not need and is not harmed by.
    return "agg_filter" in node or node.get("agg_distinct", False) or node.get("agg_within_group", False)


def _projection(walk: Walk, call: Node, name: str, reference: Node, scope: Scope) -> bool:
    """c(t), functional notation for t.c, unless there is a function of that name (ParseFuncOrColumn)."""
    names = fields_of(reference)
    if "A_Star" in reference["fields"][-1] or len(call["funcname"]) > 1 or name in walk.world.schema.functions:
        return False
    if len(names) == 1 and not isinstance(scopes.column(scope, names[0]), Missing):
        return False
    item = scopes.named_item(scope, names[-1], names[-2] if len(names) > 1 else None)
    if not isinstance(item, Item):
        return False
    meaning = scopes.in_item(item, name)
    if not isinstance(meaning, Col):
        return False
    # The name stands where the call does; a splice could not serve it, so it is a whole-row use as well.
    _note(walk, call["location"], meaning)
    walk.read(row_of(walk, item, reference["location"], name))
    return True


def _indirection(walk: Walk, node: Node, scope: Scope) -> None:
    _field(walk, node, scope)


def _field(walk: Walk, node: Node, scope: Scope) -> Meaning | None:
    """(t).c, (t).*, (expression).c, a[1]: the meaning where it is a column of a whole row, passed through."""
    reference = node["arg"].get("ColumnRef")
    walk.visit(node["indirection"], scope)
    if reference is None or "A_Star" in reference["fields"][-1]:
        walk.visit(node["arg"], scope)
        return None
    steps = node["indirection"]
    uses = len(walk.result.rows)
    meaning = resolve_reference(walk, reference, scope, "(row)")
    if not isinstance(meaning, Row):
        return None
    if "A_Star" in steps[0]:
        _all_fields(walk, reference["location"], meaning, walk.result.rows[uses:])
    elif "String" in steps[0]:
        found = _one_field(walk, reference["location"], meaning, steps[0]["String"]["sval"])
        return found if len(steps) == 1 else None
    return None


def _all_fields(walk: Walk, location: int, row: Row, uses: list[RowUse]) -> None:
    for _, meaning in row.columns:
        walk.read(meaning)
    walk.bind(location, "star", row.columns)
    for use in uses:
        walk.result.starred.update(oids(use.item))


def _one_field(walk: Walk, location: int, row: Row, name: str) -> Meaning | None:
    found = [meaning for column, meaning in row.columns if column == name]
    _note_field(walk, location, name, found)
    return found[0] if len(found) == 1 else None


def _note_field(walk: Walk, location: int, name: str, found: list[Meaning]) -> None:
    if len(found) > 1:
        walk.problem("42702", walk.at(location), f'column reference "{name}" is ambiguous')
    elif found:
        walk.read(found[0])
        walk.bind(location, "field", found[0])
    elif name not in walk.world.schema.functions:
        walk.problem("42703", walk.at(location), f'column "{name}" not found in data type')


def _sub_link(walk: Walk, node: Node, scope: Scope) -> None:
    if "testexpr" in node:
        walk.visit(node["testexpr"], scope)
    if node["subLinkType"] == "EXPR_SUBLINK":
        columns, known = _scalar(walk, node, scope)
    else:
        columns, known = subquery(walk, node["subselect"], scope)
    if node["subLinkType"] == "EXISTS_SUBLINK" or not known:
        return
    expected = _test_width(node)
    if expected is not None and len(columns) != expected:
        walk.problem("42601", walk.at(node["location"]), "the subquery has the wrong number of columns")


def _is_row_comparison(node: Node) -> bool:
    right = node.get("rexpr", {})
    return "RowExpr" in node.get("lexpr", {}) and right.get("SubLink", {}).get("subLinkType") == "EXPR_SUBLINK"


def _row_comparison(node: Node) -> Node:
    """(a, b) = (SELECT ..), which the grammar gives as a scalar subquery (transformAExprOp)."""
    return {**node["rexpr"]["SubLink"], "subLinkType": "ROWCOMPARE_SUBLINK", "testexpr": node["lexpr"]}


def _scalar(walk: Walk, node: Node, scope: Scope) -> tuple[Columns, bool]:
    columns, known = subquery(walk, node["subselect"], scope)
    splice = walk.ours(node["location"])
    if splice is not None and splice.kind == "reference" and len(columns) == 1:
        walk.result.bindings.setdefault((splice.origin, "ref"), columns[0][1])
    return columns, known


def _test_width(node: Node) -> int | None:
    row = node.get("testexpr", {}).get("RowExpr")
    if row is None:
        return 1
    args = row.get("args", [])
    return None if any(_is_star(arg) for arg in args) else len(args)


def _is_star(node: Node) -> bool:
    return "ColumnRef" in node and "A_Star" in node["ColumnRef"]["fields"][-1]


def _nothing(walk: Walk, node: Node, scope: Scope) -> None:
    """Constants, parameters and types hold no names."""


HANDLERS: dict[str, Handler] = {
    "ColumnRef": _column_ref,
    "RowExpr": _row_expr,
    "FuncCall": _func_call,
    "A_Indirection": _indirection,
    "SubLink": _sub_link,
    "A_Const": _nothing,
    "ParamRef": _nothing,
    "String": _nothing,
}

QUERIES: dict[str, Query] = {}  # SelectStmt, InsertStmt, ...: entered by the modules that resolve them

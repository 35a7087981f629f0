"""The walker: one pass over a parse tree that resolves every name and notes every use.

This file holds the walker's state; references, expressions, queries, FROM items, DML and utility statements have a
file each, which enter themselves into the two tables below. A dispatch by node type: what has no handler is entered
generically, so an expression that is new to us still has its names resolved. One walker serves the client's text and
the edited one: `places` maps the offsets of the latter back (see shield.splices), and what stands inside a splice is
ours and not recorded.
"""

from collections.abc import Callable
from typing import Any, Protocol

from lintel.analysis.meanings import (
    Col,
    Columns,
    Meaning,
    TooComplex,
    base_columns,
)
from lintel.analysis.resolution import Level, Node, Problem, Resolution
from lintel.analysis.scope import Scope
from lintel.analysis.world import World
from lintel.schema.snapshot import Held

Handler = Callable[["Walk", Node, Scope], None]
Query = Callable[["Walk", Node, Scope], tuple[Columns, bool]]  # -> output columns, and whether they are all known

_SKIPPED = frozenset({"location", "funcname"})

_LOOKING = frozenset({"TypeCast", "NullTest"})  # may do no more with a row than look at it (trap T6)
_LOOKED = frozenset({"ColumnRef", "FuncCall", "SubLink", "CoalesceExpr", "A_ArrayExpr"})  # may be a row, or hand one on
_ROWS = frozenset(("ColumnRef", "RowExpr"))
BETWEEN = frozenset(("AEXPR_BETWEEN", "AEXPR_NOT_BETWEEN", "AEXPR_BETWEEN_SYM", "AEXPR_NOT_BETWEEN_SYM"))
_COMPARING = BETWEEN | {"AEXPR_OP", "AEXPR_IN", "AEXPR_DISTINCT", "AEXPR_NOT_DISTINCT"}

_MOST_COLUMNS = 200_000  # looked at for one text; a star over 1,600 columns counts as that many


class Splice(Protocol):
    """A replacement in an edited text (shield.splices.Splice)."""

    origin: int  # the offset in the client's text that it stands for
    kind: str  # item | reference | target | star | fields | nulls | row | filled | like | copy | parked | words
    constants: dict[str, Meaning]  # helper column -> what it stands for
    casts: dict[Meaning, Meaning]  # a column of another type -> what it is cast to in the splice


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

    __slots__ = (
        "_level", "_work", "given", "held", "level", "places", "result", "returning", "subqueries",
        "use", "world",
    )  # fmt: skip

    def __init__(self, world: World, places: Places | None = None) -> None:
        self.world = world
        self.places = places
        self.result = Resolution()
        self.level: Level | None = None
        self._level = 0
        self._work = 0
        self.returning = False
        self.subqueries: dict[int, str] = {}  # location of a scalar subquery -> the name of its column
        self.given: dict[Meaning, Held] = {}  # columns of functions in FROM that hold rows of tables (values)
        self.use: tuple[str | None] | None = None  # of the call or subquery that is entered next, see looking
        self.held: dict[int, tuple[Held, ...]] = {}  # offset of a value that holds rows -> its type (values)

    # Offsets

    def at(self, location: int) -> int:
        """The offset in the client's text."""
        return location if self.places is None else self.places.origin(location)

    def ours(self, location: int) -> Splice | None:
        """The splice that stands at this offset of an edited text."""
        return None if self.places is None else self.places.splice(location)

    def place(self, location: int) -> tuple[int, Splice | None]:
        """Both of them: the offset in the client's text, and the splice of ours that stands there."""
        return (location, None) if self.places is None else (self.at(location), self.ours(location))

    def new_level(self) -> Level:
        """Enter a query level; the caller restores the one before."""
        self._level += 1
        self.level = Level(self._level)
        return self.level

    def taken_use(self) -> tuple[str | None] | None:
        """The `use` of the call or subquery that is entered; it is nobody else's."""
        use = self.use
        self.use = None
        return use

    # Notes

    def problem(self, sqlstate: str, at: int, message: str, *, certain: bool = True) -> None:
        """Parse analysis fails here."""
        self.result.problems.append(Problem(sqlstate, at, message, certain))

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
        reads, used = self.result.reads, self.result.used
        for item, oid, key in columns:
            reads.add((oid, key))
            if item in used:
                used[item].add(key)
            else:
                used[item] = {key}

    def bind(self, location: int, tag: str, value: Any) -> None:
        """Note a binding at an offset, unless the offset is inside a splice of ours."""
        splice = self.ours(location)
        if splice is None or splice.kind == "target":
            self.result.bindings[(self.at(location), tag)] = value

    def stands(self, splice: Splice, meaning: Meaning) -> None:
        """Note what a splice for a reference means; what its value is made of besides does not count."""
        stands = splice.casts.get(meaning, meaning)
        if not splice.constants or stands in splice.constants.values():
            self.result.bindings.setdefault((splice.origin, "ref"), stands)

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
                    elif tag == "A_Expr":
                        self._operator(body, scope, stack)
                    elif tag in _LOOKING and not _LOOKED.isdisjoint(body["arg"]):
                        HANDLERS["looking"](self, body, scope)
                    elif isinstance(body, (dict, list)) and tag not in _SKIPPED:
                        stack.append(body)

    def _operator(self, node: Node, scope: Scope, stack: list[Any]) -> None:
        """An A_Expr; where no rows are compared its operands are still to be visited."""
        if _compares_rows(node):
            HANDLERS["comparing"](self, node, scope)
        elif _is_row_comparison(node):
            HANDLERS["SubLink"](self, _row_comparison(node), scope)
        else:
            stack += [node[side] for side in ("lexpr", "rexpr") if side in node]


def subquery(walk: Walk, statement: Node, scope: Scope) -> tuple[Columns, bool]:
    """Resolve a nested statement, a query or DML with RETURNING; returns its output columns."""
    ((tag, body),) = statement.items()
    level, returning = walk.level, walk.returning
    walk.returning = False
    try:
        return QUERIES[tag](walk, body, scope)
    finally:
        walk.level, walk.returning = level, returning


def _compares_rows(node: Node) -> bool:
    """Whether whole rows may be compared, by the form of the sides."""
    left, right = node.get("lexpr", {}), node.get("rexpr", {})
    if "ColumnRef" in left:
        return node["kind"] in _COMPARING and ("List" in right or may_be_row(right))
    return "RowExpr" in left and "ColumnRef" in right


def may_be_row(node: Node) -> bool:
    """Whether an expression may be a row; a constant or a parameter would be of the type of what it stands beside."""
    return not _ROWS.isdisjoint(node) or node.get("SubLink", {}).get("subLinkType") == "EXPR_SUBLINK"


def _is_row_comparison(node: Node) -> bool:
    right = node.get("rexpr", {})
    return "RowExpr" in node.get("lexpr", {}) and right.get("SubLink", {}).get("subLinkType") == "EXPR_SUBLINK"


def _row_comparison(node: Node) -> Node:
    """(a, b) = (SELECT ..), which the grammar gives as a scalar subquery (transformAExprOp)."""
    return {**node["rexpr"]["SubLink"], "subLinkType": "ROWCOMPARE_SUBLINK", "testexpr": node["lexpr"]}


HANDLERS: dict[str, Handler] = {}  # by node type: entered by `expressions` and `select`
QUERIES: dict[str, Query] = {}  # SelectStmt, InsertStmt, ...: entered by the modules that resolve them

"""A query whose rows are written to a planned column, where a value cannot be told from the others in it.

Another query is put around it, which casts or drops what it reads. Knows only that somebody says what it selects.
"""

from collections.abc import Callable, Sequence

from lintel.analysis.meanings import Col
from lintel.analysis.resolution import InsertUse, Node
from lintel.shield.case import Case, Unserved
from lintel.shield.splices import Splice

Listing = Callable[[Sequence[str]], Sequence[str]]  # the names of the query's values -> what is selected of them

_DML = frozenset({"InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"})
_UNTYPED = frozenset({"ParamRef", "CollateClause", "SetToDefault"})
_OF_NO_TYPE = frozenset({"sval", "isnull"})  # constants


def around_insert(case: Case, use: InsertUse, bound: Sequence[object], listing: Listing) -> list[Splice]:
    """Around the query of an INSERT.

    Raises Unserved where a constant in it has its type from the column, which it would not have any more.
    """
    select: Node = use.node.get("selectStmt", {}).get("SelectStmt", {})
    texts = [_is_text(use, meaning) for meaning in bound]
    if use.source.role != "insert" or use.width != len(bound) or _untyped(select, texts) or _writes(select):
        raise Unserved("a value cannot be told from the others in this INSERT's query")
    spans = case.spans
    behind = spans.after_target(use.source.node, alias=True)
    behind = spans.closing(behind) if use.listed else behind
    if use.node.get("override", "OVERRIDING_NOT_SET") != "OVERRIDING_NOT_SET":
        behind = spans.word(b"value", behind)
    end = spans.query_end(behind, conflict="onConflictClause" in use.node)
    before, after = _around(case, len(bound), listing)
    start = spans.next(behind)
    return [Splice(start, start, f"{before}(".encode(), start, "words"),
            Splice(end, end, f"){after}".encode(), end, "words")]  # fmt: skip


def around_set(case: Case, place: tuple[int, int], width: int, listing: Listing) -> list[Splice]:
    """Around the query of `(a, b) = (SELECT ..)`, parentheses included."""
    before, after = _around(case, width, listing)
    start, end = place
    return [Splice(start, start, f"({before}".encode(), start, "words"),
            Splice(end, end, f"{after})".encode(), end, "words")]  # fmt: skip


def _around(case: Case, width: int, listing: Listing) -> tuple[str, str]:
    w, names = case.alias("around"), [case.alias(f"w{number}") for number in range(width)]
    return f"SELECT {', '.join(listing([f'{w}.{name}' for name in names]))} FROM ", f" AS {w}({', '.join(names)})"


def _is_text(use: InsertUse, meaning: object) -> bool:
    """Whether it is a column of text that no plan is for: a string constant is of its type in any query."""
    columns = use.source.table.relation.columns
    return isinstance(meaning, Col) and any((c.attnum, c.type) == (meaning.key, "text") for c in columns)


def _untyped(select: Node, texts: Sequence[bool]) -> bool:
    if select.get("op", "SETOP_NONE") != "SETOP_NONE":
        return False  # what is of no type on either side is text
    if "targetList" not in select:
        return True
    values = [target["ResTarget"]["val"] for target in select["targetList"]]
    if any(_UNTYPED & value.keys() for value in values):
        return True
    constants = [at for at, value in enumerate(values) if not _OF_NO_TYPE.isdisjoint(value.get("A_Const", ()))]
    return bool(constants) and (len(values) != len(texts) or not all(texts[at] for at in constants))


def _writes(node: object) -> bool:
    """Whether there is a WITH query that writes, which may stand at the top of a statement only."""
    if isinstance(node, list):
        return any(map(_writes, node))
    return isinstance(node, dict) and bool(_DML & node.keys() or any(map(_writes, node.values())))

"""Two resolutions of one statement, before and after a change -> the ids of the failure modes between them.

Where bindings differ, the statement means something else; where the second fails, it breaks. The ids only say which
kind of name, star, row or target it was.
"""

from collections.abc import Iterator
from typing import Any

from lintel.analysis.meanings import Ambiguous, Col, Meaning, Missing, Row, Unknown, base_columns
from lintel.analysis.resolution import InsertUse, Node, Problem, Resolution
from lintel.impact.change import Change
from lintel.impact.outputs import Output, output_of
from lintel.sql.grammar import RawStatement

# By SQLSTATE and words of the resolver's message: what an added column makes ambiguous or too wide.
_PROBLEMS = (
    ("42702", "common column name", "ADD-03"),
    ("42702", "", "ADD-02"),
    ("42601", "set operation", "ADD-04"),
    ("42601", "INSERT has more", "ADD-05"),
    ("42601", "", "ADD-06"),
)


def rules(statement: RawStatement, before: Resolution, after: Resolution, change: Change) -> set[str]:
    """Ids of what would happen to the statement; empty where it means the same."""
    return set(_rules(statement, before, after, change))


def _rules(statement: RawStatement, before: Resolution, after: Resolution, change: Change) -> Iterator[str]:
    old, new = set(before.problems), set(after.problems)
    if old - new and not new:
        yield from _not_there_yet(before)
        return
    for problem in new - old:
        yield _problem(problem, change)
    yield from _inserts(before, after, change)
    if new:
        return  # it fails in analysis: what else it might have meant never comes up
    output = output_of(statement.node)
    natural = _differ(before, after, "natural")
    for at, tag in _different(before, after):
        yield from _binding(
            before.bindings.get((at, tag)), after.bindings.get((at, tag)), (at, tag), output, natural, change
        )


def _different(before: Resolution, after: Resolution) -> list[tuple[int, str]]:
    keys = before.bindings.keys() | after.bindings.keys()
    return [key for key in keys if before.bindings.get(key) != after.bindings.get(key)]


def _differ(before: Resolution, after: Resolution, wanted: str) -> bool:
    return any(tag == wanted for _, tag in _different(before, after))


def _not_there_yet(before: Resolution) -> Iterator[str]:
    """It fails now and would work: new code that came before its column."""
    missing = [key for key, value in before.bindings.items() if _is_missing(value)]
    yield "NEW-02" if any(tag in ("set", "target") for _, tag in missing) else "NEW-01"


def _is_missing(value: Any) -> bool:
    return isinstance(value, Missing) or (isinstance(value, tuple) and any(isinstance(v, Missing) for v in value))


def _problem(problem: Problem, change: Change) -> str:
    if "INSERT has more" in problem.message and change.kind == "DRP":
        return "DRP-03"
    for sqlstate, words, rule in _PROBLEMS:
        if problem.sqlstate == sqlstate and words in problem.message:
            return rule
    return "REN-01" if change.kind == "REN" else "DRP-01"


def _binding(
    was: Any, becomes: Any, key: tuple[int, str], output: Output, natural: bool, change: Change
) -> Iterator[str]:
    at, tag = key
    if tag == "star":
        if output.shows(at):
            yield from {"ADD": ("ADD-01", "ADD-20"), "DRP": ("DRP-02",), "REN": ("REN-02",)}[change.kind]
            if output.distinct and change.kind == "ADD":
                yield "ADD-26"
    elif tag == "natural":
        yield "ADD-21" if _merges(becomes) - _merges(was) else "DRP-04"
    elif tag in ("ref", "output", "field") and not natural:
        yield from _reference(was, becomes, change)


def _merges(columns: Any) -> set[str]:
    return {name for name, _ in columns or ()}


def _reference(was: Any, becomes: Any, change: Change) -> Iterator[str]:
    """One name that means something else, without an error."""
    if isinstance(was, Row) and isinstance(becomes, Row):
        yield "ADD-23" if change.kind == "ADD" else "DRP-06"
    elif isinstance(was, Row):
        yield "ADD-25"
    elif isinstance(was, Col) and isinstance(becomes, Col) and (was.item, was.oid) == (becomes.item, becomes.oid):
        yield "REN-04"
    elif not isinstance(was, (Missing, Ambiguous, Unknown)) and not isinstance(becomes, Unknown):
        yield "ADD-22" if _is_new(becomes, change) else "DRP-04"


def _is_new(meanings: Any, change: Change) -> bool:
    """Whether it means a column that has come, or has this name only now."""
    found: list[Meaning] = list(meanings) if isinstance(meanings, frozenset) else [meanings]
    for col in (col for meaning in found for col in base_columns(meaning)):
        table = change.altered.get(col.oid)
        if table is not None:
            fresh = {*table.added, *table.renamed.values()}
            if any(column.attnum == col.key and column.name in fresh for column in table.after.columns):
                return True
    return False


def _inserts(before: Resolution, after: Resolution, change: Change) -> Iterator[str]:
    for was, becomes in zip(before.inserts, after.inserts, strict=False):
        table = change.altered.get(becomes.source.table.relation.oid)
        listed = _listed(becomes.node)
        if listed and becomes.width is not None and becomes.width > len(listed) >= (was.width or 0):
            yield "ADD-05"
        if table is None:
            continue
        if "is_from" in becomes.node or becomes.source.role == "copy_to":
            yield from _copy(becomes, change)
            continue
        supplied = {*listed} if listed else {c.name for c in table.after.columns[: becomes.width]}
        if any(c.not_null and _is_bare(c) and name not in supplied for name, c in table.added.items()):
            yield "ADD-13"
        if not listed:
            yield from _by_position(was, becomes, change)


def _is_bare(column: Any) -> bool:
    return column.default is None and not column.generated and not column.identity


def _listed(node: Node) -> list[str]:
    entries = node.get("cols") or node.get("attlist") or node.get("targetList") or []
    return [entry["ResTarget"]["name"] if "ResTarget" in entry else entry["String"]["sval"] for entry in entries]


def _copy(use: InsertUse, change: Change) -> Iterator[str]:
    if not use.listed and change.kind != "REN":
        into = use.source.role == "copy_from"
        yield {"ADD": "ADD-07" if into else "ADD-20", "DRP": "DRP-03" if into else "DRP-02"}[change.kind]


def _by_position(was: InsertUse, becomes: InsertUse, change: Change) -> Iterator[str]:
    """INSERT without a column list, of as many values as it supplies."""
    table = change.altered[becomes.source.table.relation.oid]
    width = becomes.width
    if width is None or (was.width is not None and width > was.width):
        return
    if table.added and width < len(table.after.columns):
        yield "ADD-24"
    gone = [i for i, column in enumerate(table.before.columns) if column.name in table.dropped]
    if gone and gone[0] < width <= len(table.after.columns):
        yield "DRP-07"

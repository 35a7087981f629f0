"""Two resolutions of one statement, before and after a change -> the failure modes between them.

Where bindings differ, the statement means something else; where the second fails, it breaks. The ids only say which
kind of name, star, row or target it was.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lintel.analysis.meanings import Ambiguous, Col, Meaning, Missing, Row, Unknown, base_columns
from lintel.analysis.resolution import InsertUse, Node, Problem, Resolution
from lintel.impact import rows, types, writes
from lintel.impact.change import Change
from lintel.impact.hit import Hit
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
_NAMED = re.compile(r'column "(.+?)"')


class _Sides(NamedTuple):
    """What there is to compare."""

    statement: RawStatement
    before: Resolution
    after: Resolution
    change: Change


def hits(statement: RawStatement, before: Resolution, after: Resolution, change: Change) -> set[Hit]:
    """What would happen to the statement; empty where it means the same."""
    sides = _Sides(statement, before, after, change)
    lost = before.relations.keys() - after.relations.keys()
    return set(_lost(sides, lost) if lost else _hits(sides))


def _lost(sides: _Sides, lost: set[int]) -> Iterator[Hit]:
    """It names relations that are not found under that name any more."""
    change = sides.change
    for oid in lost:
        relation = change.before.relations[oid]
        if not sides.after.opaque and oid in change.after.relations:
            yield Hit("REN-04")  # another table has the name now
        elif oid in change.after.relations:
            yield Hit("REN-01", "42P01", "it names {table}, which has another name then")
        elif relation.definition is not None:
            yield Hit("DRP-05", "42P01", "it uses a view of {table} that goes with the change")
        else:
            yield Hit("DRP-01", "42P01", "it names {table}, which is no longer there")


def _hits(sides: _Sides) -> Iterator[Hit]:
    before, after = sides.before, sides.after
    old, new = set(before.problems), set(after.problems)
    if not new and (computed := list(writes.computed(before, after, sides.change))):
        yield from computed
        return
    if old - new and not new:
        yield Hit(_not_there_yet(before))
        return
    yield from (_problem(problem, sides.change) for problem in new - old)
    yield from _inserts(before, after, sides.change)
    if old | new:
        return  # it fails in analysis: what else it might have meant never comes up
    yield from _bindings(sides)
    yield from writes.hits(sides.statement.node, before, sides.change)
    yield from rows.hits(sides.statement.node, before, after, sides.change)
    yield from types.hits(sides.statement.node, before, sides.change)


def _bindings(sides: _Sides) -> Iterator[Hit]:
    output = output_of(sides.statement.node)
    different = _different(sides.before, sides.after)
    natural = any(tag == "natural" for _, tag in different)
    for key in different:
        was, becomes = sides.before.bindings.get(key), sides.after.bindings.get(key)
        for rule in _binding(was, becomes, key, output, natural, sides.change):
            yield Hit(rule)


def _different(before: Resolution, after: Resolution) -> list[tuple[int, str]]:
    keys = before.bindings.keys() | after.bindings.keys()
    return [key for key in keys if before.bindings.get(key) != after.bindings.get(key)]


def _not_there_yet(before: Resolution) -> str:
    """It fails now and would work: new code that came before its column."""
    missing = [key for key, value in before.bindings.items() if _is_missing(value)]
    return "NEW-02" if any(tag in ("set", "target") for _, tag in missing) else "NEW-01"


def _is_missing(value: Any) -> bool:
    return isinstance(value, Missing) or (isinstance(value, tuple) and any(isinstance(v, Missing) for v in value))


def _problem(problem: Problem, change: Change) -> Hit:
    tables = change.altered.values()
    if "INSERT has more" in problem.message and any(table.dropped for table in tables):
        return Hit("DRP-03")
    for sqlstate, words, rule in _PROBLEMS:
        if problem.sqlstate == sqlstate and words in problem.message:
            return Hit(rule)
    named = _NAMED.search(problem.message)
    name = named[1] if named else None
    gone = any(name in table.dropped for table in tables)
    renamed = any(name in table.renamed or (named is None and table.renamed) for table in tables)
    return Hit("REN-01" if renamed and not gone else "DRP-01")


def _binding(
    was: Any, becomes: Any, key: tuple[int, str], output: Output, natural: bool, change: Change
) -> Iterator[str]:
    at, tag = key
    if tag == "star":
        if output.shows(at):
            yield from _star(was, becomes, output.distinct)
    elif tag == "natural":
        yield "ADD-21" if _merges(becomes) - _merges(was) else "DRP-04"
    elif tag in ("ref", "output", "field") and not natural:
        yield from _reference(was, becomes, change)


def _star(was: Any, becomes: Any, distinct: bool) -> Iterator[str]:
    """Columns that a star has besides, has no more, or has under another name."""
    old, new = dict(_turned(was)), dict(_turned(becomes))
    if new.keys() - old.keys():
        yield from ("ADD-01", "ADD-20", "ADD-26") if distinct else ("ADD-01", "ADD-20")
    if old.keys() - new.keys():
        yield "DRP-02"
    if any(name != new.get(meaning, name) for meaning, name in old.items()):
        yield "REN-02"


def _turned(columns: Any) -> Iterator[tuple[Meaning, str]]:
    return ((meaning, name) for name, meaning in columns or ())


def _merges(columns: Any) -> set[str]:
    return {name for name, _ in columns or ()}


def _reference(was: Any, becomes: Any, change: Change) -> Iterator[str]:
    """One name that means something else, without an error."""
    if isinstance(was, Row) and isinstance(becomes, Row):
        old, new = {meaning for _, meaning in was.columns}, {meaning for _, meaning in becomes.columns}
        if new - old:
            yield "ADD-23"
        if old - new or (old == new and was.columns != becomes.columns):
            yield "DRP-06"
    elif isinstance(was, Row):
        yield "ADD-25"
    elif isinstance(was, Col) and isinstance(becomes, Col) and (was.item, was.oid) == (becomes.item, becomes.oid):
        yield "REN-04"
    elif not isinstance(was, (Missing, Ambiguous, Unknown)) and not isinstance(becomes, Unknown):
        if _is_new(becomes, change):
            yield from ("ADD-22", "NEW-03")  # for which of the two columns it was written, only its author knows
        else:
            yield "DRP-04"


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


def _inserts(before: Resolution, after: Resolution, change: Change) -> Iterator[Hit]:
    for was, becomes in zip(before.inserts, after.inserts, strict=False):
        table = change.touched.get(becomes.source.table.relation.oid)
        listed = _listed(becomes.node)
        copies = "is_from" in becomes.node or becomes.source.role in ("copy_to", "copy_from")
        if listed and not copies and becomes.width is not None and becomes.width > len(listed) >= (was.width or 0):
            yield Hit("ADD-05")
        if table is None:
            continue
        if copies:
            yield from _copy(becomes, change)
            continue
        supplied = {*listed} if listed else {c.name for c in table.after.columns[: becomes.width]}
        yield from writes.unsupplied(supplied, table, change)
        if not listed:
            yield from map(Hit, _by_position(was, becomes, change))


def _listed(node: Node) -> list[str]:
    entries = node.get("cols") or node.get("attlist") or node.get("targetList") or []
    return [entry["ResTarget"]["name"] if "ResTarget" in entry else entry["String"]["sval"] for entry in entries]


def _copy(use: InsertUse, change: Change) -> Iterator[Hit]:
    table = change.touched[use.source.table.relation.oid]
    into = use.source.role == "copy_from"
    if use.listed:
        if into:
            yield from writes.unsupplied({*_listed(use.node)}, table, change)
        return
    if any(not column.generated for column in table.added.values()):
        yield Hit("ADD-07" if into else "ADD-20")
    if table.dropped:
        yield Hit("DRP-03", "22P04") if into else Hit("DRP-02", message="its rows lack {columns} of {table}")


def _by_position(was: InsertUse, becomes: InsertUse, change: Change) -> Iterator[str]:
    """INSERT without a column list, of as many values as it supplies."""
    table = change.touched[becomes.source.table.relation.oid]
    width = becomes.width
    if width is None or (was.width is not None and width > was.width):
        return
    if table.added and width < len(table.after.columns):
        yield "ADD-24"
    gone = [i for i, column in enumerate(table.before.columns) if column.name in table.dropped]
    if gone and gone[0] < width <= len(table.after.columns):
        yield "DRP-07"

"""What a statement meets where a column has another type: results, operators, assignments, parameters (TYP-01..03).

The types of expressions are followed as far as the text and the tables say them; where they do not, nothing is said
of operators, and results count as other ones if the column is in them.
"""

from collections.abc import Iterator
from typing import Any

from lintel.analysis.meanings import Col, Merged
from lintel.analysis.resolution import Resolution
from lintel.analysis.stored_code import nodes
from lintel.impact import kinds
from lintel.impact.change import Change
from lintel.impact.expressions import Typing
from lintel.impact.hit import Hit
from lintel.sql.grammar import Node

_TEXT = frozenset(
    ("lower", "upper", "btrim", "ltrim", "rtrim", "substr", "substring", "left", "right", "lpad", "rpad", "replace",
     "split_part", "strpos", "initcap", "starts_with", "char_length", "character_length", "regexp_replace", "reverse")
)  # fmt: skip
_NUMBER = frozenset(("sum", "avg", "abs", "ceil", "ceiling", "floor", "round", "trunc", "sqrt", "power", "mod"))
_NO_OPERATOR = "no operator or function takes the new type of {columns} of {table} there"
_NO_CAST = "what it assigns to {columns} of {table} is not cast to the new type by itself"
_NO_MATCH = "the new type of {columns} of {table} does not match the other one in USING, UNION, CASE or COALESCE"
_TOO_LONG = "it fails for values that the new type of {columns} of {table} has no room for"


def hits(node: Node, before: Resolution, change: Change) -> Iterator[Hit]:
    """Of one statement whose names mean the same before and after."""
    if not any(table.retyped for table in change.altered.values()):
        return
    was, becomes = Typing(before, change.before), Typing(before, change.after)
    failing = {*_operators(node, was, becomes), *_assignments(node, before, change, was), *_matches(before, change)}
    yield from failing
    yield from _narrowed(before, change)
    if not failing and "ExplainStmt" not in node and _results_differ(node, before, was, becomes):
        yield Hit("TYP-01")
    if not failing:
        yield from _parameters(node, before, change, was)


def _results_differ(node: Node, before: Resolution, was: Typing, becomes: Typing) -> bool:
    if any(was.of_meaning(meaning) != becomes.of_meaning(meaning) for _, meaning in before.outputs or ()):
        return True
    return any(was.of(entry) != becomes.of(entry) for entry in _listed(node))


def _listed(node: Node) -> Iterator[Node]:
    """The expressions of the outermost target list or RETURNING."""
    ((_, body),) = node.items()
    if isinstance(body.get("query"), dict):
        yield from _listed(body["query"])
        return
    while "larg" in body:
        body = body["larg"]
    returned = body.get("returningClause", {}).get("exprs")
    entries = returned if returned is not None else body.get("targetList", []) if "SelectStmt" in node else []
    yield from (entry["ResTarget"]["val"] for entry in entries)


def _operators(node: Node, was: Typing, becomes: Typing) -> Iterator[Hit]:
    for tag, body in nodes(node):
        operator = tag == "A_Expr" and becomes.clashes(body) and not was.clashes(body)
        if operator or (tag == "FuncCall" and _function_clashes(body, was, becomes)):
            yield Hit("TYP-02", "42883", _NO_OPERATOR)
        elif tag in ("CoalesceExpr", "MinMaxExpr") and _mixes(body["args"], was, becomes):
            yield Hit("TYP-02", "42804", _NO_MATCH)
        elif tag == "CaseExpr":
            results = [arm["CaseWhen"]["result"] for arm in body["args"]]
            if _mixes([*results, body.get("defresult", {})], was, becomes):
                yield Hit("TYP-02", "42804", _NO_MATCH)


def _function_clashes(body: Node, was: Typing, becomes: Typing) -> bool:
    name, arguments = body["funcname"][-1]["String"]["sval"], body.get("args", [])
    wanted = "string" if name in _TEXT else "number" if name in _NUMBER else None
    if wanted is None or not arguments:
        return False
    old, new = was.kind(arguments[0]), becomes.kind(arguments[0])
    return old == wanted and new is not None and new != wanted


def _mixes(arguments: list[Node], was: Typing, becomes: Typing) -> bool:
    return _mixed(becomes, arguments) and not _mixed(was, arguments)


def _mixed(typing: Typing, arguments: list[Node]) -> bool:
    return len({typing.kind(argument) for argument in arguments if argument} - {None}) > 1


def _matches(before: Resolution, change: Change) -> Iterator[Hit]:
    """USING and set operations: both sides have to have one type."""
    was, becomes = Typing(before, change.before), Typing(before, change.after)
    joined = [
        meaning
        for (_, tag), value in before.bindings.items()
        if tag in ("using", "natural") and isinstance(value, tuple)
        for _, meaning in value
    ]
    united = [meaning for _, meaning in before.outputs or () if meaning not in joined]
    # From 16 on USING looks for the operator before it merges the columns.
    of_join = "42883" if change.before.server_version >= 160000 else "42804"
    for sqlstate, meanings in ((of_join, joined), ("42804", united)):
        merged = [meaning for meaning in meanings if isinstance(meaning, Merged)]
        if any(_unlike(one, becomes) and not _unlike(one, was) for one in merged):
            yield Hit("TYP-02", sqlstate, _NO_MATCH)


def _unlike(merged: Merged, typing: Typing) -> bool:
    left, right = (kinds.of(typing.of_meaning(side)) for side in merged)
    return left is not None and right is not None and left != right


def _retyped(meaning: Any, change: Change) -> tuple[str, str] | None:
    table = change.altered.get(meaning.oid) if isinstance(meaning, Col) else None
    return table.retyped.get(meaning.key) if table is not None and isinstance(meaning.key, int) else None


def _narrowed(before: Resolution, change: Change) -> Iterator[Hit]:
    for oid, key in before.writes:
        table = change.altered.get(oid)
        types = table.retyped.get(key) if table is not None and isinstance(key, int) else None
        if types is not None and kinds.narrower(*types):
            yield Hit("TYP-02", "22001" if kinds.of(types[1]) == "string" else "22003", _TOO_LONG)


def _assignments(node: Node, before: Resolution, change: Change, was: Typing) -> Iterator[Hit]:
    for meaning, value in written(node, before):
        types = _retyped(meaning, change)
        if types is None:
            continue
        source, old, new = was.kind(value), kinds.of(types[0]), kinds.of(types[1])
        if None not in (source, new) and new not in ("string", source) and (old in (source, "string")):
            yield Hit("TYP-02", "42804", _NO_CAST)


def _parameters(node: Node, before: Resolution, change: Change, was: Typing) -> Iterator[Hit]:
    """$n that stands for a value of the column, whose binary form is another one then."""
    pairs = [*written(node, before), *_compared(node, was)]
    for meaning, value in pairs:
        types = _retyped(meaning, change)
        if types is not None and "ParamRef" in value and kinds.binary(types[0]) != kinds.binary(types[1]):
            yield Hit("TYP-03")


def _compared(node: Node, was: Typing) -> Iterator[tuple[Any, Node]]:
    for tag, body in nodes(node):
        if tag == "A_Expr" and "lexpr" in body and "rexpr" in body:
            left, right = body["lexpr"], body["rexpr"]
            others = right["List"]["items"] if "List" in right else [right]
            yield from ((was.meaning(left), other) for other in others)
            yield was.meaning(right), left


def written(node: Node, before: Resolution) -> Iterator[tuple[Any, Node]]:
    """(column, the expression that is assigned to it), where both are in the text."""
    for tag, body in nodes(node):
        if tag in ("UpdateStmt", "OnConflictClause", "MergeWhenClause"):
            for entry in body.get("targetList", []):
                target = entry.get("ResTarget", {})
                meaning = before.bindings.get((target.get("location", -1), "set"))
                if meaning is not None and "val" in target:
                    yield meaning, target["val"]
        elif tag == "InsertStmt":
            targets = before.bindings.get((body["relation"]["location"], "target")) or ()
            yield from _inserted(body.get("selectStmt", {}).get("SelectStmt", {}), targets)


def _inserted(select: Node, targets: Any) -> Iterator[tuple[Any, Node]]:
    rows = [row["List"]["items"] for row in select.get("valuesLists", [])]
    if not rows and "targetList" in select:
        rows = [[entry["ResTarget"]["val"] for entry in select["targetList"]]]
    for row in rows:
        yield from zip(targets, row, strict=False)

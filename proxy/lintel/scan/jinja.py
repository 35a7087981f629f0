"""dbt's templates, rendered as far as SQL needs it: ref, source, config, var, this, is_incremental, set, for, if.

Nothing is executed: expressions are read with `ast` and only what is known here is evaluated. A ref becomes a table of
the schema REF, a source the table that it is; what cannot be rendered becomes a name, and a problem that is told. Line
breaks stay where they are.
"""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

REF = "lintel_ref"
HOLE = "lintel_hole"
MAX_TEXT = 512 * 1024

_TAG = re.compile(
    r"\{\{-?(?P<expression>.{0,2000}?)-?\}\}|\{%-?(?P<statement>.{0,2000}?)-?%\}|\{#.{0,16000}?#\}", re.DOTALL
)
_FOR = re.compile(r"(\w+)\s+in\s+(.*)", re.DOTALL)
_CONDITIONAL = re.compile(r"^(?!.*\selse\s).*\sif\s", re.DOTALL)
_FROM = re.compile(r"\bfrom\s*=")
_FILTER = re.compile(r"\|\s*\w+(?:\([^()]*\))?\s*$")


class Unknown(Exception):
    """An expression that is not evaluated here."""


@dataclass
class Rendered:
    """SQL, what it stands on, and what could not be rendered."""

    sql: str = ""
    refs: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)  # as `source` names them
    problems: list[str] = field(default_factory=list)


@dataclass
class _State:
    """One rendering."""

    text: str
    tags: list[re.Match[str]]
    source: Callable[[str, str], str]
    names: dict[str, Any]
    out: Rendered
    size: int = 0


def render(text: str, source: Callable[[str, str], str], variables: Mapping[str, Any], this: str) -> Rendered:
    """Render a model; `source` names the table of a source, `variables` are the project's vars."""
    state = _State(text, list(_TAG.finditer(text)), source, {"this": f"{REF}.{this}", "var": variables}, Rendered())
    pieces: list[str] = []
    at = 0
    while at <= len(state.tags):  # an end without a beginning does not end the text
        at = _body(state, at, pieces, live=True) + 1
    state.out.sql = "".join(pieces)
    return state.out


def _body(state: _State, at: int, pieces: list[str], *, live: bool) -> int:
    """Render from before tag `at` to the tag that ends or continues the block; that tag's number."""
    begin = state.tags[at - 1].end() if at else 0
    while at < len(state.tags):
        tag = state.tags[at]
        if live:
            pieces.append(state.text[begin : tag.start()])
        word = _word(tag)
        if word.startswith("end") or word in ("else", "elif"):
            return at
        following = _tag(state, at, word, pieces, live=live)
        if live:
            _pad(state, at, following, pieces)
        at = following + 1
        begin = state.tags[at - 1].end() if at <= len(state.tags) else len(state.text)
    if live:
        pieces.append(state.text[begin:])
    return at


def _word(tag: re.Match[str]) -> str:
    return (tag["statement"] or "").strip().partition(" ")[0]


def _tag(state: _State, at: int, word: str, pieces: list[str], *, live: bool) -> int:
    """Render one tag with its block; the number of its last tag."""
    tag = state.tags[at]
    argument = (tag["statement"] or "").strip().partition(" ")[2].strip()
    if word == "if":
        return _if(state, at, argument, pieces, live=live)
    if word == "for":
        return _for(state, at, argument, pieces, live=live)
    if word in ("macro", "call", "filter", "raw", "snapshot", "test", "materialization") or (
        word == "set" and "=" not in argument
    ):
        shown = live and word in ("snapshot", "raw")
        return _body(state, at + 1, pieces if shown else [], live=shown)
    if live and word == "set":
        _set(state, argument)
    elif live and tag["expression"] is not None:
        pieces.append(_shown(state, tag["expression"]))
    return at


def _pad(state: _State, first: int, last: int, pieces: list[str]) -> None:
    """The line breaks that the tag or its block had, less those that came out of it."""
    if first == last:
        pieces.append("\n" * state.tags[first][0].count("\n"))


def _if(state: _State, at: int, condition: str, pieces: list[str], *, live: bool) -> int:
    """The branch that holds, else of those of which it is not known the first; the others' lines stay blank."""
    taken = False
    while True:
        holds = live and not taken and (condition == "" or _holds(state, condition))
        inner: list[str] = []
        begin = state.tags[at]
        at = _body(state, at + 1, inner, live=holds)
        taken = taken or holds
        end = state.tags[at] if at < len(state.tags) else begin
        pieces += inner if holds else ["\n" * state.text[begin.end() : end.start()].count("\n")]
        if at >= len(state.tags) or _word(state.tags[at]) not in ("else", "elif"):
            return at
        condition = (state.tags[at]["statement"] or "").strip().partition(" ")[2].strip()


def _holds(state: _State, condition: str) -> bool:
    try:
        return bool(_value(state, condition))
    except Unknown:
        if "target." not in condition and "execute" not in condition:
            state.out.problems.append(f"if {condition}")
        return True


def _for(state: _State, at: int, argument: str, pieces: list[str], *, live: bool) -> int:
    found = _FOR.fullmatch(argument)
    items = _items(state, found[2], argument) if found is not None and live else ()
    end = _body(state, at + 1, [], live=False)
    for number, item in enumerate(items, 1):
        name = found[1] if found is not None else ""
        state.names |= {name: item, "loop": {"last": number == len(items), "first": number == 1, "index": number}}
        inner: list[str] = []
        _body(state, at + 1, inner, live=True)
        piece = "".join(inner).replace("\n", " ")
        state.size += len(piece)
        if state.size > MAX_TEXT:
            break
        pieces.append(piece)
    last = state.tags[end] if end < len(state.tags) else state.tags[at]
    pieces.append("\n" * state.text[state.tags[at].end() : last.start()].count("\n"))
    return end


def _items(state: _State, expression: str, shown: str) -> list[Any]:
    try:
        value = _value(state, expression)
    except Unknown:
        value = None
    if not isinstance(value, list | tuple | dict | range):
        state.out.problems.append(f"for {shown}")
        return [HOLE]
    return list(value)


def _set(state: _State, argument: str) -> None:
    name, _, expression = argument.partition("=")
    try:
        state.names[name.strip()] = _value(state, expression)
    except Unknown:
        state.names.pop(name.strip(), None)


def _shown(state: _State, expression: str) -> str:
    try:
        value = _value(state, expression)
    except Unknown:
        state.out.problems.append(expression.strip().split("(")[0])
        return f" {HOLE} "
    return "" if value is None else str(value)


def _value(state: _State, expression: str) -> Any:
    expression = expression.strip()
    while hit := _FILTER.search(expression):
        expression = expression[: hit.start()].strip()
    if _CONDITIONAL.search(expression):
        expression += " else ''"
    expression = _FROM.sub("from_=", expression)  # dbt_utils.star(from=...)
    try:
        tree = ast.parse(" ".join(expression.split("\n")).strip(), mode="eval").body
        return _evaluated(state, tree)
    except (SyntaxError, ValueError, RecursionError, TypeError, KeyError, IndexError, MemoryError):
        raise Unknown from None


def _evaluated(state: _State, node: ast.expr) -> Any:
    match node:
        case ast.Constant(value):
            return value
        case ast.List(elts) | ast.Tuple(elts):
            return [_evaluated(state, part) for part in elts]
        case ast.Dict(keys, values):
            return {_evaluated(state, k): _evaluated(state, v) for k, v in zip(keys, values, strict=True) if k}
        case ast.Name(name):
            return _looked_up(state, name)
        case ast.Attribute(ast.Name("loop"), attr) if "loop" in state.names:
            return state.names["loop"][attr]
        case ast.Subscript(value, key):
            return _evaluated(state, value)[_evaluated(state, key)]
        case ast.UnaryOp(ast.Not(), operand):
            return not _evaluated(state, operand)
        case ast.IfExp(test, body, orelse):
            return _evaluated(state, body if _evaluated(state, test) else orelse)
        case ast.Compare(left, [ast.Eq() | ast.NotEq() as sign], [right]):
            same = _evaluated(state, left) == _evaluated(state, right)
            return same if isinstance(sign, ast.Eq) else not same
        case ast.BinOp(left, ast.Add(), right):
            return _evaluated(state, left) + _evaluated(state, right)
        case ast.Call(ast.Name(name)) | ast.Call(ast.Attribute(attr=name)):
            return _called(state, name, node)
    raise Unknown


def _looked_up(state: _State, name: str) -> Any:
    constants = {"true": True, "false": False, "none": None}
    if name in state.names:
        return state.names[name]
    if name in constants:
        return constants[name]
    raise Unknown


def _called(state: _State, name: str, node: ast.Call) -> Any:
    if name in ("config", "log", "do"):
        return None
    if name == "is_incremental":
        return True  # what the model reads then is read as well
    if name == "star":
        return "*"  # dbt_utils: all columns of what stands in FROM
    arguments = [_evaluated(state, part) for part in node.args]
    if name == "ref":
        state.out.refs.add(str(arguments[-1]))
        return f"{REF}.{arguments[-1]}"
    if name == "source":
        table = state.source(str(arguments[0]), str(arguments[1]))
        state.out.sources.add(table)
        return table
    if name in ("var", "env_var"):
        given = state.names["var"].get(arguments[0])
        if given is None and len(arguments) < 2:
            raise Unknown
        return given if given is not None else arguments[1]
    if name == "range":
        return range(*arguments) if max(map(abs, arguments)) < 1000 else []
    raise Unknown

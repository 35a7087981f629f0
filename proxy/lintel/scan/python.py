"""SQL in Python source, read by `ast`: string literals that begin like a statement, wherever they stand.

Concatenation, %, format() and f-strings leave holes. Never imports what it reads.
"""

import ast
import re
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from lintel.scan.finding import Snippet
from lintel.scan.strings import is_sql

_HOLE = "{}"
_FORMAT = re.compile(r"%(?:\(\w+\))?[sdifr]")
_WHOLE_TABLE = {
    "read_sql_table": "SELECT * FROM {}",
    "read_database_table": "SELECT * FROM {}",
    "to_sql": "COPY {} FROM STDIN",
    "copy_to": "COPY {} TO STDOUT",
    "copy_from": "COPY {} FROM STDIN",
    "copy_records_to_table": "COPY {} FROM STDIN",
}


Known = dict[str, "Text"]  # names of a module that are constant strings


class Text(NamedTuple):
    """A string as far as it is known."""

    value: str
    made: bool = False


def parsed(source: str) -> ast.Module | None:
    """The tree, or None for what is no Python (of this version)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # '\d' and the like in other people's code
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def snippets(tree: ast.Module) -> Iterator[Snippet]:
    """The SQL in a module, with the function or class that it stands in for a reader."""
    known = _constants(tree)
    todo: list[tuple[ast.AST, str]] = [(tree, "")]
    while todo:
        node, reader = todo.pop()
        if isinstance(node, ast.expr) and not isinstance(node, ast.Name) and (text := _text(known, node)) is not None:
            if is_sql(text.value):
                yield Snippet(text.value, _line(node), _named(reader), text.made, literal=True)
            continue
        if isinstance(node, ast.Call):
            yield from _of_table(node, reader)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            reader = f"{reader}.{node.name}".lstrip(".")
        children = _without_docstring(node)
        todo += [(child, reader) for child in reversed(children)]


def _constants(tree: ast.Module) -> Known:
    """Names that the module gives a string, once."""
    found: Known = {}
    again: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            for target in statement.targets:
                if isinstance(target, ast.Name) and isinstance(statement.value.value, str):
                    again |= {target.id} & found.keys()
                    found[target.id] = Text(statement.value.value)
    return {name: text for name, text in found.items() if name not in again}


def _named(reader: str) -> str:
    return f"{reader}()" if reader else "module"


def _line(node: ast.expr) -> int:
    """The line of the first piece of text."""
    while isinstance(node, ast.BinOp | ast.Call):
        node = node.left if isinstance(node, ast.BinOp) else node.func
    return node.lineno


def _without_docstring(node: ast.AST) -> list[ast.AST]:
    children = list(ast.iter_child_nodes(node))
    return [child for child in children if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant))]


def _of_table(call: ast.Call, reader: str) -> Iterator[Snippet]:
    """Calls that take a table by its name."""
    function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    statement = _WHOLE_TABLE.get(function)
    if statement is None:
        return
    given = [word.value for word in call.keywords if word.arg in ("table_name", "table", "name")] + call.args[:2]
    name = next((found for found in map(_name, given) if found), None)
    schema = next((_name(word.value) for word in call.keywords if word.arg in ("schema", "schema_name")), None)
    if name is not None:
        yield Snippet(statement.format(f"{schema}.{name}" if schema else name), call.lineno, _named(reader))


def _name(node: ast.expr) -> str | None:
    """A constant that can name a table."""
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) and value.replace(".", "").isidentifier() else None


def _text(known: Known, node: ast.expr) -> Text | None:
    """The string that an expression makes; None where it makes none, or nothing of it is known."""
    if isinstance(node, ast.Constant):
        return Text(node.value) if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        parts = [_text(known, part) or Text(_HOLE, made=True) for part in node.values]
        return Text("".join(part.value for part in parts), made=any(part.made for part in parts))
    if isinstance(node, ast.FormattedValue):
        return _text(known, node.value) if isinstance(node.value, ast.Name) else None
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _sum(known, node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        left = _text(known, node.left)
        return None if left is None else Text(_FORMAT.sub(_HOLE, left.value), made=True)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        text = _text(known, node.func.value)
        return None if text is None else text._replace(made=True)
    return None


def _sum(known: Known, node: ast.BinOp) -> Text | None:
    parts: list[ast.expr] = []
    rest: ast.expr = node
    while isinstance(rest, ast.BinOp) and isinstance(rest.op, ast.Add):
        parts.append(rest.right)
        rest = rest.left
    texts = [_text(known, part) for part in (rest, *reversed(parts))]
    if texts[0] is None:
        return None
    whole = [text or Text(_HOLE, made=True) for text in texts]
    return Text("".join(text.value for text in whole), made=any(text.made for text in whole))

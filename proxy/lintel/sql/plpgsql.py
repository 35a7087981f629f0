"""The one door to PL/pgSQL's own grammar: libpg_query's, as bundled by postgast. What is in a body, as SQL texts.

The library reads no tables: %TYPE and %ROWTYPE stay names. Its JSON for trigger functions is broken, so the caller
gives a trigger function's body the arguments that PL/pgSQL would (TRIGGER_ARGUMENTS). Only for tools: a proxy that
serves clients has no need to read bodies.
"""

import ctypes
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from postgast import native

from lintel.sql.grammar import SyntaxProblem, TooDeep

MAX_BYTES = 256 * 1024
TRIGGER_ARGUMENTS = (
    "new record, old record, tg_name text, tg_when text, tg_level text, tg_op text, tg_relid oid, tg_relname text,"
    " tg_table_name text, tg_table_schema text, tg_nargs int, tg_argv text[]"
)
_DYNAMIC = frozenset({"PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors", "dynquery", "PLpgSQL_stmt_open_dyn"})
_ASSIGNMENTS = (3, 4, 5)  # RawParseMode: `target := expression`, of one to three names
_EXPRESSION = 2


@dataclass(frozen=True, slots=True)
class Fragment:
    """One SQL text of a body."""

    sql: bytes  # a statement; expressions are selected
    role: str  # the node that it hangs on: stmt_execsql, stmt_return_query, stmt_fors, ...; "expression"
    target: str = ""  # of an assignment, as written
    into: int = 0  # how many scalars SELECT .. INTO fills; 0: none, or a record


@dataclass(frozen=True, slots=True)
class Body:
    """What a function's body holds."""

    fragments: tuple[Fragment, ...]
    variables: frozenset[str]
    dynamic: bool  # EXECUTE of a text made at run time


class _Result(ctypes.Structure):
    _fields_ = (("functions", ctypes.c_void_p), ("error", ctypes.POINTER(native.PgQueryError)))


_parse = ctypes.CFUNCTYPE(_Result, ctypes.c_char_p)(("pg_query_parse_plpgsql", native.lib))
_free = ctypes.CFUNCTYPE(None, _Result)(("pg_query_free_plpgsql_parse_result", native.lib))


def parse(create_function: bytes) -> Body:
    """The body of a CREATE FUNCTION .. LANGUAGE plpgsql; raises SyntaxProblem or TooDeep."""
    if len(create_function) > MAX_BYTES:
        raise TooDeep(f"larger than {MAX_BYTES} bytes")
    result = _parse(create_function)
    try:
        if result.error:
            message: bytes = result.error.contents.message or b"syntax error"
            raise SyntaxProblem(message.partition(b" at or near")[0].decode("utf-8", "replace"), 0)
        found = json.loads(ctypes.string_at(result.functions))
    except (ValueError, RecursionError):
        raise SyntaxProblem("the body cannot be read", 0) from None
    finally:
        _free(result)
    return Body(
        tuple(fragment for function in found for fragment in _fragments(function, "")),
        frozenset(name for function in found for name in _variables(function)),
        any(_is_dynamic(function) for function in found),
    )


def _fragments(node: Any, role: str, into: int = 0) -> Iterator[Fragment]:
    if isinstance(node, list):
        for part in node:
            yield from _fragments(part, role)
        return
    if not isinstance(node, dict):
        return
    into = _scalars(node) if "target" in node else into
    for tag, part in node.items():
        if tag == "PLpgSQL_expr":
            yield _fragment(part, role, into)
        elif tag.startswith("PLpgSQL_"):
            yield from _fragments(part, tag.removeprefix("PLpgSQL_"))
        else:
            yield from _fragments(part, role, into)


def _fragment(node: dict[str, Any], role: str, into: int) -> Fragment:
    text, mode = node["query"], node.get("parseMode", 0)
    if mode in _ASSIGNMENTS:
        at = text.find(":=") if ":=" in text else text.find("=")
        target, text = text[:at].strip(), text[at:].lstrip(":=")
        return Fragment(b"SELECT " + text.encode(), "expression", target)
    if mode == _EXPRESSION:
        return Fragment(b"SELECT " + text.encode(), "expression")
    return Fragment(text.encode(), role, into=into)


def _scalars(node: dict[str, Any]) -> int:
    return len(node["target"].get("PLpgSQL_row", {}).get("fields", ()))


def _variables(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for part in node:
            yield from _variables(part)
    elif isinstance(node, dict):
        for tag, part in node.items():
            if tag in ("PLpgSQL_var", "PLpgSQL_rec"):
                yield part.get("refname", "")
            yield from _variables(part)


def _is_dynamic(node: Any) -> bool:
    if isinstance(node, list):
        return any(map(_is_dynamic, node))
    return isinstance(node, dict) and any(tag in _DYNAMIC or _is_dynamic(part) for tag, part in node.items())

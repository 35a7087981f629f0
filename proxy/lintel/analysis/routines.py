"""Functions and procedures whose bodies are text: their statements, with everything that is no column out of the way.

Variables and arguments become parameters, as PL/pgSQL does it, so that what is left resolves like a client's statement.
A name that is both a column and a variable is the column here: PL/pgSQL fails on it, SQL functions take the column.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lintel.analysis.meanings import Missing, TooComplex
from lintel.analysis.resolution import Resolution
from lintel.analysis.stored_code import nodes
from lintel.analysis.utility import statement
from lintel.analysis.walk import Walk
from lintel.analysis.world import World
from lintel.schema.code import Routine
from lintel.schema.snapshot import Schema
from lintel.sql import plpgsql
from lintel.sql.grammar import Node, RawStatement, SyntaxProblem, TooDeep, parse
from lintel.sql.plpgsql import Body, Fragment
from lintel.sql.tokens import tokens

_ROWS = ("new", "old")  # of a trigger's table


class Use(NamedTuple):
    """attnum 0: the relation as a whole."""

    relation: int
    attnum: int
    kind: str  # read | write | star | whole_row


@dataclass(frozen=True, slots=True)
class Read:
    """One statement of a body under a schema."""

    fragment: Fragment
    statement: RawStatement
    result: Resolution
    named: frozenset[str]  # variables that stand in it, unqualified


@dataclass(frozen=True, slots=True)
class Uses:
    """What a routine uses, and why that may not be all."""

    uses: frozenset[Use]
    opaque: str | None


def body_of(routine: Routine) -> Body:
    """Its statements; raises SyntaxProblem or TooDeep."""
    if routine.language == "plpgsql":
        return plpgsql.parse(_create(routine))
    source = routine.source.encode()
    texts = [source[raw.start : raw.end] for raw in parse(source)]
    roles = ["statement"] * (len(texts) - 1) + ["result"]
    fragments = tuple(Fragment(text, role) for text, role in zip(texts, roles, strict=True))
    return Body(fragments, frozenset(routine.names), dynamic=False)


def _create(routine: Routine) -> bytes:
    arguments, result = routine.arguments, routine.result
    if result in ("trigger", "event_trigger"):
        arguments, result = plpgsql.TRIGGER_ARGUMENTS, "record"
    kind = "PROCEDURE" if result is None else "FUNCTION"
    returns = "" if result is None else f" RETURNS {result}"
    quote = "$lintel$"
    return f"CREATE {kind} f({arguments}){returns} LANGUAGE plpgsql AS {quote}{routine.source}{quote}".encode()


def reads(routine: Routine, body: Body, schema: Schema, search_path: tuple[str, ...]) -> Iterator[Read | str]:
    """Each statement of the body, resolved, or why it cannot be."""
    world = World(schema, routine.search_path or search_path)
    variables = body.variables | set(routine.names) | set(_ROWS) | {_bare_name(routine)}
    widths = max((len(schema.relations[oid].columns) for oid in routine.tables if oid in schema.relations), default=1)
    for fragment in body.fragments:
        try:
            first = parse(fragment.sql)
            names = dict(_variables(fragment.sql, first, _resolved(first, world), variables, widths))
            statements = parse(_spliced(fragment.sql, names))
        except (SyntaxProblem, TooDeep) as problem:
            yield f"not parsed: {problem}"
            continue
        plain = frozenset(fragment.sql[at:end].decode().lower() for (at, end), new in names.items() if new == b"$1")
        for raw in statements:
            yield Read(fragment, raw, _resolved([raw], world), plain)


def uses_of(routine: Routine, schema: Schema, search_path: tuple[str, ...]) -> Uses:
    """All that it uses."""
    try:
        body = body_of(routine)
    except (SyntaxProblem, TooDeep) as problem:
        return Uses(frozenset(), f"not parsed: {problem}")
    found: set[Use] = set()
    why = ["it runs SQL that is made at run time"] if body.dynamic else []
    for read in reads(routine, body, schema, search_path):
        if isinstance(read, str):
            why.append(read)
            continue
        found.update(_of_result(read.result))
        why += read.result.opaque or [problem.message for problem in read.result.problems[:1]]
    for fragment in body.fragments:
        found.update(of_trigger(fragment, routine, schema))
    return Uses(frozenset(found), "; ".join(dict.fromkeys(why)) or None)


def _resolved(statements: list[RawStatement], world: World) -> Resolution:
    walk = Walk(world)
    try:
        for raw in statements:
            statement(walk, raw.node)
    except (RecursionError, TooComplex):
        walk.opaque("too complex")
    return walk.result


def _of_result(result: Resolution) -> Iterator[Use]:
    user = {
        oid for oid, relation in result.relations.items() if relation.schema not in ("pg_catalog", "information_schema")
    }
    for kind, columns in (("read", result.reads), ("write", result.writes)):
        yield from (Use(oid, key, kind) for oid, key in columns if oid in user and isinstance(key, int) and key > 0)
    for kind, relations in (("star", result.starred), ("whole_row", result.whole)):
        yield from (Use(oid, 0, kind) for oid in relations if oid in user)
    touched = {oid for oid, _ in result.reads | result.writes}
    yield from (Use(oid, 0, "write" if result.verb == "delete" else "read") for oid in user - touched)


def of_trigger(fragment: Fragment, routine: Routine, schema: Schema) -> Iterator[Use]:
    """What NEW and OLD are used for, rows of the tables whose triggers call it."""
    tables = [schema.relations[oid] for oid in routine.tables if oid in schema.relations]
    named = [(name, "write") for name in [_of_row(fragment.target.lower().split("."))] if name]
    if tables:
        for names in _references(_parsed(fragment.sql)):
            column = _of_row(names)
            named += [(column, "read")] if column else []
    for table in tables:
        for name, kind in named:
            found = table.column(name)
            if name == "*":
                yield Use(table.oid, 0, "whole_row")
            elif found is not None:
                yield Use(table.oid, found.attnum, kind)


def _parsed(sql: bytes) -> list[RawStatement]:
    """Nothing where it cannot be parsed."""
    try:
        return parse(sql)
    except (SyntaxProblem, TooDeep):
        return []


def _of_row(names: list[str]) -> str | None:
    return names[1].strip('"') if len(names) > 1 and names[0] in _ROWS else "*" if names[0] in _ROWS else None


def _references(statements: list[RawStatement]) -> Iterator[list[str]]:
    for tag, body in nodes([raw.node for raw in statements]):
        if tag == "ColumnRef":
            yield _names(body)


def _names(reference: Node) -> list[str]:
    return [field["String"]["sval"] if "String" in field else "*" for field in reference["fields"]]


def _variables(
    sql: bytes, statements: list[RawStatement], result: Resolution, variables: frozenset[str] | set[str], width: int
) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Byte ranges of references to variables, and what is to stand there."""
    missing = {at for (at, tag), meaning in result.bindings.items() if tag == "ref" and isinstance(meaning, Missing)}
    for tag, body in nodes([raw.node for raw in statements]):
        if tag != "ColumnRef":
            continue
        names, at = _names(body), body.get("location", 0)
        if names[0].lower() not in variables:
            continue
        if names[-1] == "*" and len(names) > 1 and names[0] in _ROWS:
            yield (at, _end(sql, at)), b", ".join([b"NULL"] * width)
        elif at in missing:
            yield (at, _end(sql, at)), b"$1"


def _end(sql: bytes, at: int) -> int:
    """Where a dotted name ends."""
    end, dot = at, True
    for token in tokens(sql[at:]):
        word = sql[at + token.start : at + token.end]
        if token.kind == "comment":
            continue
        if (word == b".") == dot:
            break
        end, dot = at + token.end, not dot
    return end


def _spliced(sql: bytes, edits: dict[tuple[int, int], bytes]) -> bytes:
    for (start, end), new in sorted(edits.items(), reverse=True):
        sql = sql[:start] + new + sql[end:]
    return sql


def _bare_name(routine: Routine) -> str:
    """`f` of "function public.f(integer)": arguments may be qualified with it."""
    return routine.object.partition("(")[0].rpartition(".")[2].strip('"')

"""A retyped column, read and written as the client's type whichever one the table has."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from lintel.analysis.meanings import Col, Meaning
from lintel.analysis.resolution import BindingKey, InsertUse, Node, Resolution
from lintel.plan import Plan, Side
from lintel.plan.types import TypeName
from lintel.schema.logical import Key
from lintel.shield.case import Case, Unserved
from lintel.shield.casts import assignable, cast, copied, counts_characters, is_json, kept_by, unlimited
from lintel.shield.casts import written as assigned_to
from lintel.shield.retyped_query import around_insert, around_set
from lintel.shield.splices import Splice
from lintel.shield.tables import key_of
from lintel.shield.values import assigned, is_steady, rows, set_lists, unnamed, written

_Written = tuple[object, Node, tuple[int, int]]  # what a value is written to, its expression, and where it stands


def cast_read(plan: Plan, key: Key, value: str) -> str:
    """The column `value` as the client's type, the same text whether it has that type or the other.

    Raises Unserved where there is no cast that is exact.
    """
    mine, other = _types(plan, key)
    found = cast(value, other, mine)
    if found is None:
        raise Unserved(f"there is no exact cast from {other.sql} to {mine.sql}", plan)
    return found


def cast_write(case: Case, plan: Plan, key: Key, value: str, *, steady: bool, as_json: bool = False) -> str:
    """A value for the column as the client's type, which either type of the table keeps or refuses.

    `steady`: nothing is called in it that could not stand in a subquery as well; `as_json`: a column of json and one of
    jsonb take it alike. Raises Unserved where the other type does not keep it.
    """
    mine, other = _types(plan, key)
    if not assignable(mine, other):
        raise Unserved(f"a value of the type {mine.sql} cannot be kept in a column of the type {other.sql}", plan)
    v = f"{case.alias('x')}.v"
    held = kept_by(v, mine, other)
    if held == v and not counts_characters(mine):
        plain = not steady or (as_json and is_json(mine))
        return f"({value})::{mine.sql}" if plain else assigned_to(value, mine)
    if not steady:
        raise Unserved(f"what it writes cannot be held to {mine.sql}: the query calls a function for it", plan)
    # As an assignment does it: 22001 for what is too long. The value stands there once.
    given = f"pg_catalog.json_build_object('v', ({value})::{unlimited(mine)})"
    return f"(SELECT {held} FROM pg_catalog.json_to_record({given}) AS {case.alias('x')}(v {mine.sql}))"


def copied_as(plan: Plan, key: Key, value: str, *, binary: bool) -> str:
    """A condition of COPY that holds what it has read for the column to the client's type; empty where none is needed.

    Raises Unserved where the types do not read the same.
    """
    mine, other = _types(plan, key)
    found = copied(value, mine, other)
    if found is None or (binary and mine.base != other.base and mine.base.startswith("int")):
        raise Unserved("COPY cannot be held to the type that this client was built for", plan)
    return found


def cast_writes(case: Case, around: Container[int] = ()) -> list[Splice]:
    """Every value that is written to a retyped column, as the client's type.

    `around`: where queries stand around which another one was put, which sees to it. Raises Unserved as cast_write
    does, and where a value cannot be told from the others.
    """
    found: list[Splice] = []
    for use in case.answer.inserts:
        bound = written(case, use) if use.source.role in ("insert", "merge") else ()
        if use.source.at not in around and any(case.retyped(_key(meaning)) for meaning in bound):
            found += _inserted(case, use, bound)
    named = {name.at: name.meaning for name in case.answer.named}
    for entries in set_lists(case.statement) if named else ():
        bodies = [entry["ResTarget"] for entry in entries]
        if any(case.retyped(_key(named.get(body["location"]))) for body in bodies):
            found += _set(case, bodies, named, around)
    return found


def _inserted(case: Case, use: InsertUse, bound: Sequence[object]) -> list[Splice]:
    in_list = "values" in use.node or "valuesLists" in use.node["selectStmt"]["SelectStmt"]
    try:
        told = [zip(bound, nodes, unnamed(case, use, pieces), strict=False) for nodes, pieces in rows(case, use)]
        return [splice for row in told for splice in _casts(case, row, in_list=in_list)]
    except Unserved:
        if in_list:
            raise
        return around_insert(case, use, bound, partial(listing, case, bound))


def _set(case: Case, bodies: list[Node], named: Mapping[int, Meaning], around: Container[int]) -> list[Splice]:
    found: list[Splice] = []
    for entry in assigned(case, bodies, queries=True):
        meanings = [named.get(body["location"]) for body in entry.bodies]
        if len(entry.values) == len(meanings):
            found += _casts(case, zip(meanings, entry.values, entry.places, strict=True), in_list=True)
        elif entry.places[0][0] not in around and any(case.retyped(_key(meaning)) for meaning in meanings):
            found += around_set(case, entry.places[0], len(meanings), partial(listing, case, meanings))
    return found


def listing(case: Case, bound: Sequence[object], values: Sequence[str]) -> list[str]:
    """The values that are written to those columns, each as its client's type."""
    return [_cast(case, meaning, value) for meaning, value in zip(bound, values, strict=True)]


def _cast(case: Case, meaning: object, value: str) -> str:
    plan = case.retyped(_key(meaning))
    return value if plan is None else cast_write(case, plan, _key(meaning), value, steady=True)


def held_to(case: Case, found: Resolution) -> Resolution:
    """Targets of another type, as what cast_writes makes of them, if only of DEFAULT: columns of the client's type.

    So are the columns of the index that ON CONFLICT means: it has changed with the table.
    """
    if not found.writes:
        return found
    held: dict[BindingKey, Any] = {}
    for key, bound in found.bindings.items():
        retyped = key[1] == "ref" and case.retyped(_key(bound))
        if key[1] == "set" or (retyped and case.indexed(key[0])):
            held[key] = _mine(case, bound)
        elif key[1] == "target":
            held[key] = tuple(_mine(case, meaning) for meaning in bound)
    return replace(found, bindings=found.bindings | held) if held else found


def _mine(case: Case, meaning: object) -> object:
    plan = case.retyped(_key(meaning))
    if plan is None or not isinstance(meaning, Col):
        return meaning
    own = case.tables[meaning.oid].keys[plan.change.column] if meaning.oid in case.tables else meaning.key
    return meaning._replace(key=own)


def _casts(case: Case, values: Iterable[_Written], *, in_list: bool) -> Iterator[Splice]:
    """`in_list`: of SET or VALUES, where there are no aggregates, window functions and functions that return rows."""
    for meaning, node, (start, end) in values:
        plan = case.retyped(_key(meaning))
        if plan is None or "SetToDefault" in node:
            continue
        steady = in_list or is_steady(node)
        held = cast_write(case, plan, _key(meaning), "\0", steady=steady, as_json=_is_json(node))
        before, after = held.split("\0")
        yield Splice(start, start, before.encode(), start, "words")
        yield Splice(end, end, after.encode(), end, "words")


def _is_json(node: Node) -> bool:
    """Whether it is json or jsonb already, or may yet become either: json is assigned to jsonb, COALESCE takes but one.

    A parameter may have either type; that the driver may have called it text, which could not be assigned, is not seen.
    """
    names = node["TypeCast"]["typeName"]["names"] if "TypeCast" in node else []
    return "ParamRef" in node or [name["String"]["sval"] for name in names[-1:]] in (["json"], ["jsonb"])


def _key(meaning: object) -> Key:
    return meaning.key if isinstance(meaning, Col) else 0


def _types(plan: Plan, key: Key) -> tuple[TypeName, TypeName]:
    """The client's type, and the other one."""
    side: Side = "new" if key == key_of(plan, "new") else "old"
    mine, other = plan.type_on(side), plan.type_on("old" if side == "new" else "new")
    if mine is None or other is None:
        raise Unserved(
            "the type that the column had is not known any longer; the plan can give it: [retype] from", plan
        )
    return mine, other

"""A dropped value that is more than a constant: it is evaluated where it stands, for its errors and effects alone.

A value that a statement no longer contains fails no more. So it stays where it is, in a condition of which PostgreSQL
does not know that it always holds: of a SET list `note = CASE WHEN num_nulls(value) >= 0 THEN o.note ELSE o.note END`,
of an INSERT another of its values, which moves there. It is held to the type, as an assignment would.
"""

from collections.abc import Collection, Sequence

from lintel.analysis.meanings import Col
from lintel.analysis.resolution import InsertUse, Node
from lintel.plan.types import TypeName
from lintel.plan.writing import IMMUTABLE
from lintel.schema.logical import Key, LogicalTable
from lintel.schema.snapshot import Schema
from lintel.shield.case import Case, Unserved
from lintel.shield.casts import assigned, is_alike, written
from lintel.shield.values import is_plain, is_untyped
from lintel.sql.quoting import quote_ident, quote_qualified

# Functions of pg_catalog without effects, not even on what a later call gives; to be taken at their bare name they may
# have no other overload in pg_catalog that has some, and none that returns a set.
_STABLE = """
    age array_agg array_append array_cat array_position array_prepend array_remove array_replace array_to_string
    array_upper avg bool_and bool_or clock_timestamp coalesce concat concat_ws count current_setting date date_part
    date_trunc dense_rank every extract first_value format gen_random_uuid json_agg json_build_array json_build_object
    jsonb_agg jsonb_build_array jsonb_build_object jsonb_set jsonb_strip_nulls lag last_value lead ltrim make_date
    make_interval make_timestamp max min now nullif power quote_literal rank regexp_replace row_number
    statement_timestamp stddev string_agg string_to_array sum timezone to_char to_date to_json to_jsonb to_number
    to_timestamp transaction_timestamp translate variance
"""
_EACH_TIME = frozenset(("clock_timestamp", "gen_random_uuid"))  # of these, what gives another value each time
_HARMLESS = IMMUTABLE | frozenset(_STABLE.split())


def is_harmless(node: object, schema: Schema, *, defaults: bool = False) -> bool:
    """Whether nothing is called by name that might have effects, or return a set; `defaults`: DEFAULT is a constant."""
    if isinstance(node, list):
        return all(is_harmless(part, schema, defaults=defaults) for part in node)
    if not isinstance(node, dict):
        return True
    if "FuncCall" in node and not _is_harmless(node["FuncCall"]["funcname"][-1]["String"]["sval"], schema):
        return False
    if "SetToDefault" in node:
        return defaults
    return all(is_harmless(part, schema, defaults=defaults) for part in node.values())


def is_repeatable(node: Node, schema: Schema) -> bool:
    """Whether a value without tables of its own is the same however often a statement evaluates it, without effects."""
    return is_harmless(node, schema) and not _calls(node, _EACH_TIME)


def _calls(node: object, names: frozenset[str]) -> bool:
    if isinstance(node, list):
        return any(_calls(part, names) for part in node)
    if not isinstance(node, dict):
        return False
    if "FuncCall" in node and node["FuncCall"]["funcname"][-1]["String"]["sval"] in names:
        return True
    return any(_calls(part, names) for part in node.values())


def _is_harmless(name: str, schema: Schema) -> bool:
    own = [f for f in schema.functions.get(name, ()) if f.schema != "pg_catalog"]
    if any(function.volatile == "v" or function.set_returning for function in own):
        return False
    return name in _HARMLESS or (bool(own) and name not in schema.built_in)


def assert_in_turn(nodes: Sequence[object], evaluated: Collection[int], schema: Schema) -> None:
    """Unserved where two of the values of a list may have effects, one of which is evaluated out of its turn."""
    effective = [number for number, node in enumerate(nodes) if not is_harmless(node, schema)]
    if len(effective) > 1 and not set(evaluated).isdisjoint(effective):
        raise Unserved("a value that would be dropped calls a function, and so does another: their order might count")


def free_columns(schema: Schema, table: LogicalTable, taken: Collection[Key] = ()) -> list[str]:
    """Columns that a SET list could set to themselves: no plan's, no trigger's, and first those that are in no key."""
    relation, used = table.relation, {*taken, *dict(table.planned)}
    fires = schema.triggered(relation.oid)
    free = [c for c in relation.columns if not (c.generated or c.identity or c.attnum in used or c.name in fires)]
    keys = {*relation.primary_key, *(attnum for _, attnums in relation.constraints for attnum in attnums)}
    return [column.name for column in sorted(free, key=lambda column: column.attnum in keys)]


def others(
    case: Case, use: InsertUse, bound: Sequence[object], rows: list[list[Node]], staying: list[int]
) -> list[int]:
    """For each of the values that stay another one of the list, which may move beside it: its number.

    Raises Unserved where there are too few, and for a value that may have effects, which would come out of their turn.
    """
    if not use.listed:
        raise Unserved("a value of a column that is not listed is more than a parameter or a constant")
    values = [nodes[number] for nodes in rows for number in staying if "SetToDefault" not in nodes[number]]
    if not is_harmless(values, case.covered.schema):
        raise Unserved("a value that would be dropped calls a function that may have effects")
    whole = ["indirection" not in entry["ResTarget"] for entry in (use.node.get("cols") or use.node["targetList"])]
    free = [n for n, m in enumerate(bound) if whole[n] and isinstance(m, Col) and not case.plan(m.key)]
    found = [n for n in free if all(_moves(nodes[n], case) for nodes in rows)]
    found.sort(key=lambda number: not all(_is_constant(nodes[number]) for nodes in rows))
    if len(found) < len(staying):
        raise Unserved("no other value stands beside one that would be dropped")
    return found[: len(staying)]


def _is_constant(node: Node) -> bool:
    return is_plain(node) and not is_untyped(node)


def _moves(node: Node, case: Case) -> bool:
    """Whether a value may stand in CASE and mean what it does: no DEFAULT, no set, and no row of another type.

    A parameter takes its type from where it stands first, so that it must stand nowhere else.
    """
    again = "ParamRef" in node and _count(case.statement, node["ParamRef"].get("number")) > 1
    return not again and "RowExpr" not in node and is_harmless(node, case.covered.schema)


def _count(node: object, parameter: object) -> int:
    if isinstance(node, list):
        return sum(_count(part, parameter) for part in node)
    if not isinstance(node, dict):
        return 0
    own = "ParamRef" in node and node["ParamRef"].get("number") == parameter
    return own + sum(_count(part, parameter) for part in node.values())


def typed_as(table: LogicalTable, column: Col, alias: str) -> str:
    """What gives a constant or parameter that has no type yet the one that the column has, whichever that is."""
    relation, name = table.relation, quote_ident(table.names[column.key])
    return f"(SELECT {alias}.{name} FROM {quote_qualified(relation.schema, relation.name)} AS {alias})"


def around(node: Node, type_: TypeName, outcome: str) -> tuple[str, str]:
    """What to write before and behind a value, so that it is evaluated and `outcome` is what comes of it.

    Raises Unserved where the text cannot say what an assignment to the type would do.
    """
    if not is_alike(type_):
        raise Unserved(f"a value that would be dropped cannot be held to the type {type_.sql}")
    value = assigned("\0", type_) if is_untyped(node) else written("\0", type_)
    before, behind = value.split("\0")
    return f"CASE WHEN pg_catalog.num_nulls({before}", f"{behind}) OPERATOR(pg_catalog.>=) 0 THEN {outcome} END"

"""What is done with whole rows that only looks at them, and whether that is PostgreSQL's own doing (trap T6).

Knows names of functions and uses (resolution.RowUse), not what is to become of a statement.
"""

from collections.abc import Collection

from lintel.schema.snapshot import Schema

# A whole row, or an array of rows, is given to these only to be looked at: a record with the same columns does as well.
# The first ones count values, compare them, or write them as record_out and array_out do, which is without names.
NAMELESS = frozenset({
    "count", "num_nulls", "num_nonnulls", "(row)", "(text)", "(null)", "(compared)",
    "array_length", "array_lower", "array_upper", "array_ndims", "array_dims", "cardinality",
    "array_to_string", "concat", "concat_ws", "format", "quote_literal", "quote_nullable",
})  # fmt: skip
# These read a row by its columns, names included.
LOOKING = NAMELESS | {
    "row_to_json", "array_to_json", "to_json", "to_jsonb", "json_agg", "jsonb_agg", "json_build_object",
    "jsonb_build_object", "json_build_array", "jsonb_build_array", "json_object_agg", "jsonb_object_agg",
    "json_agg_strict", "jsonb_agg_strict", "json_object_agg_strict", "json_object_agg_unique",
    "json_object_agg_unique_strict", "jsonb_object_agg_strict", "jsonb_object_agg_unique",
    "jsonb_object_agg_unique_strict",
}  # fmt: skip


def is_own(schema: Schema, path: Collection[str], oid: int, use: str) -> bool:
    """Whether nobody's function can be meant by this use of that relation's row.

    One that takes the table's rows may be what the cast or the operator means; where one of the call's name takes any
    table's, the call of a record is ambiguous, and one of anybody else's in the path may be what is called.
    """
    taken = schema.taken.get(oid)
    if use in ("(text)", "(compared)"):
        return taken is None or not (taken.by_cast if use == "(text)" else taken.by_operator)
    others = (function for function in schema.functions.get(use, ()) if function.schema != "pg_catalog")
    return not any(function.takes or function.schema in path for function in others)

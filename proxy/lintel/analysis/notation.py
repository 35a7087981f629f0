"""Functional notation: t.f is f(t) where t has no column f (ParseFuncOrColumn; manual 8.16.5).

Functions of users are in the schema, so a name that means one is the row that it takes. Of pg_catalog those count here
that take a row of any table: nobody calls them so, and the name is that of a column which is not there; but that the
server will say so is not certain then. tests/shield/test_notation.py holds the lists against the server.
"""

from lintel.analysis.walk import Walk

_NAMES = """
any_out anycompatible_out anycompatiblenonarray_out anyelement_out anynonarray_out concat hash_record json_build_array
json_build_object jsonb_build_array jsonb_build_object num_nonnulls num_nulls pg_collation_for pg_column_compression
pg_column_size pg_column_toast_chunk_id pg_restore_attribute_stats pg_restore_relation_stats pg_typeof quote_literal
quote_nullable record_out record_send row_to_json to_json to_jsonb
"""
ANYTHING = frozenset(_NAMES.split())
# They fail in DML, which has no aggregates of its target's rows (42803).
_AGGREGATES = frozenset(
    ("any_value", "array_agg", "count", "json_agg", "json_agg_strict", "jsonb_agg", "jsonb_agg_strict", "max", "min")
)
# They always fail so: there is no WITHIN GROUP, or no OVER (42809).
_BARE = frozenset(
    ("cume_dist", "dense_rank", "first_value", "lag", "last_value", "lead", "mode", "percent_rank", "rank")
)
LOUD = _AGGREGATES | _BARE
FAILURES = frozenset(("42803", "42809"))  # how they do
_WRITTEN = frozenset(("insert", "update", "delete", "merge"))


def is_call(walk: Walk, item: int, name: str) -> bool:
    """Whether the server may answer with a call, where an item's row (its offset) has no such column."""
    if name not in _AGGREGATES:
        return name in ANYTHING
    return not any(source.at == item and source.role in _WRITTEN for source in walk.result.sources)

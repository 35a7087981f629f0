"""What ON CONFLICT DO UPDATE sets a parked column to, made of more than that column: handed on to RETURNING.

    INSERT INTO o (id, c) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET c = o.a + excluded.b
    WITH r (k, u, w0) AS (INSERT INTO o (id) VALUES (1) ON CONFLICT (id) DO UPDATE
        SET note = CASE WHEN set_config('lintel.lintel_g0', o.a + excluded.b, true) IS NULL THEN o.note ELSE o.note END
        RETURNING id, xmax <> 0, current_setting('lintel.lintel_g0')), ..

RETURNING sees the row as it is by then. So the value is evaluated where it stands, and handed on as a text in a setting
that is over with the transaction. RETURNING of a row is evaluated as soon as it is written (nodeModifyTable.c), before
the next one is looked at.
"""

from lintel.analysis.meanings import Col
from lintel.analysis.resolution import Node
from lintel.plan.types import TypeName
from lintel.shield.case import Case, offsets
from lintel.shield.casts import assigned, written
from lintel.shield.parked_given import queries
from lintel.shield.values import is_untyped
from lintel.sql.quoting import quote_literal

# A value of them is what it was when it has been a text, however the session writes it.
_TYPES = "int2 int4 int8 numeric text varchar bpchar bool uuid date timestamp json jsonb bytea inet cidr"
_AS_TEXT = frozenset(_TYPES.split())
# One of another type is where pg_dump would find it so: floating numbers, a type of yours that holds some.
_IN_FULL = (
    "pg_catalog.current_setting('extra_float_digits')::int OPERATOR(pg_catalog.>) 0 AND "
    "pg_catalog.current_setting('DateStyle') OPERATOR(pg_catalog.~) '^ISO' AND "
    "pg_catalog.current_setting('IntervalStyle') OPERATOR(pg_catalog.~) '^(postgres|iso_8601)$'"
)
# No function of PostgreSQL raises an error on demand; this is no boolean (22P02).
_NOT_IN_FULL = (
    "pg_catalog.concat('extra_float_digits ', pg_catalog.current_setting('extra_float_digits'), ', ', "
    "pg_catalog.current_setting('DateStyle'), ', ', pg_catalog.current_setting('IntervalStyle'))"
)


def is_handed(case: Case, node: Node, plan_id: str) -> bool:
    """Whether the value reads anything but the column itself, or has a subquery."""
    within = offsets(node)
    read = (r.meaning for r in case.answer.references if r.at in within)
    return queries(node) or any(not isinstance(m, Col) or m.key != plan_id for m in read)


def handing(setting: str, node: Node, kind: TypeName) -> tuple[str, str]:
    """What to write before and behind a value so that it is evaluated, held to the type and handed on; a condition."""
    value = assigned("\0", kind) if is_untyped(node) else written("\0", kind)
    value = f"({value}) AT TIME ZONE 'UTC'" if _is_instant(kind) else value
    # NULL is the empty text.
    text = f"COALESCE('=' OPERATOR(pg_catalog.||) ({value})::pg_catalog.text, '')"
    if kind.base not in _AS_TEXT and not _is_instant(kind):
        text = f"CASE WHEN {_IN_FULL} THEN {text} ELSE ({_NOT_IN_FULL})::boolean::pg_catalog.text END"
    before, behind = text.split("\0")
    return f"pg_catalog.set_config({_named(setting)}, {before}", f"{behind}, true) IS NULL"


def handed(setting: str, kind: TypeName) -> str:
    """What was handed on last."""
    text = f"NULLIF(pg_catalog.current_setting({_named(setting)}, true), '')"
    value = f"pg_catalog.substr({text}, 2)"
    if _is_instant(kind):
        return f"(({value})::timestamp AT TIME ZONE 'UTC')::{kind.sql}"
    return f"({value})::{kind.sql}"


def _named(setting: str) -> str:
    return quote_literal(f"lintel.{setting}")


def _is_instant(kind: TypeName) -> bool:
    """An abbreviation of its time zone might be taken for another one's."""
    return kind.base == "timestamptz" and not kind.array

"""Casts from one type to another that lose nothing, or fail where they would.

A client that was built for one type of a column reads and writes it through them while the table has the other. What
depends on the session (dates as text, time zones) or has no such cast is not served.
"""

from lintel.plan.types import TypeName
from lintel.sql.quoting import quote_literal

_INTEGERS = frozenset(("int2", "int4", "int8"))
_BYTES = {"int2": 2, "int4": 4, "int8": 8}
_TEXTS = frozenset(("text", "varchar", "bpchar"))
_BITS = frozenset(("bit", "varbit"))
_WRITTEN = _INTEGERS | {"numeric", "uuid", "bool", "json", "jsonb"}  # read and written the same in every session
_PLAIN = (
    {(a, b) for a in _INTEGERS for b in (*_INTEGERS, "numeric")}
    | {(a, b) for a in _TEXTS for b in (*_TEXTS, *_WRITTEN)}
    | {(a, b) for a in _WRITTEN for b in _TEXTS}
    | {("json", "jsonb"), ("jsonb", "json"), ("float4", "float8"), ("int2", "float8"), ("int4", "float8")}
    | {("date", "timestamp"), ("numeric", "numeric"), ("uuid", "uuid")}
)
# These round, and are compared with what they came from.
_ROUNDING = {("numeric", b) for b in _INTEGERS} | {("float8", "float4"), ("timestamp", "date")}
# An assignment to a column that has the second type keeps the value or fails.
_ASSIGNED = (
    {(a, b) for a in _INTEGERS for b in (*_INTEGERS, "numeric")}
    | {(a, b) for a in (*_TEXTS, *_WRITTEN) for b in _TEXTS}
    | {("json", "jsonb"), ("jsonb", "json"), ("float4", "float8"), ("date", "timestamp")}
)
# Whatever may be assigned to them has a type in common with them: not so json and jsonb, money and numeric.
_ALIKE = _INTEGERS | _TEXTS | {
    "numeric", "float4", "float8", "bool", "uuid", "date", "timestamp", "timestamptz"
}  # fmt: skip
_BLANKS = frozenset(("text", "varchar", "json"))  # may end in blanks, which varchar(n) and char(n) cut off unasked


def cast(value: str, source: TypeName, target: TypeName) -> str | None:
    """`value`, of the type `source`, as one of the type `target`; None where there is no exact cast."""
    plain = f"({value})::{target.sql}"
    if source.sql == target.sql:
        return plain
    pair = (source.base, target.base)
    if source.array or target.array or source.collation != target.collation:
        return None
    if pair in _PLAIN and not _limited(target):
        return plain
    if pair not in _ROUNDING and not (pair in _PLAIN and _limited(target)):
        return None
    compared = target.base if pair not in _ROUNDING else source.base
    back = "text" if compared in _TEXTS else compared
    return _if_same(value, plain, target, back, target)


def _if_same(value: str, kept: str, limit: TypeName, back: str, result: TypeName, passes: str = "") -> str:
    """`kept`, of the type `result`, where the value is the same as of the type `limit`, or `passes`; else an error."""
    same = f"(({value})::{limit.sql})::pg_catalog.{back} OPERATOR(pg_catalog.=) ({value})::pg_catalog.{back}"
    # No function of PostgreSQL raises an error on demand; what does not fit is no boolean either (22P02).
    no = f"({value})::pg_catalog.text OPERATOR(pg_catalog.||) {quote_literal(f' does not fit {limit.sql}')}"
    fails = f"({no})::boolean::pg_catalog.text::{result.sql}"
    also = f" OR {passes}" if passes else ""
    return f"CASE WHEN {same} OR ({value}) IS NULL{also} THEN {kept} ELSE {fails} END"


def assignable(source: TypeName, target: TypeName) -> bool:
    """Whether a column of the type `target` keeps every value of the type `source` that `kept_by` lets pass."""
    if source.sql == target.sql:
        return True
    if source.array or target.array:
        return False
    if (source.base, target.base) == ("numeric", "numeric"):
        return not _limited(target) or (_limited(source) and _scale(target) >= _scale(source))
    if source.base in _INTEGERS and target.base == "numeric":
        return not _limited(target) or _scale(target) >= 0
    return (source.base, target.base) in _ASSIGNED and (target.base in _TEXTS or not _limited(target))


def kept_by(value: str, source: TypeName, target: TypeName) -> str:
    """A value of the type `source`, or an error where a column of the type `target` would cut blanks off it.

    Where it would cut off more than blanks it fails by itself, and the column may not have that type yet.
    """
    if source.base not in _BLANKS or not _limited(target):
        return value
    bare, cut = (f"pg_catalog.rtrim(({v})::pg_catalog.text, ' ')" for v in (value, f"({value})::{target.sql}"))
    return _if_same(value, value, target, "text", source, f"{bare} OPERATOR(pg_catalog.<>) {cut}")


def copied(value: str, source: TypeName, target: TypeName) -> str | None:
    """A condition for a value that was read as the type `target`: an error (22003, 22001) unless it is one of `source`.

    Empty where it always is; None where it cannot be known: the two read a text in other ways. What varchar(n) has read
    as just n characters may have ended in blanks that it cut off, so it is an error.
    """
    if source.array or target.array or source.collation != target.collation:
        return None
    if {source.base, target.base} <= _INTEGERS:
        wider = _BYTES[target.base] > _BYTES[source.base]
        return f"CASE WHEN ({value})::{source.sql} IS NULL THEN true ELSE true END" if wider else ""
    if not {source.base, target.base} <= {"text", "varchar"}:
        return None
    text = f"pg_catalog.translate(({value})::pg_catalog.text, ' ', '_')"
    if _limited(target) and not (_limited(source) and _length(source) < _length(target)):
        cut = f"pg_catalog.length({text}) OPERATOR(pg_catalog.=) {_length(target) - 4}"
        fails = assigned(f"{text} OPERATOR(pg_catalog.||) {text}", target)
        return f"CASE WHEN {cut} THEN {fails} IS NULL ELSE true END"
    return f"CASE WHEN {assigned(text, source)} IS NULL THEN true ELSE true END" if _limited(source) else ""


def is_text(name: TypeName) -> bool:
    """Whether a value of any type may be assigned to it, as its text."""
    return name.base in _TEXTS and not name.array


def is_json(name: TypeName) -> bool:
    """Whether a value of the one is assigned to a column of the other, though they have no type in common."""
    return name.base in ("json", "jsonb") and not name.array


def counts_characters(name: TypeName) -> bool:
    """Whether an assignment fails where a cast cuts off: varchar(n) and char(n)."""
    return name.base in _TEXTS and _limited(name)


def assigned(value: str, target: TypeName) -> str:
    """A value of the type `target` without its limit, as a column of it would get it: 22001 or 22003 if it is beyond.

    The type it has then may lack the limit.
    """
    if "(" not in target.sql or target.array or target.base in _BITS:
        return f"({value})::{unlimited(target)}"
    if target.base not in _TEXTS:
        return f"({value})::{target.sql}"
    return f'pg_catalog."{target.base}"(({value})::{unlimited(target)}, {_length(target)}, false)'


def written(value: str, target: TypeName) -> str:
    """A value of any type as a column of the type `target` would get it, or an error.

    COALESCE is as particular as an assignment, where a cast would take an integer for a boolean.
    """
    if is_text(target):
        return assigned(value, target)
    return assigned(f"COALESCE({value}, NULL::{unlimited(target)})", target)


def is_alike(name: TypeName) -> bool:
    """Whether `written` takes for that type all that an assignment takes."""
    return not name.array and name.base in _ALIKE


def unlimited(name: TypeName) -> str:
    """The type without its modifier."""
    element, _, rest = name.sql.partition("(")
    return element.strip() + rest.partition(")")[2]


def _length(name: TypeName) -> int:
    """The limit of varchar(n) or char(n), as the functions have it that an assignment calls."""
    return int(name.sql.partition("(")[2].rstrip(")")) + 4


def _scale(name: TypeName) -> int:
    return int([*name.sql.partition("(")[2].rstrip(")").split(","), "0"][1])


def _limited(name: TypeName) -> bool:
    return "(" in name.sql or name.base == "bpchar"

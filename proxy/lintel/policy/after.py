"""The schema that a DDL statement would leave, where that can be said."""

from lintel.analysis.ddl import DdlProblem, apply
from lintel.analysis.ddl_routines import with_routines, with_types
from lintel.schema import Schema
from lintel.sql.grammar import RawStatement, TooDeep

# By the server's word it fails, it is more than is read, it names what is in no snapshot (a temporary relation, say),
# or it has a form that was never met: to whoever asks this is all the same.
_UNKNOWN = (DdlProblem, TooDeep, LookupError, TypeError, ValueError, RecursionError)


def after(schema: Schema, raw: RawStatement, text: bytes, path: tuple[str, ...]) -> Schema | None:
    """None where nobody can say."""
    try:
        return apply(schema, raw, text, path)
    except _UNKNOWN:
        return None


def wholly_after(schema: Schema, raw: RawStatement, text: bytes, path: tuple[str, ...]) -> Schema | None:
    """The same with what it makes of routines and of names of types."""
    try:
        left = apply(schema, raw, text, path)
        return with_routines(with_types(schema, left), raw.node, path)
    except _UNKNOWN:
        return None

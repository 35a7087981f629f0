"""Names that a statement uses and the catalog does not have.

Elsewhere they are the client's mistake, or what somebody has made a moment ago. Behind code that ran inside the server,
in the same transaction, that may have made them, and nobody can say what they give.
"""

from lintel.policy.judged import Judged
from lintel.schema import Schema

CODE = frozenset(("DoStmt", "CallStmt"))
_OUT_OF_SIGHT = frozenset(("do", "call", "execute"))


def is_strange(part: Judged, schema: Schema, shadowed: frozenset[str]) -> bool:
    """Whether it calls a function, or names a relation, that may be anything."""
    result = part.verdict.resolution
    if result.utility or is_code(part):
        return False
    if schema.built_in and any(f not in schema.functions and f not in schema.built_in for f in result.functions):
        return True
    return bool(result.opaque) and any(_is_unknown(name, schema, shadowed) for name in result.names)


def is_code(part: Judged) -> bool:
    """Whether it runs code that is not seen."""
    return part.facts.verb in _OUT_OF_SIGHT


def _is_unknown(name: tuple[str | None, str], schema: Schema, shadowed: frozenset[str]) -> bool:
    space, bare = name
    temporary = bare in shadowed if space is None else space.startswith("pg_temp")
    return not temporary and bare not in schema.bare_names

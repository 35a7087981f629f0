"""Functions that a statement calls and the catalog does not have.

Elsewhere they are the client's mistake, or what somebody has made a moment ago. Behind code that ran inside the server,
in the same transaction, that may have made them, and nobody can say what they give. A relation is another matter: what
such code makes is a temporary table, most often, and those of a session are in no catalog at any time.
"""

from lintel.policy.judged import Judged
from lintel.schema import Schema

CODE = frozenset(("DoStmt", "CallStmt"))
_OUT_OF_SIGHT = frozenset(("do", "call", "execute"))


def is_strange(part: Judged, schema: Schema) -> bool:
    """Whether it calls a function that may give anything."""
    result = part.verdict.resolution
    if result.utility or is_code(part) or not schema.built_in:
        return False
    return any(name not in schema.functions and name not in schema.built_in for name in result.functions)


def is_code(part: Judged) -> bool:
    """Whether it runs code that is not seen."""
    return part.facts.verb in _OUT_OF_SIGHT

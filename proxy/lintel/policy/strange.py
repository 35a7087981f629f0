"""Functions that a statement calls and the catalog does not have.

Elsewhere they are the client's mistake, or what somebody has made a moment ago. Behind code that ran inside the server,
in the same transaction, that may have made them, and nobody can say what they give. A relation is another matter: what
such code makes is a temporary table, most often, and those of a session are in no catalog at any time.
"""

from collections.abc import Iterable

from lintel.policy.judged import Judged
from lintel.schema import Schema
from lintel.sql.grammar import RawStatement

CODE = frozenset(("DoStmt", "CallStmt"))
_OUT_OF_SIGHT = frozenset(("do", "call", "execute"))


def strange_in(part: Judged, schema: Schema) -> frozenset[str]:
    """Bare names of the functions that it calls and that may give anything."""
    result = part.verdict.resolution
    if result.utility or is_code(part) or not schema.built_in:
        return frozenset()
    return frozenset(name for name in result.functions if name not in schema.functions and name not in schema.built_in)


def made_in(statements: Iterable[RawStatement]) -> frozenset[str]:
    """Bare names of the functions that the statements themselves make: of these it is known what they give."""
    made = (raw.node["CreateFunctionStmt"] for raw in statements if "CreateFunctionStmt" in raw.node)
    return frozenset(body["funcname"][-1]["String"]["sval"] for body in made)


def is_code(part: Judged) -> bool:
    """Whether it runs code that is not seen."""
    return part.facts.verb in _OUT_OF_SIGHT

"""What a client has been told of a prepared statement, and may build on: its parameters' types, and its columns.

Drivers describe a statement once and go by that for as long as it lives: they send parameters of those types, and read
rows as those columns. PostgreSQL sees to it that a statement never gives others: its parameters stay what they were,
and where a change of a table would change its columns, it fails (0A000, RevalidateCachedQuery in plancache.c). A
statement that is prepared again keeps to that. Its new text is described in the same breath; where that is not what
the client has been told, no rows are sent before the client has asked again.
"""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import blake2b
from typing import Final

from . import messages
from .decision import Decision, Refusal
from .expected import OWN_DESCRIBE, OWN_PROBE, TELLS, Expected

_CHANGED: Final = b"lintel_refused_changed"
_NAME: Final = b"lintel_changed"
_MOST: Final = 16  # clients of whom it is remembered
_NO_TYPES: Final = b"\0\0"
_FORMATS: Final = b"result formats but query has"  # of a Bind for other columns than there are
# In the server's own words, and from where it says them: by these drivers know that preparing it again will do.
CHANGED: Final = Refusal(
    "0A000",
    "cached plan must not change result type",
    hint="A plan of Lintel was put in force or out of it since this statement was described. Prepare it again.",
    routine="RevalidateCachedQuery",
)


class Told:
    """Of one statement, through all that it is prepared as, by application_name: a pooler lends it to many clients."""

    __slots__ = ("columns", "parameters")

    def __init__(self) -> None:
        self.columns: dict[str, bytes] = {}  # as `columns_in` has them
        self.parameters: dict[str, bytes] = {}  # their types, as a Parse has them

    def has(self, who: str) -> bool:
        """Whether all there is to say has been said."""
        return who in self.columns and who in self.parameters

    def otherwise(self, shown: bytes) -> bool:
        """Whether anybody has been told of other columns than these."""
        return any(columns != shown for columns in self.columns.values())


def remember(told: dict[str, bytes], who: str, what: bytes) -> None:
    """What has been said last; the client that was told longest ago is forgotten."""
    told.pop(who, None)
    while len(told) >= _MOST:
        del told[next(iter(told))]
    told[who] = what


def columns_in(description: bytes) -> bytes:
    """What of a RowDescription or NoData says how to read a row: names and types, never empty.

    Not where a column is stored, and not its format, which the client chooses with each Bind.
    """
    found = [description[:1]]
    at = 7
    while at < len(description):
        end = description.index(b"\0", at)  # OID and number of the column, OID, size and modifier of its type, format
        found.append(description[at : end + 1] + description[end + 7 : end + 11] + description[end + 13 : end + 17])
        at = end + 19
    return blake2b(b"".join(found), digest_size=16).digest()


def is_read(entry: Expected | None) -> bool:
    """Whether something in the description that answers it counts, which has to be whole then."""
    return entry is not None and entry.kind in (TELLS, OWN_DESCRIBE, OWN_PROBE)


def awaited(expected: Iterable[Expected], told: Told) -> bool:
    """Whether the client is about to be told."""
    return any(e.kind == TELLS and e.statement is not None and e.statement.told is told for e in expected)


def unfit(decision: Decision) -> Decision:
    """Of a Bind that may ask for the formats of other columns."""
    return replace(decision, refusals=(*decision.refusals, (_FORMATS, CHANGED)))


def changed(decision: Decision) -> Decision:
    """In the place of an Execute whose rows the client would misread."""
    return Decision(text=b"SELECT " + _CHANGED, refusals=((_CHANGED, CHANGED),), statement=decision.statement)


FAILING: Final[bytes] = messages.parse(_NAME, b"SELECT " + _CHANGED, _NO_TYPES)  # what the server gets for it

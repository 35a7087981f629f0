"""What the Conversation is told to do with one statement text; made by the layers above, followed here.

The wire layer knows no SQL: a Decision says in wire terms which bytes go to the server, which of the server's
errors are expected, and what has to be followed up when the statement completes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

# Follow-ups, a bit set in Decision.effects.
DDL = 1  # the catalog may have changed: when it has committed, hold the reply until the new snapshot is in force
SETTINGS = 2  # search_path or role may have changed: ask the session
DISCARDS = 4  # DISCARD ALL / DEALLOCATE: the server forgets prepared statements
TEMPORARY = 8  # a temporary relation may have been made: names in Decision.temporary shadow from here on


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error body of our own (manual 55.8): takes the place of the server's ErrorResponse fields."""

    sqlstate: str  # 42703 for an absent column, else 42501
    message: str  # begins "lintel:" and names the plan's id
    hint: str | None = None
    detail: str | None = None


@dataclass(slots=True, eq=False)
class Decision:
    """What to do with one statement text, under one context. Offsets are bytes into the client's own text."""

    text: bytes | None = None  # what the server gets; None: the client's own bytes
    edits: tuple[tuple[int, int, bytes], ...] = ()  # (start, end, replacement), ascending: to map error positions
    refusals: tuple[tuple[bytes, Refusal], ...] = ()  # token in the server's error message -> our body
    # An absent-column refusal: the client's own text goes out, and if the server answers with one of these
    # SQLSTATEs, its body is replaced. Otherwise the statement simply works (the column has landed meanwhile).
    expected: tuple[tuple[str, Refusal], ...] = ()
    retry: frozenset[str] = frozenset()  # SQLSTATEs of a loud text: refresh, decide again, send again if nothing ran
    effects: int = 0
    temporary: tuple[str, ...] = ()
    prepares: str | None = None  # SQL PREPARE name AS ...
    executes: str | None = None  # SQL EXECUTE name
    statement: Any = field(default=None)  # whatever the recorder wants back; the wire layer never looks at it


class Context(Protocol):
    """What a session decides by (policy.Context); compared by identity."""

    decisions: dict[bytes, Decision]

    def decide(self, text: bytes) -> Decision:
        """The decision for a text that is not in `decisions` yet (bounded there by the implementation)."""
        ...


Completed = Callable[[Decision, str | None], None]  # (decision, SQLSTATE or None) once per executed statement

"""What the shield says of one statement."""

from dataclasses import dataclass

from lintel.analysis.resolution import Resolution
from lintel.analysis.world import World
from lintel.shield.sides import Sided

Edit = tuple[int, int, bytes]  # (start, end, replacement), bytes of the client's own text


@dataclass(frozen=True, slots=True)
class Verdict:
    """allow, rewrite, refuse or opaque, and the edits that make the text for the server.

    A refusal with `by_server` is one that the server itself will give for the edited text, with this SQLSTATE, as long
    as the column is absent; any other refusal replaces the statement.
    """

    kind: str  # allow | rewrite | refuse | opaque
    resolution: Resolution  # the client's text under its own logical tables: what is recorded
    world: World  # what it was resolved under
    edits: tuple[Edit, ...] = ()
    sqlstate: str | None = None
    message: str | None = None
    hint: str | None = None
    by_server: bool = False
    loud: bool = False  # fails in analysis under a schema that is permitted but not the one the catalog shows
    marked: bool = False  # names a marker: fails once the parked values have moved into the column
    rules: tuple[str, ...] = ()  # that made the edits of a rewrite, one for each
    plans: tuple[str, ...] = ()  # ids of the plans that the statement meets
    sides: tuple[Sided, ...] = ()  # for which table of each it was taken to be written

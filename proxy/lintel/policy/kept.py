"""What contexts of one key have decided, kept across snapshots for as long as it stands.

Every snapshot is a step with its difference from the one before. A decision was made at a step; it stands at a later
one if none of the names that it looked up was touched in between. That is asked when the text comes again, so a new
snapshot costs nothing for what is not asked for.
"""

from collections import deque
from dataclasses import dataclass
from itertools import islice

from lintel.policy.composed import Decided
from lintel.policy.recent import Recent
from lintel.policy.repeating import Repeating
from lintel.policy.seen import Seen
from lintel.policy.shapes import Prototype
from lintel.schema import Difference

MAX_REPEATING = 256 * 1024  # bytes of keys; of a row with its edits there are ten times as many
MAX_STEPS = 256  # what has not been asked for during so many is decided again


@dataclass(slots=True)
class Carried:
    """A decision, and the last step at which it was known to stand."""

    decided: Decided
    prototype: Prototype | None  # None: texts of this shape are told apart exactly
    step: int
    repeating: Repeating | None = None  # likewise, where its edits touch literals


class Kept:
    """The decisions of one context key."""

    __slots__ = ("repeating", "seen", "shapes", "texts")

    def __init__(self) -> None:
        self.texts: Recent[Carried] = Recent()
        self.shapes: Recent[Carried] = Recent()
        self.repeating: Recent[Carried] = Recent(MAX_REPEATING)  # shapes whose edits touch literals
        self.seen = Seen()  # texts


class History:
    """The steps of one database under the same plans."""

    def __init__(self) -> None:
        self.step = 0
        self._differences: deque[Difference] = deque(maxlen=MAX_STEPS)

    def add(self, difference: Difference) -> None:
        """A new snapshot."""
        self.step += 1
        self._differences.append(difference)

    def stands(self, carried: Carried, step: int, search_path: tuple[str, ...] | None) -> bool:
        """Whether a decision still stands at a step; then it is known to."""
        if carried.step == step:
            return True
        names, functions = carried.decided.names, carried.decided.functions
        first = self.step - len(self._differences)  # the step before the oldest difference
        if names is None or not first <= carried.step < step:
            return False
        steps = islice(self._differences, carried.step - first, step - first)
        if any(difference.touches(names, functions, search_path) for difference in steps):
            return False
        carried.step = step
        return True

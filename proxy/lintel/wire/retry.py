"""Another try for a loud text that has failed: which frames are sent again for it, and how often that may be.

Kept are the client's frames from the first loud one on, as long as nothing in them has run: what has run must not run
again. Replies to what was sent before them may still be under way.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

from . import messages
from .expected import MARKS, OWN_CLOSE, OWN_DESCRIBE, OWN_PARSE, OWN_PROBE, Expected
from .framing import header

KEPT_LIMIT: Final = 1024 * 1024  # bytes
_TRIES: Final = 3
# Expected, but no frame of the client asks for it.
_NOT_KEPT: Final = (OWN_PARSE, OWN_CLOSE, OWN_PROBE, OWN_DESCRIBE, *MARKS)


class Retry:
    """Of one session."""

    __slots__ = ("_described", "_earlier", "_frames", "_size", "repeats", "tries")

    def __init__(self) -> None:
        self.tries = 0  # that were made for the segment under way
        self._frames: deque[bytes] | None = None  # one for each reply that is owed to them
        self._earlier = 0  # replies to what was sent before them
        self._size = 0
        self._described = False  # the first of them asks for a ParameterDescription, and the client has had it
        self.repeats = False  # the next ParameterDescription is one that the client has had from an earlier try

    def begin(self, expected: Iterable[Expected]) -> None:
        """From the frame that is being sent on; `expected` is what is owed to earlier ones."""
        self._frames = deque()
        self._earlier = sum(entry.kind not in _NOT_KEPT for entry in expected)
        self._size = 0

    def keep(self, frame: bytes) -> None:
        """One that goes to the server, or its start; all are given up where they grow too large."""
        if self._frames is not None:
            self._frames.append(frame)
            self._size += header(frame, 0)[1]
            if self._size > KEPT_LIMIT:
                self.give_up()

    def answered(self, kind: int) -> None:
        """A reply of this kind has come, or will not."""
        self._described = False
        if self._frames is None or kind in _NOT_KEPT:
            return
        if self._earlier:
            self._earlier -= 1
            return
        if self._frames:
            self._frames.popleft()
        if kind in (messages.BIND, messages.EXECUTE):
            self.give_up()  # what has been bound is gone after the Sync that another try needs

    @property
    def keeping(self) -> bool:
        """Another try is possible so far."""
        return self._frames is not None

    @property
    def reached(self) -> bool:
        """The next reply is to one of these frames."""
        return self._frames is not None and not self._earlier

    @property
    def awaited(self) -> bool:
        """A reply to an earlier one comes first."""
        return self._frames is not None and self._earlier > 0

    @property
    def exhausted(self) -> bool:
        """Nothing would come of another."""
        return self.tries >= _TRIES

    def exhaust(self) -> None:
        """There is no other text."""
        self.tries = _TRIES

    def give_up(self) -> None:
        """There will be no other try."""
        self._frames = None

    def ran(self) -> None:
        """The server has begun with what it was just sent."""
        if self.reached:
            self.give_up()

    def over(self) -> None:
        """The segment has been answered to its end."""
        self.give_up()
        self.tries = 0
        self.repeats = False

    def described(self) -> bool:
        """A ParameterDescription has come; whether the client has had it: the analysis behind it may fail."""
        had, self.repeats = self.repeats, False
        self._described = had or self.reached
        return had

    def take(self) -> bytes:
        """The frames, for another try."""
        again = b"".join(self._frames or ())
        self.repeats = self._described
        self.give_up()
        self.tries += 1
        return again

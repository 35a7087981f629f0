"""What a context remembers by exact text, bounded in entries and bytes; what was not asked for again goes first.

Two generations: when the young one is full it becomes the old one, and what is found there moves back. So nothing is
ever deleted one by one, which a dict in insertion order punishes: `next(iter(d))` walks over all that was deleted
before it (3 us at 10,000 entries). What is remembered is not known here.
"""

from collections.abc import Mapping
from typing import Generic, TypeVar

Value = TypeVar("Value")

MAX_ENTRIES = 10_000  # of a generation
MAX_BYTES = 4 * 1024 * 1024  # of text in a generation
LONGEST = 64 * 1024  # longer texts are not remembered


class Recent(Generic[Value]):
    """`young` is for the hot path: look there first, then ask `recall`. It is another dict from time to time."""

    __slots__ = ("_bytes", "_most", "_old", "young")

    def __init__(self, most: int = MAX_BYTES) -> None:
        self.young: dict[bytes, Value] = {}
        self._old: dict[bytes, Value] = {}
        self._bytes = 0
        self._most = most

    def recall(self, text: bytes) -> Value | None:
        """What is remembered of a text."""
        found = self.young.get(text)
        if found is None and self._old and (found := self._old.pop(text, None)) is not None:
            self.remember(text, found)
        return found

    def peek(self, text: bytes) -> Value | None:
        """The same, and changes nothing: another thread may ask."""
        found = self.young.get(text)
        return self._old.get(text) if found is None else found

    def remember(self, text: bytes, value: Value) -> None:
        """Keep this; something else may have to go for it."""
        if len(text) > LONGEST:
            return
        self._bytes += len(text)
        if len(self.young) >= MAX_ENTRIES or self._bytes > self._most:
            self._old, self.young, self._bytes = self.young, {}, len(text)
        self.young[text] = value

    def all(self) -> Mapping[bytes, Value]:
        """Everything that is remembered."""
        return {**self._old, **self.young}

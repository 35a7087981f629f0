"""Whether a text has come lately: what comes but once is then not remembered, and pushes nothing out.

A byte of its hash in one of so many places, which keeps that of the text before it as well: two that come by turns may
share one. A third takes the place of the first, and one in 128 that never came is taken for one that did: either costs
a little time and nothing else.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_extensions import i64

_PLACES: Final = 4096


class Seen:
    """Of one kind of texts."""

    __slots__ = ("_before", "_last")

    def __init__(self) -> None:
        self._last = [-1] * _PLACES
        self._before = [-1] * _PLACES

    def again(self, text: bytes) -> bool:
        """Whether it has, and from now on it has."""
        found: i64 = hash(text)
        place: i64 = found % _PLACES
        mark = (found >> 32) & 255
        last = self._last[place]
        if last == mark or self._before[place] == mark:
            return True
        self._last[place], self._before[place] = mark, last
        return False

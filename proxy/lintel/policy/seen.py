"""Whether a text has come lately: what comes but once is then not remembered, and pushes nothing out.

A byte of its hash in one of so many places: the next text of that place takes it over, and one in 256 that never came
is taken for one that did. Either costs a little time and nothing else.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_extensions import i64

_PLACES: Final = 4096


class Seen:
    """Of one kind of texts."""

    __slots__ = ("_places",)

    def __init__(self) -> None:
        self._places = [-1] * _PLACES

    def again(self, text: bytes) -> bool:
        """Whether it has, and from now on it has."""
        mark: i64 = hash(text)
        place: i64 = mark % _PLACES
        low = (mark >> 32) & 255
        if self._places[place] == low:
            return True
        self._places[place] = low
        return False

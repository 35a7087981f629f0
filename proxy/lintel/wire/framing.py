"""Frames: how long one is, what is too long, and what of one is still to come. Knows no message's content.

A frame is a type byte and a length (that counts itself but not the type) before its body. It is never copied out
of the chunk that brought it unless it has to change: (type, start, end) is all that the readers work with.
"""

from struct import Struct
from types import FunctionType
from typing import TYPE_CHECKING, Final

from .errors import ProtocolError, Side

if TYPE_CHECKING:
    from mypy_extensions import i64  # a native integer where these modules are compiled, an int to everybody else

HEADER_SIZE: Final = 5
header: Final = Struct(">BI").unpack_from  # (type, length) at an offset

# What the server itself takes (PQ_SMALL_MESSAGE_LIMIT, PQ_LARGE_MESSAGE_LIMIT in its source).
SMALL: Final = 10_000
LARGE: Final = 0x3FFFFFFF
LARGEST_SIGNED: Final = 0x7FFFFFFF  # lengths are Int32: what is beyond is negative
# Statement texts are the only large thing that has to be whole in memory here.
STATEMENT: Final = 256 * 1024 * 1024


def check_length(side: Side, length: int, limit: int) -> None:
    """Before anything is allocated for a frame."""
    if length < 4 or length > LARGEST_SIGNED:
        raise ProtocolError(side, "08P01", f"invalid message length {length}")
    if length > limit:
        raise ProtocolError(side, "54000", f"message of {length} bytes is over the limit of {limit}")


# Whether these modules are machine code; the compiler takes it for given and leaves out the other branch. There a
# header is read by `length_at`, four loads; interpreted, one call of `header` takes half the time of that.
COMPILED: Final = not isinstance(check_length, FunctionType)


def length_at(data: bytes, at: "i64") -> "i64":
    """The length in the header at `at`."""
    first: i64 = data[at + 1]  # each a native one: what is shifted must not become an object on the way
    second: i64 = data[at + 2]
    third: i64 = data[at + 3]
    fourth: i64 = data[at + 4]
    return first << 24 | second << 16 | third << 8 | fourth


class Carry:
    """The start of a frame whose end has not come yet. Joined once, when it is whole: never quadratic."""

    __slots__ = ("_missing", "_pieces", "some")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._missing = 0
        self.some = False  # whether there is anything

    def keep(self, rest: bytes, enough: int = LARGEST_SIGNED) -> None:
        """`rest` begins at a frame and holds less than all of it, and less than would be `enough`."""
        self._pieces = [rest]
        self.some = True
        size = HEADER_SIZE if len(rest) < HEADER_SIZE else min(header(rest, 0)[1] + 1, enough)
        self._missing = size - len(rest)

    def join(self, data: bytes) -> bytes:
        """What was kept and `data`; empty as long as it is not enough (or the header not known)."""
        self._pieces.append(data)
        self._missing -= len(data)
        if self._missing > 0:
            return b""
        return self.take()

    def take(self) -> bytes:
        """Whatever there is."""
        rest = b"".join(self._pieces)
        self._pieces = []
        self.some = False
        return rest

    def __len__(self) -> int:
        return sum(map(len, self._pieces))

"""In a Conversation's place where nothing is to be understood: replication speaks a protocol of its own.

Only the login is the same as everybody's, so it is followed until the first ReadyForQuery; from then on every byte
passes as it is.
"""

from .decision import Context, Decision
from .direction import Direction
from .framing import HEADER_SIZE, check_length, header
from .login import Passing, as_it_is
from .messages import AUTHENTICATION, BACKEND_KEY_DATA, READY_FOR_QUERY
from .needs import Needs

_LIMIT = 30_000  # bytes of a message before the session is open, as libpq has it


class _AsItIs(Direction):
    __slots__ = ()

    def receive(self, data: bytes) -> bytes:
        return data


class Transparent(Direction):
    """The same surface."""

    __slots__ = ("_authentication", "_rest", "backend_key", "needs", "started")

    blocked = False
    withheld = False
    answered = True
    idle = False  # a stream that its client only listens to is under way until somebody ends it
    between_frames = True
    ended = True  # how the server goes is between it and the client

    def __init__(self, authentication: Passing = as_it_is) -> None:
        self.needs = Needs()
        self.backend_key = b""
        self.started = False
        self._authentication = authentication
        self._rest = b""

    client = _AsItIs()

    @property
    def server(self) -> Direction:
        """Its own."""
        return self

    def receive(self, data: bytes) -> bytes:
        """To the client."""
        return data if self.started else self._log_in(self._rest + data)

    def _log_in(self, data: bytes) -> bytes:
        passed: list[bytes] = []
        pos = 0
        while not self.started and pos + HEADER_SIZE <= len(data):
            kind, length = header(data, pos)
            check_length("server", length, _LIMIT)
            frame = data[pos : pos + 1 + length]
            if len(frame) <= length:
                break
            pos += len(frame)
            passed.append(self._frame(kind, frame))
        if self.started:
            passed.append(data[pos:])
            self._rest = b""
        else:
            self._rest = data[pos:]
        return b"".join(passed)

    def _frame(self, kind: int, frame: bytes) -> bytes:
        if kind == BACKEND_KEY_DATA:
            self.backend_key = frame[HEADER_SIZE:]
        self.started = kind == READY_FOR_QUERY
        return self._authentication(frame) if kind == AUTHENTICATION else frame

    def take_to_server(self) -> bytes:
        """Nothing is ever added."""
        return b""

    def decided(self, context: Context, text: bytes, decision: Decision) -> None:
        """Nothing is ever asked for."""

    def refreshed(self) -> bytes:
        """Nothing has waited."""
        return b""

    def reconsider(self) -> None:
        """Nothing is decided."""

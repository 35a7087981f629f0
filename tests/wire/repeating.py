"""What session/_exchange.h and a Shortcut do, said in Python: what tells a repeated exchange, a shell that uses it."""

from lintel.sql.shape import shape_of
from lintel.wire.conversation import Conversation
from lintel.wire.exchange import Exchange
from lintel.wire.framing import header

READY = b"Z\0\0\0\5"


def asked_again(exchange: Exchange, data: bytes) -> int:
    """Where the Bind begins in a chunk that asks for it once more (of a Query: its end); -1: it is something else."""
    at = len(exchange.ahead)
    if exchange.alike:  # in C, fewer: it gives up on comments, and on what is not ASCII
        return len(data) if is_query(data) and shape_of(data[5:-1]).key == shape_of(exchange.ahead[5:-1]).key else -1
    if not exchange.bind:
        return at if data == exchange.ahead else -1
    if not data.startswith(exchange.ahead) or data[at : at + 1] != b"B" or len(data) < at + 5:
        return -1
    end = at + 1 + header(data, at)[1]
    known = data[at + 5 :].startswith(exchange.bind) and at + 5 + len(exchange.bind) <= end
    return at if known and data[end:] == exchange.tail and end <= len(data) else -1


def is_query(data: bytes) -> bool:
    """One, and nothing else."""
    whole = len(data) > 5 and data[:1] == b"Q" and header(data, 0)[1] + 1 == len(data)
    return whole and data.find(0, 5) == len(data) - 1


def answered_whole(opening: bytes, data: bytes, query: bool = False) -> int:
    """Where the CommandComplete begins in a chunk that is a whole answer without an error; -1: it is something else."""
    at, kind = len(opening), 0
    if not data.startswith(opening):
        return -1
    while kind != ord("C"):
        if at + 5 > len(data):
            return -1
        began, (kind, length) = at, header(data, at)
        described = query and kind == ord("T") and not at
        if (kind not in b"DC" and not described) or length < 4:
            return -1
        at += 1 + length
    return began if data[at : at + 5] == READY and len(data) == at + 6 else -1


class Shell:
    """Moves bytes through a Conversation, past it where that is allowed; `passed` counts the chunks that were."""

    def __init__(self, conversation: Conversation) -> None:
        conversation.pass_repeated()
        self._conversation = conversation
        self._known: dict[Exchange, bytes] = {}  # with how its answer begins
        self._open = False
        self._under_way: Exchange | None = None
        self._ahead = False  # the Conversation has not been told that it is under way
        self.passed = [0, 0]
        self.queries = self.alike = 0  # of what has been passed to the server; of these, by their shape

    def client_sent(self, data: bytes) -> bytes:
        """What goes to the server."""
        if self._open and self._under_way is None:
            for exchange in self._known:
                if (at := asked_again(exchange, data)) >= 0:
                    self.passed[0] += 1
                    self.queries += not exchange.bind
                    self.alike += exchange.alike
                    self._under_way, self._ahead = exchange, True
                    return exchange.instead + data[at:] if exchange.instead else data
        sent = self.conversation.client.receive(data)
        needs = self._conversation.needs
        if needs.exchange is not None:
            if needs.forget:
                self._known = {}
            self._known[needs.exchange] = needs.exchange.entry.opening
            self._open, self._under_way, self._ahead = True, needs.exchange, False
            needs.exchange, needs.forget, needs.any = None, False, False
        return sent

    def server_sent(self, data: bytes) -> bytes:
        """What goes to the client."""
        exchange = self._under_way
        if exchange is not None and (at := answered_whole(self._known[exchange], data, not exchange.bind)) >= 0:
            self.passed[1] += 1
            self._under_way = None
            self._conversation.answered_whole(exchange, self._ahead, data[-1], data[at:])
            return data
        return self.conversation.server.receive(data)

    @property
    def conversation(self) -> Conversation:
        """It knows of everything, and is asked before anything else passes."""
        if self._under_way is not None and self._ahead:
            self._conversation.asked(self._under_way)
        self._open, self._under_way = False, None
        return self._conversation

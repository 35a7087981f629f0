"""What session/_exchange.h and a Shortcut do, said in Python: what tells a repeated exchange, a shell that uses it."""

from lintel.wire.conversation import Conversation
from lintel.wire.exchange import Exchange
from lintel.wire.framing import header

READY = b"Z\0\0\0\5"


def asked_again(exchange: Exchange, data: bytes) -> int:
    """Where the Bind begins in a chunk that asks for it once more; -1: it is something else."""
    at = len(exchange.ahead)
    if not data.startswith(exchange.ahead) or data[at : at + 1] != b"B" or len(data) < at + 5:
        return -1
    end = at + 1 + header(data, at)[1]
    known = data[at + 5 :].startswith(exchange.bind) and at + 5 + len(exchange.bind) <= end
    return at if known and data[end:] == exchange.tail and end <= len(data) else -1


def answered_whole(opening: bytes, data: bytes) -> int:
    """Where the CommandComplete begins in a chunk that is a whole answer without an error; -1: it is something else."""
    at, kind = len(opening), 0
    if not data.startswith(opening):
        return -1
    while kind != ord("C"):
        if at + 5 > len(data):
            return -1
        began, (kind, length) = at, header(data, at)
        if kind not in b"DC" or length < 4:
            return -1
        at += 1 + length
    return began if data[at : at + 5] == READY and len(data) == at + 6 else -1


class Shell:
    """Moves bytes through a Conversation, past it where that is allowed; `passed` counts the chunks that were."""

    def __init__(self, conversation: Conversation) -> None:
        conversation.pass_repeated()
        self._conversation = conversation
        self._exchange: Exchange | None = None  # that may pass
        self._opening = b""
        self._under_way = False
        self._ahead = False  # the Conversation has not been told that it is under way
        self.passed = [0, 0]

    def client_sent(self, data: bytes) -> bytes:
        """What goes to the server."""
        exchange = self._exchange
        if exchange is not None and not self._under_way and (at := asked_again(exchange, data)) >= 0:
            self.passed[0] += 1
            self._under_way = self._ahead = True
            return exchange.instead + data[at:] if exchange.instead else data
        sent = self.conversation.client.receive(data)
        if self._conversation.needs.exchange is not None:
            self._exchange, self._conversation.needs.exchange = self._conversation.needs.exchange, None
            self._conversation.needs.any = False
            self._opening, self._under_way, self._ahead = self._exchange.entry.opening, True, False
        return sent

    def server_sent(self, data: bytes) -> bytes:
        """What goes to the client."""
        if self._exchange is not None and self._under_way and (at := answered_whole(self._opening, data)) >= 0:
            self.passed[1] += 1
            self._conversation.answered_whole(self._exchange, self._ahead, data[-1], data[at:])
            self._under_way = False
            return data
        return self.conversation.server.receive(data)

    @property
    def conversation(self) -> Conversation:
        """It knows of everything, and is asked before anything else passes."""
        if self._exchange is not None and self._under_way and self._ahead:
            self._conversation.asked(self._exchange)
        self._exchange = None
        return self._conversation

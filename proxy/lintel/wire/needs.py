"""What a Conversation asks of the shell that moves its bytes. Knows nothing of why."""

from .decision import Context
from .exchange import Exchange


class Needs:
    """What the Conversation wants from its shell besides moving bytes; the shell looks at `any` after each receive."""

    __slots__ = ("any", "catalog", "decision", "exchange", "forget", "to_server")

    def __init__(self) -> None:
        self.any = False
        self.catalog = False  # fetch a new snapshot, then say so
        self.decision: tuple[Context, bytes] | None = None  # have this text decided, then say so
        self.exchange: Exchange | None = None  # it may pass without being looked at, if the shell can do that
        self.forget = False  # those of this session that it has been told of before may not any more
        self.to_server: list[bytes] = []  # written by Lintel itself, or by the client earlier

    def send(self, data: bytes) -> None:
        """To the server, as soon as the shell looks."""
        if data:
            self.to_server.append(data)
            self.any = True

    def repeat(self, exchange: Exchange, forget: bool) -> None:
        """It is under way, and nothing else is; `forget` the others of this session."""
        self.exchange = exchange
        self.forget = self.forget or forget
        self.any = True

    def decide(self, context: Context, text: bytes) -> None:
        """As soon as the shell looks."""
        self.decision = context, text
        self.any = True

"""In a Conversation's place where nothing is to be understood: replication speaks a protocol of its own."""

from .state import Needs


class Transparent:
    """The same surface, and every byte passes as it is."""

    __slots__ = ("needs",)

    backend_key = b""
    started = True
    blocked = False
    idle = True
    between_frames = False
    ended = True  # how the server goes is between it and the client

    def __init__(self) -> None:
        self.needs = Needs()

    def receive_client(self, data: bytes) -> bytes:
        """To the server."""
        return data

    def receive_server(self, data: bytes) -> bytes:
        """To the client."""
        return data

    def take_to_server(self) -> bytes:
        """Nothing is ever added."""
        return b""

    def refreshed(self) -> bytes:
        """Nothing has waited."""
        return b""

    def reconsider(self) -> None:
        """Nothing is decided."""

"""What both directions of a session are to whoever moves the bytes: a class, as its compiled calls cost the least."""


class Direction:
    """One way through; it keeps in mind what it has seen."""

    __slots__ = ()

    def receive(self, data: bytes) -> bytes:
        """What goes on to the other side for what has come; raises ProtocolError, and then the session has to end."""
        raise NotImplementedError

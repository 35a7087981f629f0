"""What becomes of the server's Authentication messages on their way to a client whose TLS is not the server's.

SCRAM's channel binding ties a login to the certificate that the client has seen. Where Lintel shows the server's own it
passes as it is; on a plain client leg the offer is taken out, as libpq refuses it there. Between two certificates there
is no way: libpq would tell the server that it saw no offer, and a server that made one takes that for an attack.
"""

from collections.abc import Callable

from . import messages
from .errors import ProtocolError

Passing = Callable[[bytes], bytes]  # an Authentication frame, as it goes to the client


def as_it_is(frame: bytes) -> bytes:
    """Nothing in the way."""
    return frame


def without_channel_binding(frame: bytes) -> bytes:
    """The client's leg is plain."""
    return messages.without_channel_binding(frame)


def unless_bound(frame: bytes) -> bytes:
    """Both legs are encrypted, with different certificates: whatever is not SCRAM with channel binding passes."""
    if messages.without_channel_binding(frame) != frame:
        raise ProtocolError(
            "server",
            "28000",
            "the server offers SCRAM with channel binding, which cannot pass between two certificates; "
            "ask for Lintel to be given the server's own certificate and key, or to authenticate clients itself",
        )
    return frame


def between(client: bytes | None, server: bytes | None) -> Passing:
    """By the certificate that the client was shown and the one that the server has shown; None on a plain leg."""
    if server is None or client == server:
        return as_it_is
    return without_channel_binding if client is None else unless_bound

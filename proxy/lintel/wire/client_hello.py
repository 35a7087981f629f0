"""Just enough of TLS to tell whether a client that begins with it speaks Postgres: ALPN in its ClientHello.

Postgres demands the protocol `postgresql` of TLS without SSLRequest, so that no other protocol's client is answered
(CVE-2021-3618 and its kind). Python's TLS would go on without an agreement, so it is looked at before.
"""

from typing import Final

from .startup import ALPN

HANDSHAKE: Final = b"\x16"  # the first byte
NO_APPLICATION_PROTOCOL: Final = b"\x15\x03\x03\x00\x02\x02\x78"  # the alert, fatal
_LIMIT: Final = 16_384 + 5
_ALPN_EXTENSION: Final = 16


def speaks_postgres(data: bytes) -> bool | None:
    """Whether the client offers it; None as long as its first record is not whole. Every real hello has one."""
    if len(data) < 5:
        return None
    end = 5 + int.from_bytes(data[3:5], "big")
    if end > _LIMIT:
        return False
    if len(data) < end:
        return None
    try:
        return ALPN.encode() in _protocols(_Reader(data[5:end]))
    except ValueError:
        return False


class _Reader:
    """Takes vectors off the front; ValueError where they are not there."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def take(self, size: int) -> bytes:
        """That many bytes."""
        if len(self.data) < size:
            raise ValueError("cut short")
        taken, self.data = self.data[:size], self.data[size:]
        return taken

    def vector(self, width: int) -> bytes:
        """What a length of that many bytes says."""
        return self.take(int.from_bytes(self.take(width), "big"))


def _protocols(hello: _Reader) -> list[bytes]:
    hello.take(1 + 3 + 2 + 32)  # type, length, version, random
    for width in (1, 2, 1):  # session id, ciphers, compression
        hello.vector(width)
    extensions = _Reader(hello.vector(2))
    while extensions.data:
        kind, body = extensions.take(2), extensions.vector(2)
        if int.from_bytes(kind, "big") == _ALPN_EXTENSION:
            return _names(_Reader(_Reader(body).vector(2)))
    return []


def _names(offered: _Reader) -> list[bytes]:
    found: list[bytes] = []
    while offered.data:
        found.append(offered.vector(1))
    return found

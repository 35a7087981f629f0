"""SCRAM with Lintel in the client's place, towards the server. Knows no frames.

The server has to prove itself too: an answer without the right signature is no login.
"""

import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Callable

from . import scram
from .errors import ProtocolError
from .scram import Keys

# (salt, iterations) -> the keys that go with them, or an error that says why there are none
Derive = Callable[[bytes, int], Keys]

_FIRST = re.compile(rb"r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+={0,2}),i=([0-9]{1,9})(?:,.*)?")


class Exchange:
    """One login: `first`, then `final` for the server's answer, then `verify` for its last word."""

    def __init__(self, derive: Derive, nonce: bytes, gs2_header: bytes, binding: bytes = b"") -> None:
        self._derive = derive
        self._nonce = nonce
        self._gs2_header = gs2_header
        self._binding = binding  # the hash of the server's certificate, where the header says so
        self._expected = b""

    @property
    def _bare(self) -> bytes:
        return b"n=,r=" + self._nonce

    def first(self) -> bytes:
        """Client-first-message."""
        return self._gs2_header + self._bare

    def final(self, server_first: bytes) -> bytes:
        """Client-final-message. ProtocolError where the server's cannot be read."""
        found = _FIRST.fullmatch(server_first)
        if found is None or not found[1].startswith(self._nonce) or found[1] == self._nonce or not int(found[3]):
            raise _broken()
        keys = self._derive(_decoded(found[2]), int(found[3]))
        without_proof = b"c=%b,r=%b" % (b64encode(self._gs2_header + self._binding), found[1])
        messages = b",".join((self._bare, server_first, without_proof))
        self._expected = scram.signature(keys.server, messages)
        return without_proof + b",p=" + b64encode(scram.proof(keys.client, messages))

    def verify(self, server_final: bytes) -> None:
        """ProtocolError where the server does not know the secret."""
        shown, _, _ = server_final.partition(b",")
        right = shown.startswith(b"v=") and hmac.compare_digest(_decoded(shown[2:]), self._expected)
        if not right or not self._expected:
            raise ProtocolError("server", "28000", "the server has not proved that it knows the user's secret")


def _decoded(text: bytes) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise _broken() from None


def _broken() -> ProtocolError:
    return ProtocolError("server", "08P01", "the server has sent a SCRAM message that cannot be read")

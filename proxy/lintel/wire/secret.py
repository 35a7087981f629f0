"""What can be held of a user, and what each kind answers where a server asks. Knows no frames.

kind              clients prove it by   answers a server that asks for
Password          SCRAM                 SCRAM, MD5, the password itself
scram.Secret      SCRAM                 SCRAM, where the server holds the same secret (see Recovered)
MD5               MD5                   MD5
"""

import hashlib
import re
from dataclasses import dataclass, field

from . import scram
from .errors import ProtocolError
from .scram import Keys

_MD5 = re.compile("md5[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Password:
    """As the user types it."""

    text: bytes = field(repr=False)

    def keys(self, salt: bytes, iterations: int) -> Keys:
        """For any secret that a server may have made of it."""
        return Keys.of(self.text, salt, iterations)

    def md5(self, user: str) -> "MD5":
        """What a server with md5 would hold."""
        return MD5(f"md5{hashlib.md5(self.text + _bytes(user), usedforsecurity=False).hexdigest()}")


@dataclass(frozen=True, slots=True)
class MD5:
    """md5 and the digest of password and user."""

    text: str = field(repr=False)

    def salted(self, salt: bytes) -> bytes:
        """What a client sends for this salt."""
        inner = self.text.removeprefix("md5").encode()
        return b"md5" + hashlib.md5(inner + salt, usedforsecurity=False).hexdigest().encode()


@dataclass(frozen=True, slots=True)
class Recovered:
    """A secret and, out of a client's proof, the key that goes with it."""

    secret: scram.Secret
    client_key: bytes = field(repr=False)

    def keys(self, salt: bytes, iterations: int) -> Keys:
        """ProtocolError where the server's secret is another one, even if it was made of the same password."""
        if (salt, iterations) != (self.secret.salt, self.secret.iterations):
            problem = "the user's secret on the server is not the one that Lintel holds, or is no longer in force"
            raise ProtocolError("server", "28P01", problem)
        return Keys(self.client_key, self.secret.server_key)


Held = Password | scram.Secret | MD5  # of a user, by Lintel
Proved = Password | Recovered | MD5  # after a client's login: what the server's may be answered with


def read(text: str) -> Held:
    """As pg_authid or userlist.txt has it. ValueError for a SCRAM secret that is none."""
    if text.startswith("SCRAM-SHA-256$"):
        secret = scram.Secret.parse(text)
        if secret is None:
            raise ValueError("expected SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey")
        return secret
    return MD5(text) if _MD5.fullmatch(text) else Password(_bytes(text))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")

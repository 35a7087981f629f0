"""SCRAM-SHA-256 (RFC 5802, 7677): what both sides compute, and the secret that a server keeps. No messages, no I/O.

    SaltedPassword = PBKDF2(password, salt, iterations)
    ClientKey = HMAC(SaltedPassword, "Client Key")      StoredKey = SHA256(ClientKey)
    ServerKey = HMAC(SaltedPassword, "Server Key")
    ClientProof = ClientKey XOR HMAC(StoredKey, the messages so far)

A secret holds StoredKey and ServerKey. Who has it can check a proof, and takes the ClientKey out of one that is right;
with that, and nothing else, one can log in where the same secret is kept.
"""

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import Final

from .saslprep import prepared

SCRAM: Final = b"SCRAM-SHA-256"
SCRAM_PLUS: Final = b"SCRAM-SHA-256-PLUS"  # with channel binding
BINDING_TYPE: Final = b"tls-server-end-point"
ITERATIONS: Final = 4096  # the server's default
KEY_SIZE: Final = 32
SALT_SIZE: Final = 16
NONCE_SIZE: Final = 18  # bytes before they are encoded, as the server has it

_SECRET = re.compile(r"SCRAM-SHA-256\$([0-9]{1,9}):([^$:]+)\$([^$:]+):([^$:]+)")


@dataclass(frozen=True, slots=True)
class Secret:
    """What pg_authid.rolpassword says of a user."""

    iterations: int
    salt: bytes = field(repr=False)
    stored_key: bytes = field(repr=False)
    server_key: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> "Secret | None":
        """SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey; None where it is something else."""
        found = _SECRET.fullmatch(text)
        if found is None:
            return None
        try:
            salt, stored_key, server_key = (b64decode(part, validate=True) for part in found.groups()[1:])
        except ValueError:
            return None
        sizes = len(stored_key), len(server_key)
        return cls(int(found[1]), salt, stored_key, server_key) if found[1].strip("0") and sizes == (32, 32) else None

    @classmethod
    def of(cls, password: bytes, salt: bytes, iterations: int = ITERATIONS) -> "Secret":
        """Made of a password, which takes a millisecond or two."""
        keys = Keys.of(password, salt, iterations)
        return cls(iterations, salt, sha256(keys.client), keys.server)

    def __str__(self) -> str:
        """As pg_authid has it."""
        salt, stored_key, server_key = (
            b64encode(part).decode() for part in (self.salt, self.stored_key, self.server_key)
        )
        return f"SCRAM-SHA-256${self.iterations}:{salt}${stored_key}:{server_key}"


@dataclass(frozen=True, slots=True)
class Keys:
    """What a client proves itself with, and what the server does."""

    client: bytes = field(repr=False)
    server: bytes = field(repr=False)

    @classmethod
    def of(cls, password: bytes, salt: bytes, iterations: int) -> "Keys":
        """Of a password as it was typed."""
        salted = hashlib.pbkdf2_hmac("sha256", prepared(password), salt, iterations)
        return cls(signature(salted, b"Client Key"), signature(salted, b"Server Key"))


def sha256(data: bytes) -> bytes:
    """StoredKey of a ClientKey."""
    return hashlib.sha256(data).digest()


def signature(key: bytes, messages: bytes) -> bytes:
    """HMAC."""
    return hmac.digest(key, messages, "sha256")


def proof(client_key: bytes, messages: bytes) -> bytes:
    """What shows that a client has its key, and to no one else what that is."""
    return xor(client_key, signature(sha256(client_key), messages))


def client_key(secret: Secret, messages: bytes, shown: bytes) -> bytes | None:
    """Out of a proof; None where it is not one."""
    found = xor(shown, signature(secret.stored_key, messages))
    return found if hmac.compare_digest(sha256(found), secret.stored_key) else None


def xor(one: bytes, other: bytes) -> bytes:
    """Of the same length."""
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def imagined(user: str, key: bytes, iterations: int = ITERATIONS) -> Secret:
    """For a user who has none: always the same salt, so that nobody can tell; a password that fits there is none."""
    return Secret(iterations, imagined_salt(user, key), bytes(KEY_SIZE), bytes(KEY_SIZE))


def imagined_salt(user: str, key: bytes) -> bytes:
    """By name; `key` is nobody's but Lintel's."""
    return signature(key, user.encode("utf-8", "surrogateescape"))[:SALT_SIZE]

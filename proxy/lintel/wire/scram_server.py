"""SCRAM with Lintel in the server's place: reads a client's two messages as strictly as the server does, in its words.

The checks, their order, SQLSTATEs, messages and details are those of PostgreSQL's auth-scram.c. Knows no frames.
"""

from base64 import b64decode, b64encode
from typing import Final, NoReturn

from . import scram
from .errors import ProtocolError
from .scram import Secret

_PRINTABLE: Final = range(0x21, 0x7F)


class Exchange:
    """One login: `first` answers client-first-message, `final` judges client-final-message."""

    def __init__(self, secret: Secret, nonce: bytes, binding: bytes | None, *, offered: bool) -> None:
        self._secret = secret
        self._nonce = nonce
        self._binding = binding  # the hash of the certificate, where the client has chosen to bind
        self._offered = offered  # binding was
        self._gs2_header = b""
        self._messages = b""

    def first(self, message: bytes) -> bytes:
        """Server-first-message. ProtocolError, as the server would."""
        _check_length(message)
        text = _Reader(message)
        self._read_flag(text)
        if text.peek() == b"a":
            raise ProtocolError("client", "0A000", "client uses authorization identity, but it is not supported")
        if text.peek() != b",":
            _malformed(f'Unexpected attribute "{_shown(text.peek())}" in client-first-message.')
        text.pos += 1
        self._gs2_header = message[: text.pos]
        bare = message[text.pos :]
        if text.peek() == b"m":
            raise ProtocolError("client", "0A000", "client requires an unsupported SCRAM extension")
        text.value(b"n")  # the startup packet's user counts
        nonce = text.value(b"r")
        if not all(byte in _PRINTABLE for byte in nonce):
            raise ProtocolError("client", "08P01", "non-printable characters in SCRAM nonce")
        while text.peek():
            text.any()
        self._nonce = nonce + self._nonce
        answer = b"r=%b,s=%b,i=%d" % (self._nonce, b64encode(self._secret.salt), self._secret.iterations)
        self._messages = bare + b"," + answer
        return answer

    def _read_flag(self, text: "_Reader") -> None:
        """Whether the client binds, would if it were offered, or does not."""
        match text.peek():
            case b"n" | b"y" if self._binding is not None:
                _malformed(
                    "The client selected SCRAM-SHA-256-PLUS, but the SCRAM message does not include channel binding "
                    "data."
                )
            case b"y" if self._offered:
                raise ProtocolError(
                    "client",
                    "28000",
                    "SCRAM channel binding negotiation error",
                    "The client supports SCRAM channel binding but thinks the server does not.  However, this server "
                    "does support channel binding.",
                )
            case b"n" | b"y":
                text.pos += 1
                if text.peek() != b",":
                    _malformed(f'Comma expected, but found character "{_shown(text.peek())}".')
                text.pos += 1
            case b"p":
                self._read_binding(text)
            case other:
                _malformed(f'Unexpected channel-binding flag "{_shown(other)}".')

    def _read_binding(self, text: "_Reader") -> None:
        if self._binding is None:
            _malformed(
                "The client selected SCRAM-SHA-256 without channel binding, but the SCRAM message includes channel "
                "binding data."
            )
        kind = text.value(b"p")
        if kind != scram.BINDING_TYPE:
            shown = "".join(chr(byte) if byte in _PRINTABLE else "?" for byte in kind[:30])
            raise ProtocolError("client", "08P01", f'unsupported SCRAM channel-binding type "{shown}"')

    def final(self, message: bytes) -> tuple[bytes, bytes] | None:
        """Server-final-message and the client's key; None where the proof is wrong. ProtocolError, as the server."""
        _check_length(message)
        text = _Reader(message)
        self._check_binding(text.value(b"c"))
        nonce = text.value(b"r")
        proof = self._read_proof(text)
        if text.peek():
            _malformed("Garbage found at the end of client-final-message.")
        if nonce != self._nonce:
            raise ProtocolError("client", "08P01", "invalid SCRAM response", "Nonce does not match.")
        messages = self._messages + b"," + message[: text.began - 1]
        key = scram.client_key(self._secret, messages, proof)
        if key is None:
            return None
        return b"v=" + b64encode(scram.signature(self._secret.server_key, messages)), key

    def _check_binding(self, shown: bytes) -> None:
        if shown == b64encode(self._gs2_header + (self._binding or b"")):
            return
        if self._binding is not None:
            raise ProtocolError("client", "28000", "SCRAM channel binding check failed")
        raise ProtocolError("client", "08P01", "unexpected SCRAM channel-binding attribute in client-final-message")

    def _read_proof(self, text: "_Reader") -> bytes:
        """Behind any number of extensions."""
        while True:
            name, value = text.any()
            if name == b"p":
                break
        try:
            proof = b64decode(value, validate=True)
        except ValueError:
            proof = b""
        if len(proof) != scram.KEY_SIZE:
            _malformed("Malformed proof in client-final-message.")
        return proof


class _Reader:
    """Attributes, one after another: a letter, an equals sign, anything but a comma."""

    def __init__(self, message: bytes) -> None:
        self._message = message
        self.pos = 0
        self.began = 0  # where the last attribute did

    def peek(self) -> bytes:
        """The next character; none at the end."""
        return self._message[self.pos : self.pos + 1]

    def value(self, name: bytes) -> bytes:
        """Of the attribute that has to come now."""
        if self.peek() != name:
            _malformed(f'Expected attribute "{name.decode()}" but found "{_shown(self.peek())}".')
        return self._value(name)

    def any(self) -> tuple[bytes, bytes]:
        """Whichever comes."""
        name = self.peek()
        if not name:
            _malformed("Attribute expected, but found end of string.")
        if not name.isalpha():
            _malformed(f'Attribute expected, but found invalid character "{_shown(name)}".')
        return name, self._value(name)

    def _value(self, name: bytes) -> bytes:
        self.began = self.pos
        if self._message[self.pos + 1 : self.pos + 2] != b"=":
            _malformed(f'Expected character "=" for attribute "{name.decode()}".')
        comma = self._message.find(b",", self.pos)
        end = len(self._message) if comma < 0 else comma
        value = self._message[self.pos + 2 : end]
        self.pos = min(end + 1, len(self._message))
        return value


def _check_length(message: bytes) -> None:
    if not message:
        _malformed("The message is empty.")
    if b"\0" in message:
        _malformed("Message length does not match input length.")


def _malformed(detail: str) -> NoReturn:
    raise ProtocolError("client", "08P01", "malformed SCRAM message", detail)


def _shown(character: bytes) -> str:
    byte = character[0] if character else 0
    return f"'{chr(byte)}'" if byte in _PRINTABLE else f"0x{byte:02x}"

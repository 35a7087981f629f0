"""Lintel in the server's place while a client logs in: what it is asked, and whether its answer proves its secret.

    admission = ScramAdmission(user, secret, nonce, binding)      # or Md5Admission
    to_client = admission.challenge
    to_client = admission.receive(data)      # until admission.proved; ProtocolError is what the client is told

The client is sent no AuthenticationOk: that is left to the server's own.
"""

import hmac
from base64 import b64encode

from . import messages, scram
from .errors import ProtocolError
from .framing import HEADER_SIZE, header
from .scram import SCRAM, SCRAM_PLUS
from .scram_server import Exchange
from .secret import MD5, Password, Proved, Recovered

_SASL_LIMIT = 1024  # bytes of a message, as the server has it
_PASSWORD_LIMIT = 65_535


class _Frames:
    """PasswordMessages as they come in, whole."""

    def __init__(self, called: str, limit: int) -> None:
        self._called = called
        self._limit = limit
        self.rest = b""

    def take(self, data: bytes) -> bytes | None:
        """The body of the next one; None as long as it is not whole."""
        self.rest += data
        if self.rest and self.rest[0] != messages.PASSWORD:
            problem = f"expected {self._called} response, got message type {self.rest[0]}"
            raise ProtocolError("client", "08P01", problem)
        if len(self.rest) < HEADER_SIZE:
            return None
        _, length = header(self.rest, 0)
        if not 4 <= length <= self._limit:
            raise ProtocolError("client", "08P01", "invalid message length")
        if len(self.rest) <= length:
            return None
        body, self.rest = self.rest[HEADER_SIZE : 1 + length], self.rest[1 + length :]
        return body


class ScramAdmission:
    """By SCRAM; `binding` is the hash of the certificate that the client has seen, None where it cannot bind."""

    def __init__(
        self, user: str, secret: scram.Secret, nonce: bytes, binding: bytes | None, password: Password | None = None
    ) -> None:
        self._user = user
        self._secret = secret
        self._password = password  # that the secret was made of, where it is known
        self._nonce = b64encode(nonce)
        self._binding = binding
        self._frames = _Frames("SASL", _SASL_LIMIT)
        self._exchange: Exchange | None = None
        self._started = False
        self.proved: Proved | None = None

    @property
    def challenge(self) -> bytes:
        """AuthenticationSASL."""
        mechanisms = (SCRAM,) if self._binding is None else (SCRAM_PLUS, SCRAM)
        return messages.authentication(messages.SASL, b"".join(name + b"\0" for name in mechanisms) + b"\0")

    @property
    def rest(self) -> bytes:
        """What the client has sent behind its login."""
        return self._frames.rest

    def receive(self, data: bytes) -> bytes:
        """What goes to the client for it."""
        answers: list[bytes] = []
        while self.proved is None and (body := self._frames.take(data)) is not None:
            data = b""
            answers.append(self._answer(body))
        return b"".join(answers)

    def _answer(self, body: bytes) -> bytes:
        if self._exchange is None:
            self._exchange, response = self._begin(body)
            if response is None:  # then it comes behind an empty challenge
                return messages.authentication(messages.SASL_CONTINUE)
            body = response
        if not self._started:
            self._started = True
            return messages.authentication(messages.SASL_CONTINUE, self._exchange.first(body))
        found = self._exchange.final(body)
        if found is None:
            raise wrong_password(self._user)
        last, client_key = found
        self.proved = self._password or Recovered(self._secret, client_key)
        return messages.authentication(messages.SASL_FINAL, last)

    def _begin(self, body: bytes) -> tuple[Exchange, bytes | None]:
        mechanism, nul, rest = body.partition(b"\0")
        if not nul:
            raise ProtocolError("client", "08P01", "invalid string in message")
        chosen = mechanism == SCRAM_PLUS and self._binding is not None
        if not chosen and mechanism != SCRAM:
            raise ProtocolError("client", "08P01", "client selected an invalid SASL authentication mechanism")
        binding = self._binding if chosen else None
        offered = self._binding is not None
        return Exchange(self._secret, self._nonce, binding, offered=offered), _initial_response(rest)


def _initial_response(rest: bytes) -> bytes | None:
    length = int.from_bytes(rest[:4], "big", signed=True)
    if len(rest) < 4 or length < -1 or len(rest) < 4 + length:
        raise ProtocolError("client", "08P01", "insufficient data left in message")
    if len(rest) > 4 + max(length, 0):
        raise ProtocolError("client", "08P01", "invalid message format")
    return None if length < 0 else rest[4:]


class Md5Admission:
    """By a digest that is salted with four bytes."""

    def __init__(self, user: str, secret: MD5, salt: bytes) -> None:
        self._user = user
        self._secret = secret
        self._salt = salt
        self._frames = _Frames("password", _PASSWORD_LIMIT)
        self.proved: Proved | None = None

    @property
    def challenge(self) -> bytes:
        """AuthenticationMD5Password."""
        return messages.authentication(messages.MD5_PASSWORD, self._salt)

    @property
    def rest(self) -> bytes:
        """What the client has sent behind its login."""
        return self._frames.rest

    def receive(self, data: bytes) -> bytes:
        """Nothing goes to the client for it."""
        body = self._frames.take(data)
        if body is None:
            return b""
        shown = body[:-1]
        if body[-1:] != b"\0" or b"\0" in shown:
            raise ProtocolError("client", "08P01", "invalid password packet size")
        if not shown:
            raise ProtocolError("client", "28P01", "empty password returned by client")
        if not hmac.compare_digest(shown, self._secret.salted(self._salt)):
            raise wrong_password(self._user)
        self.proved = self._secret
        return b""


Admission = ScramAdmission | Md5Admission


def wrong_password(user: str) -> ProtocolError:
    """Also where there is no such user, or its password has expired: nobody is told which."""
    return ProtocolError("client", "28P01", f'password authentication failed for user "{user}"')

"""Lintel in the client's place while it logs in to the server with what its own client has proved.

    login = LoggingIn(user, proved, nonce, encrypted=..., binding=...)      # the startup packet has been sent
    to_server = login.receive(data)          # until login.done; then login.said is what the client gets

What is not Lintel's to answer is the client's: the server's errors as they are, and what begins with AuthenticationOk.
"""

from base64 import b64encode

from . import messages
from .errors import ProtocolError
from .framing import HEADER_SIZE, check_length, header
from .scram import BINDING_TYPE, SCRAM, SCRAM_PLUS
from .scram_client import Exchange
from .secret import MD5, Password, Proved, Recovered

_LIMIT = 30_000  # bytes of a message before the session is open, as libpq has it


class LoggingIn:
    """`binding` is the hash of the certificate that the server has shown, None where there is none to bind to."""

    def __init__(self, user: str, proved: Proved, nonce: bytes, *, encrypted: bool, binding: bytes | None) -> None:
        self._user = user
        self._proved = proved
        self._nonce = b64encode(nonce)
        self._encrypted = encrypted
        self._binding = binding
        self._exchange: Exchange | None = None
        self._unverified = False  # the server has yet to prove itself
        self._data = b""
        self._passed: list[bytes] = []
        self.done = False
        self.refused = b""  # the server's ErrorResponse, where it lets nobody in

    @property
    def said(self) -> bytes:
        """For the client."""
        return b"".join(self._passed) + self._data

    def receive(self, data: bytes) -> bytes:
        """What goes to the server for it. ProtocolError where there is no answer."""
        self._data += data
        answers: list[bytes] = []
        while not self.done and len(self._data) >= HEADER_SIZE:
            kind, length = header(self._data, 0)
            check_length("server", length, _LIMIT)
            if len(self._data) <= length:
                break
            frame, self._data = self._data[: 1 + length], self._data[1 + length :]
            answers.append(self._frame(kind, frame))
        return b"".join(answers)

    def _frame(self, kind: int, frame: bytes) -> bytes:
        asks = int.from_bytes(frame[5:9], "big")
        if kind == messages.AUTHENTICATION and len(frame) >= 9 and asks != messages.AUTHENTICATION_OK:
            return self._answer(asks, frame[9:])
        self._passed.append(frame)
        match kind:
            case messages.AUTHENTICATION:
                if self._unverified:
                    raise ProtocolError("server", "28000", "the server has not completed its own authentication")
                self.done = True
            case messages.ERROR_RESPONSE:
                self.done = True
                self.refused = frame
            case messages.NOTICE_RESPONSE | messages.NEGOTIATE_PROTOCOL_VERSION:
                pass
            case _:
                raise ProtocolError("server", "08P01", f"unexpected message type {kind} during authentication")
        return b""

    def _answer(self, asks: int, data: bytes) -> bytes:
        match asks, self._proved:
            case messages.SASL, Password() | Recovered():
                return self._begin(data.split(b"\0"))
            case messages.SASL_CONTINUE, _ if self._exchange is not None:
                return messages.frame(messages.PASSWORD, self._exchange.final(data))
            case messages.SASL_FINAL, _ if self._exchange is not None:
                self._exchange.verify(data)
                self._unverified = False
                return b""
            case messages.MD5_PASSWORD, Password():
                return _password(self._proved.md5(self._user).salted(data))
            case messages.MD5_PASSWORD, MD5():
                return _password(self._proved.salted(data))
            case messages.CLEARTEXT_PASSWORD, Password():
                return _password(self._proved.text)
            case _:
                raise self._unanswerable(asks)

    def _begin(self, offered: list[bytes]) -> bytes:
        """By the best that is offered, with the words of libpq about channel binding."""
        binds = SCRAM_PLUS in offered and self._binding is not None
        if not binds and SCRAM not in offered:
            raise ProtocolError("server", "28000", "the server offers no SASL mechanism that Lintel knows")
        assert isinstance(self._proved, Password | Recovered)
        if binds:
            flag, binding = b"p=" + BINDING_TYPE, self._binding or b""
        else:
            could = self._encrypted and SCRAM_PLUS not in offered
            flag, binding = b"y" if could else b"n", b""
        self._exchange = Exchange(self._proved.keys, self._nonce, flag + b",,", binding)
        self._unverified = True
        return messages.sasl_initial_response(SCRAM_PLUS if binds else SCRAM, self._exchange.first())

    def _unanswerable(self, asks: int) -> ProtocolError:
        wanted = _NAMES.get(asks, f"authentication of kind {asks}")
        held = _HELD[type(self._proved)]
        problem = f"the server asks for {wanted}, which cannot be answered with {held}"
        return ProtocolError("server", "28000", problem)


def _password(text: bytes) -> bytes:
    return messages.frame(messages.PASSWORD, text + b"\0")


_NAMES = {
    messages.CLEARTEXT_PASSWORD: "the password itself",
    messages.MD5_PASSWORD: "an MD5 digest",
    messages.SASL: "SCRAM",
    7: "GSSAPI",
    9: "SSPI",
}
_HELD: dict[type, str] = {Recovered: "a SCRAM secret", MD5: "an MD5 entry", Password: "a password"}

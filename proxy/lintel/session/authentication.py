"""Lintel's own authentication: a client proves its secret to Lintel, and what that gives logs in to the server.

The client comes first: who cannot log in here never reaches the server. What is said on either side is wire's; this
module moves the bytes.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable

import structlog

from lintel.wire import channel_binding, messages, scram
from lintel.wire.admission import Admission, Md5Admission, ScramAdmission
from lintel.wire.errors import ProtocolError
from lintel.wire.logging_in import LoggingIn
from lintel.wire.scram import Secret
from lintel.wire.secret import MD5, Held, Password, Proved
from lintel.wire.startup import StartupMessage

from .arrival import Arrival
from .connector import Opened
from .server_leg import Waiting

# What is held of this user, who wants in with that packet; ProtocolError where it cannot be found out.
LookUp = Callable[[str, StartupMessage], Awaitable[Held | None]]

_NAME_SIZE = 63  # bytes: NAMEDATALEN without the NUL

_log = structlog.get_logger(__name__)


class TurnedAway(Exception):
    """The client is not let in; `said` is what it is still told."""

    def __init__(self, said: bytes = b"") -> None:
        super().__init__("turned away")
        self.said = said


class Authentication:
    """Of all clients of a listener. `key` is what salts are made of for those who have none: nobody's but Lintel's."""

    def __init__(self, look_up: LookUp, key: bytes, certificate: bytes = b"") -> None:
        self._look_up = look_up
        self._key = key
        self._binding = channel_binding.end_point(certificate) if certificate else None
        self._made: dict[str, tuple[Password, Secret]] = {}  # of those whose password is known
        self._known_iterations: int | None = None  # of the first secret that was looked up

    async def admit(self, arrival: Arrival, message: StartupMessage) -> Proved:
        """Ask the client for its proof. Raises TurnedAway."""
        user, held = role(message), None
        try:
            held = await self._look_up(user, message)
            return await _converse(arrival, await self._admission(user, held, arrival))
        except ProtocolError as problem:
            reason = {"secret": "none that is in force"} if held is None and problem.sqlstate == "28P01" else {}
            _log.warning("login refused", user=user, address=arrival.address, problem=str(problem), **reason)
            raise TurnedAway(messages.fatal(problem.sqlstate, problem.message, problem.detail)) from None
        except (OSError, EOFError):
            raise TurnedAway from None

    async def _admission(self, user: str, held: Held | None, arrival: Arrival) -> Admission:
        if isinstance(held, MD5):
            return Md5Admission(user, held, secrets.token_bytes(4))
        nonce = secrets.token_bytes(scram.NONCE_SIZE)
        binding = self._binding if arrival.encrypted else None
        match held:
            case Password():
                return ScramAdmission(user, await self._secret(user, held), nonce, binding, held)
            case Secret():
                self._known_iterations = self._known_iterations or held.iterations
                return ScramAdmission(user, held, nonce, binding)
            case _:
                return ScramAdmission(user, scram.imagined(user, self._key, self._iterations), nonce, binding)

    @property
    def _iterations(self) -> int:
        """For those who have no secret: as somebody has it who has one."""
        return self._known_iterations or scram.ITERATIONS

    async def _secret(self, user: str, password: Password) -> Secret:
        """With the salt that the user would have without a password: it does not tell who has one."""
        known = self._made.get(user)
        if known is not None and known[0] == password and known[1].iterations == self._iterations:
            return known[1]
        salt = scram.imagined_salt(user, self._key)
        secret = await asyncio.to_thread(Secret.of, password.text, salt, self._iterations)
        self._made[user] = password, secret
        return secret


def role(message: StartupMessage) -> str:
    """The server looks at no more of a name."""
    return message.user.encode("utf-8", "surrogateescape")[:_NAME_SIZE].decode("utf-8", "surrogateescape")


async def _converse(arrival: Arrival, admission: Admission) -> Proved:
    """EOFError or OSError where the client goes away."""
    transport, client = arrival.transport, _Client(arrival)
    if transport.is_closing():
        raise EOFError
    transport.set_protocol(client)
    transport.write(admission.challenge)
    data = arrival.take_early()
    while True:
        answer = admission.receive(data)
        if answer:
            transport.write(answer)
        if admission.proved is not None:
            break
        data = await _more(transport, client)
    arrival.data_received(admission.rest)  # for the session
    return admission.proved


class _Client(Waiting):
    """The client while it proves itself."""

    def __init__(self, arrival: Arrival) -> None:
        super().__init__()
        self._arrival = arrival
        self.connection_made(arrival.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits is told, and so is the listener."""
        super().connection_lost(exc)
        self._arrival.connection_lost(exc)


async def log_in(server: Opened, startup: bytes, user: str, proved: Proved, seconds: float) -> None:
    """As the client; what the server says from AuthenticationOk on is then where a session looks for it.

    Raises TurnedAway; the connection is then of no more use.
    """
    try:
        async with asyncio.timeout(seconds):
            await _log_in(server, startup, user, proved)
    except ProtocolError as problem:
        _log.error("login to the server not possible", user=user, problem=str(problem))
        message = f'lintel: cannot log in to the server as "{user}": {problem}'
        raise TurnedAway(messages.fatal(problem.sqlstate, message)) from None
    except TimeoutError:
        raise TurnedAway(messages.fatal("57014", "lintel: login took too long")) from None
    except (OSError, EOFError):
        lost = "lintel: the server has closed the connection unexpectedly"
        raise TurnedAway(messages.fatal("08006", lost)) from None


async def _log_in(server: Opened, startup: bytes, user: str, proved: Proved) -> None:
    shown = server.certificate
    binding = channel_binding.end_point(shown) if shown is not None else None
    nonce = secrets.token_bytes(scram.NONCE_SIZE)
    login = LoggingIn(user, proved, nonce, encrypted=shown is not None, binding=binding)
    if not server.startup_sent:
        server.transport.write(startup)
        server.startup_sent = True
    while not login.done:
        data = await _more(server.transport, server.waiting)
        # A password takes a millisecond or more to be made keys of, as many as the server wants.
        in_thread = isinstance(proved, Password)
        answer = await asyncio.to_thread(login.receive, data) if in_thread else login.receive(data)
        if answer:
            server.transport.write(answer)
    if login.refused or server.transport.is_closing():
        raise TurnedAway(login.said)
    server.waiting.data_received(login.said)


async def _more(transport: asyncio.Transport, waiting: Waiting) -> bytes:
    """As soon as there is anything; reading is paused before and after."""
    if not transport.is_closing():
        transport.resume_reading()
    await waiting.some()
    if not transport.is_closing():
        transport.pause_reading()
    return waiting.take()

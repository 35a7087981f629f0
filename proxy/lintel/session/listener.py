"""Accepts clients and begins their sessions.

How to put it together:

    listener = Listener(destinations, Options(login_timeout=60.0))
    door = Door(sockets, listener.accept)
    door.open()
    ...
    door.close()
    await listener.drain(10.0)                                          # a call to end() cuts it short

`destinations(message)` says to which server a startup packet leads, and gives the Database (see database.py) there.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import NamedTuple

import structlog

from lintel.metrics import Counters
from lintel.wire import messages
from lintel.wire.conversation import Conversation
from lintel.wire.decision import Settings
from lintel.wire.login import Passing, as_it_is, between
from lintel.wire.secret import Proved
from lintel.wire.startup import CancelRequest, StartupMessage
from lintel.wire.transparent import Transparent

from .arrival import Arrival, Network
from .authentication import Authentication, TurnedAway, log_in, role
from .canceling import Canceling, Origin, every
from .connector import Client, KeepAlive, Opened, Unreachable
from .database import Destination, Destinations, Login
from .relay import Session
from .stream import streamed

_log = structlog.get_logger(__name__)
_DRAIN_TICK = 0.05
_SWEEPS = 4  # in an idle timeout
_IDLE_TOO_LONG = ("57P05", "lintel: terminating connection due to idle-session timeout")
_TOO_LATE = ("57014", "lintel: login took too long")
_TOO_MANY = ("53300", "lintel: too many connections")
_INTERNAL = ("XX000", "lintel: internal error; Lintel's log says more")
_SHUTTING_DOWN = ("57P01", "lintel: terminating connection due to administrator command")


@dataclass(frozen=True, slots=True)
class Options:
    """What may be set."""

    tls: SSLContext | None = None  # offered to clients
    certificate: bytes = b""  # what they are shown, DER
    tls_required: bool = False
    login_timeout: float = 60.0
    sessions: int = 10_000
    startups: int = 1_000  # connections that have not sent their startup packet
    idle_timeout: float = 0.0  # 0: never
    stall_timeout: float = 0.0  # 0: never
    keepalive: KeepAlive = field(default_factory=KeepAlive)
    balancers: tuple[Network, ...] = ()  # connections from there begin with a header of the PROXY protocol
    authentication: Authentication | None = None  # Lintel's own; None: it is between client and server


class _Held(NamedTuple):
    """What is kept of a session."""

    login_timer: asyncio.TimerHandle
    origin: Origin


class Listener:
    """The clients of one listening address."""

    def __init__(
        self, destinations: Destinations, options: Options | None = None, counters: Counters | None = None
    ) -> None:
        self._counters = counters or Counters()
        self._destinations = destinations
        self._options = options or Options()
        self._arrivals: dict[Arrival, asyncio.TimerHandle] = {}  # the oldest first
        self._beginning: dict[Arrival, asyncio.TimerHandle] = {}  # their startup packet is there, the server not yet
        self._sessions: dict[Session, _Held] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._canceling = Canceling()
        self._draining = False
        self._sweeping: asyncio.TimerHandle | None = None

    @property
    def sessions(self) -> int:
        """How many there are, those included that are only arriving."""
        return len(self._sessions) + len(self._beginning) + len(self._arrivals)

    @property
    def full(self) -> bool:
        """Nobody else can be let in, if all who are arriving are."""
        return self.sessions >= self._options.sessions

    def reconfigure(self, destinations: Destinations, options: Options) -> None:
        """For what begins from now on; limits and the idle timeout for everybody."""
        self._destinations = destinations
        self._options = options
        self._watch_idle()

    def accept(self) -> Arrival:
        """The protocol of a new connection, for a Door."""
        self._watch_idle()
        return Arrival(self, self._options.tls, self._options.keepalive, self._options.balancers)

    def arrived(self, arrival: Arrival) -> None:
        """Connected. Where too many have not said a word, the oldest of them goes: logging in takes a moment only."""
        loop = asyncio.get_running_loop()
        self._arrivals[arrival] = loop.call_later(self._options.login_timeout, self._overdue, arrival)
        while len(self._arrivals) > self._options.startups:
            oldest = next(iter(self._arrivals))
            oldest.transport.abort()
            self.gone(oldest)

    def _overdue(self, arrival: Arrival) -> None:
        """Who has said nothing is told nothing."""
        if arrival in self._beginning:
            arrival.refuse(*_TOO_LATE)
        else:
            arrival.transport.abort()

    def gone(self, arrival: Arrival) -> None:
        """It has closed before a session began, or one has begun."""
        timer = self._arrivals.pop(arrival, None) or self._beginning.pop(arrival, None)
        if timer is not None:
            timer.cancel()

    def _watch_idle(self) -> None:
        if self._sweeping is None and self._options.idle_timeout:
            loop = asyncio.get_running_loop()
            self._sweeping = loop.call_later(self._options.idle_timeout / _SWEEPS, self._sweep)

    def _sweep(self) -> None:
        """End who has been idle in every sweep of an idle timeout."""
        self._sweeping = None
        for session in list(self._sessions):
            if session.silence() > _SWEEPS and self._options.idle_timeout:
                session.end(*_IDLE_TOO_LONG)
        if self.sessions:
            self._watch_idle()

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """A task that is not lost."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def begin(self, arrival: Arrival, message: StartupMessage) -> None:
        """A startup packet has come."""
        if self._draining:
            arrival.refuse("57P03", "lintel: shutting down")
        elif self._options.tls_required and not arrival.encrypted and not arrival.local:
            arrival.refuse("28000", "lintel: connections must use TLS")
        elif self._full:
            arrival.refuse(*_TOO_MANY)
        elif (destination := self._destinations(message)) is None:
            arrival.refuse("3D000", f'database "{message.database}" does not exist')
        else:
            if self._options.authentication is None:
                self._expect(arrival)
            self.spawn(self._begin(arrival, message, destination))

    @property
    def _full(self) -> bool:
        return len(self._sessions) + len(self._beginning) >= self._options.sessions

    def _expect(self, arrival: Arrival) -> None:
        """It takes a session's place from here on."""
        if arrival in self._arrivals:
            self._beginning[arrival] = self._arrivals.pop(arrival)

    async def _admit(self, arrival: Arrival, message: StartupMessage) -> Proved | None:
        """None where that is the server's to do. Until it is done, the client has no more than arrived."""
        if self._options.authentication is None:
            return None
        proved = await self._options.authentication.admit(arrival, message)
        if self._full:
            raise TurnedAway(messages.fatal(*_TOO_MANY))
        self._expect(arrival)
        return proved

    async def _begin(self, arrival: Arrival, message: StartupMessage, destination: Destination) -> None:
        try:
            server, passing = await self._serve(arrival, message, destination)
        except TurnedAway as problem:
            arrival.turn_away(problem.said)
        except Unreachable as problem:
            _log.warning("server unreachable", problem=str(problem))
            arrival.refuse(problem.sqlstate, "lintel: the server cannot be reached")
        except Exception:  # a fault of ours: the loop tells the log
            arrival.refuse(*_INTERNAL)
            raise
        else:
            if arrival.transport.is_closing():
                server.transport.abort()
            else:
                self._join(arrival, message, destination, server, passing)

    async def _serve(
        self, arrival: Arrival, message: StartupMessage, destination: Destination
    ) -> tuple[Opened, Passing]:
        """The server connection for a client, and what of the login passes between the two."""
        proved = await self._admit(arrival, message)
        certificate = self._options.certificate if arrival.encrypted and proved is None else None
        server = await destination.connector.open(Client(destination.startup, certificate))
        try:
            await destination.database.ready()
            if proved is not None:
                await log_in(server, destination.startup, role(message), proved, self._options.login_timeout)
            return server, between(certificate, server.certificate) if proved is None else as_it_is
        except BaseException:
            server.transport.abort()
            raise

    def _join(
        self, arrival: Arrival, message: StartupMessage, destination: Destination, server: Opened, passing: Passing
    ) -> None:
        """From here on the two connections are one session."""
        self.gone(arrival)
        parameters = message.parameters
        login = Login(message.user, message.database, arrival.address, parameters.get("application_name", ""))
        session = Session(
            streamed(arrival.transport),
            streamed(server.transport),
            server.address,
            self._ended,
            self._counters,
            self._options.stall_timeout,
        )
        presence = destination.database.enter(login, session)
        settings = Settings(application_name=login.application_name, session_authorization=login.user)
        conversation: Conversation | Transparent = (
            Transparent(passing)
            if message.replication
            else Conversation(presence.resolve, presence.completed, settings, passing, self._counters)
        )
        timer = asyncio.get_running_loop().call_later(self._options.login_timeout, _too_late, session)
        self._sessions[session] = _Held(timer, Origin(destination.connector, server.address))
        startup = b"" if server.startup_sent else destination.startup
        session.begin(conversation, presence, startup, arrival.take_early(), server.waiting.take())

    def _ended(self, session: Session) -> None:
        self._sessions.pop(session).login_timer.cancel()

    def cancel(self, arrival: Arrival, request: CancelRequest) -> None:
        """Forwarded as it is; the client is told nothing, as the server tells it nothing."""
        self.spawn(self._cancel(arrival, request))

    async def _cancel(self, arrival: Arrival, request: CancelRequest) -> None:
        # That of a session of another process is nobody's here.
        session = next((session for session in self._sessions if session.backend_key == request.key), None)
        if session is not None:
            await session.forwarded()
        held = None if session is None else self._sessions.get(session)
        origins = every(self._destinations.connectors) if held is None else [held.origin]
        await self._canceling.forward(request.packet, origins)
        arrival.transport.close()

    async def drain(self, seconds: float, grace: float = 0.0) -> None:
        """Idle sessions end now, others when their transaction has, all of them after `seconds`.

        With `grace`, who has been accepted is still let in, and who is idle has so long to ask for something: half of
        the time, those who are at work do not notice that their next session will be somebody else's.
        """
        self._draining = not grace
        if self._sweeping is not None:
            self._sweeping.cancel()
        loop = asyncio.get_running_loop()
        began = loop.time()
        await asyncio.sleep(_DRAIN_TICK)  # who was accepted last has arrived by then
        while loop.time() < began + seconds and self._undrained(loop.time() - began, grace):
            patience = grace if loop.time() < began + seconds / 2 else 0.0
            for session in list(self._sessions):
                silence = session.silence()
                if silence and silence * _DRAIN_TICK >= patience:
                    session.end(*_SHUTTING_DOWN)
            await asyncio.sleep(_DRAIN_TICK)
        self.end()

    def _undrained(self, seconds: float, grace: float) -> bool:
        """Whether anybody is left; who has said nothing by now is nobody."""
        return bool(self._sessions or self._beginning or (self._arrivals and seconds < grace))

    def end(self) -> None:
        """Every session, at once."""
        for session in list(self._sessions):
            session.end(*_SHUTTING_DOWN)
        for arrival in [*self._arrivals, *self._beginning]:
            arrival.transport.abort()


def _too_late(session: Session) -> None:
    if not session.started:
        session.end(*_TOO_LATE)

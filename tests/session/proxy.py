"""A Listener in a thread of its own, in front of a real server, with a Database that decides what a test says."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from ssl import SSLContext
from types import TracebackType
from typing import Self

import uvloop
from tests.wire.playbook import ScriptedContext

from lintel.app.aside import Aside
from lintel.session import stream
from lintel.session.connector import Address, Connector
from lintel.session.database import Destination, Login, Member
from lintel.session.door import Door
from lintel.session.listener import Listener, Options
from lintel.wire.decision import Context, Decision, Settings
from lintel.wire.startup import StartupMessage


@dataclass(frozen=True)
class Endpoint:
    """Where the server is."""

    addresses: tuple[Address, ...]
    sslmode: str = "disable"
    ssl: SSLContext | None = None
    direct_tls: bool = False


class Scripted:
    """Database and Presence at once."""

    def __init__(self) -> None:
        self.contexts = {"now": ScriptedContext(), "unknown": ScriptedContext()}
        self.current = "now"
        self.after_refresh = "now"
        self.refreshes = 0
        self.present = 0
        self.logins: list[Login] = []
        self.settings: list[Settings] = []
        self.counted: list[tuple[str, str]] = []
        self._members: list[Member] = []
        self._aside = Aside()

    def says(self, text: str, decision: Decision, context: str = "now") -> None:
        """What a context decides."""
        decision.statement = text
        self.contexts.setdefault(context, ScriptedContext()).decisions[text.encode()] = decision

    async def ready(self) -> None:
        """At once."""

    def enter(self, login: Login, member: Member) -> "Scripted":
        self.logins.append(login)
        self._members.append(member)
        self.present += 1
        return self

    def resolve(self, settings: Settings) -> ScriptedContext:
        self.settings.append(settings)
        return self.contexts["unknown" if settings.search_path is None else self.current]

    def completed(self, decision: Decision, sqlstate: str | None, chunk: bytes, at: int) -> None:
        self.counted.append((decision.statement, sqlstate or "ok"))

    async def decide(self, context: Context, text: bytes) -> Decision:
        return await self._aside.decide(context, text)

    async def refresh(self) -> None:
        self.refreshes += 1
        self.current = self.after_refresh

    def leave(self) -> None:
        self.present -= 1

    def switch(self, name: str) -> None:
        self.current = name
        for member in self._members:
            member.reconsider()


class Straight:
    """All lead to one server and one Database."""

    def __init__(self, connector: Connector, database: Scripted) -> None:
        self.connectors = (connector,)
        self._database = database

    def __call__(self, message: StartupMessage) -> Destination:
        return Destination(self._database, self.connectors[0], message.packet)


class Proxy:
    """Runs as long as its `with` block."""

    def __init__(self, endpoint: Endpoint, options: Options | None = None) -> None:
        self.database = Scripted()
        self.port = 0
        self._endpoint = endpoint
        self._options = options
        self._ready = threading.Event()
        self._stop: asyncio.Event
        self._loop: asyncio.AbstractEventLoop
        self.listener: Listener
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self.listener = Listener(Straight(Connector(self._endpoint, 2.0), self.database), self._options)
        listening = socket.create_server(("127.0.0.1", 0))
        door = Door([listening], self.listener.accept)
        door.open()
        self.port = listening.getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        door.close()
        self.listener.end()
        await asyncio.sleep(0.05)
        stream.close_all()

    def call(self, function: Callable[..., None], *arguments: object) -> None:
        """In the proxy's thread."""
        done = threading.Event()

        def run() -> None:
            function(*arguments)
            done.set()

        self._loop.call_soon_threadsafe(run)
        assert done.wait(10)

    def drain(self, seconds: float) -> None:
        """Returns when no session is left."""
        asyncio.run_coroutine_threadsafe(self.listener.drain(seconds), self._loop).result(30)

    def until_nobody_is_left(self, seconds: float = 30) -> None:
        """What the test has closed is over here too, and counted: that comes behind the answers."""
        deadline = time.monotonic() + seconds
        while self.database.present:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        assert self.database.present == 0

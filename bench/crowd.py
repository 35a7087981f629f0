"""Many clients that log in and then wait; told so on stdin, each asks once and tells whether it was answered.

    python -m bench.crowd DSN

Commands, a line each: `open N` logs so many more in, `ask` has everybody ask once. Each is answered by a line with the
number of clients that were. The end of stdin is the end. It knows nothing of what stands between it and the server.
"""

import asyncio
import resource
import sys

import uvloop

from bench.client import startup
from lintel.catalog import Endpoint, resolve
from lintel.session.connector import Connector
from lintel.wire import messages

SECONDS = 120.0
_AT_ONCE = 32
_READY = messages.frame(messages.READY_FOR_QUERY, b"I")


class Member(asyncio.Protocol):
    """One client."""

    __slots__ = ("_data", "_ready", "key", "lost", "transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.key = b""  # for its cancel requests
        self.lost = asyncio.Event()
        self._data = b""
        self._ready: asyncio.Future[bytes] | None = None

    def data_received(self, data: bytes) -> None:
        """Up to a ReadyForQuery."""
        self._data += data
        if self._ready is not None and not self._ready.done() and self._data.endswith(_READY):
            self._ready.set_result(self._data)
            self._data = b""

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits for it will know."""
        self.lost.set()
        if self._ready is not None and not self._ready.done():
            self._ready.set_exception(exc or EOFError(f"closed after {self._data!r}"))

    async def say(self, data: bytes) -> bytes:
        """What comes back."""
        self._ready = asyncio.get_running_loop().create_future()
        self.transport.write(data)
        return await self._ready


class Crowd:
    """All of them."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.members: list[Member] = []
        self._connector = Connector(endpoint, SECONDS)
        self._startup = startup(endpoint.user, "postgres", "crowd")
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def open(self, number: int) -> int:
        """How many have been let in."""
        return sum(await asyncio.gather(*(self._open() for _ in range(number))))

    async def _open(self) -> bool:
        async with self._turn:
            transport, _ = await self._connector.connect()
            member = Member(transport)
            transport.set_protocol(member)
            transport.resume_reading()
            try:
                data = await member.say(self._startup)
            except (OSError, EOFError) as problem:
                print(problem, file=sys.stderr)
                return False
        at = data.find(b"K\0\0\0")
        member.key = data[at + 5 : at + 1 + data[at + 4]] if at >= 0 else b""
        self.members.append(member)
        return data[:1] == b"R"

    def close(self) -> None:
        """Everybody leaves."""
        for member in self.members:
            member.transport.abort()

    async def ask(self) -> int:
        """How many have been answered with a row."""
        return sum(await asyncio.gather(*(self._ask(member) for member in self.members)))

    async def _ask(self, member: Member) -> bool:
        async with self._turn:
            try:
                return messages.frame(messages.COMMAND_COMPLETE, b"SELECT 1\0") in await member.say(
                    messages.query(b"SELECT 1")
                )
            except (OSError, EOFError):
                return False


async def obey(dsn: str) -> None:
    """Line by line."""
    crowd = Crowd(resolve(dsn))
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command, *number = line.split()
        done = await (crowd.open(int(number[0])) if command == "open" else crowd.ask())
        print(done, flush=True)


def main(arguments: list[str]) -> None:
    """See above."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    uvloop.run(obey(arguments[0]))


if __name__ == "__main__":
    main(sys.argv[1:])

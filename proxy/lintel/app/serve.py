"""From a Configuration to a running proxy, and to its end.

SIGTERM and SIGINT drain, a second one ends at once; SIGHUP reads the configuration anew; SIGUSR2 hands over to a new
process.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from socket import socket

import structlog
import uvloop
from starlette.applications import Starlette

from lintel import admin, log, metrics
from lintel.app import handover, sockets, systemd, unix_socket
from lintel.app.configuration import Configuration, Read
from lintel.app.operations import Operations
from lintel.app.proxy import Proxy
from lintel.app.relay import Relay
from lintel.app.reloading import Reloading
from lintel.app.supervisor import Supervisor
from lintel.config import Address, Listen
from lintel.wire import framing

DRAIN_SECONDS = 5.5  # with two for the admin side and two for a store that is slow: less than ten
GRACE_SECONDS = 1.0  # idle for so long: nobody is at work there

_log = structlog.get_logger(__name__)


def serve(read: Read, announce: Callable[[str], None]) -> None:
    """Run until a signal; `announce` gets the one line that says where. ConfigError where it cannot start."""
    configuration = replace(read(), off=handover.is_off())
    log.configure(configuration.settings.log.level, configuration.settings.log.format)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(configuration, read, announce))


async def _serve(configuration: Configuration, read: Read, announce: Callable[[str], None]) -> None:
    settings = configuration.settings
    passed = sockets.passed()
    async with AsyncExitStack() as stack:  # its parts end in the reverse order
        await configuration.check()
        relay: Relay = Proxy(configuration) if settings.process.workers == 1 else Supervisor(configuration)
        stack.push_async_callback(relay.close)
        reloading = Reloading(read, configuration, relay.apply, relay.state)
        clients = sockets.adopt(passed, sockets.CLIENTS) or _bind(settings.listen)
        (ours, *_) = sockets.adopt(passed, sockets.ADMIN) or sockets.bind(settings.admin.address, "admin.address")
        descriptors = {sockets.CLIENTS: [one.fileno() for one in clients], sockets.ADMIN: [ours.fileno()]}
        endpoint = await admin.start(_admin(relay, Operations(relay, reloading), configuration), ours)
        stack.push_async_callback(endpoint.stop)
        orders = Orders(relay)
        await relay.start(clients)
        at = _at(settings.listen.address, clients), _at(settings.admin.address, [ours])
        announce(f"lintel ready listen={at[0]} admin={at[1]}")
        _log.info("ready", listen=at[0], servers=_servers(configuration), workers=settings.process.workers)
        systemd.notify("READY=1", f"MAINPID={os.getpid()}")
        handover.tell_predecessor(passed)
        if await _handed_over(orders, reloading, descriptors):
            await endpoint.stop()  # the successor answers there
            await relay.drain(settings.process.handover_timeout, GRACE_SECONDS)
        else:
            systemd.notify("STOPPING=1")
            await relay.drain(DRAIN_SECONDS)
    _log.info("ended")


async def _handed_over(orders: "Orders", reloading: Reloading, descriptors: sockets.Descriptors) -> bool:
    """Follow the signals until this process is to end; whether another one has taken over."""
    while True:
        order = await orders.next()
        if order == signal.SIGHUP:
            await reloading.reload()
        elif order == signal.SIGUSR2:
            if await handover.succeeded(descriptors, off=reloading.running.off):
                return orders.end_at_once()
        else:
            orders.end_at_once()
            return False


class Orders:
    """The signals that this process follows, one after another."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._queue: asyncio.Queue[signal.Signals] = asyncio.Queue()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR2):
            asyncio.get_running_loop().add_signal_handler(number, self._queue.put_nowait, number)

    async def next(self) -> signal.Signals:
        """The next one."""
        return await self._queue.get()

    def end_at_once(self) -> bool:
        """From here on SIGTERM and SIGINT end every session."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._relay.end)
        return True


def _servers(configuration: Configuration) -> list[str]:
    return [f"{route.name} {route.server.where}" for route in configuration.routes.all]


def _bind(listen: Listen) -> list[socket]:
    bound = sockets.bind(listen.address, "listen.address")
    local = unix_socket.listening(listen, sockets.where(bound).port)
    return bound if local is None else [*bound, local]


def _at(address: Address, listening: Sequence[socket]) -> str:
    """As it was asked for, with the port that it has become; of a socket that was passed what it says itself."""
    actual = sockets.where(listening)
    return str(address._replace(port=actual.port) if address.port in (0, actual.port) else actual)


def _admin(relay: Relay, operations: Operations, configuration: Configuration) -> Starlette:
    settings = configuration.settings.admin

    async def exposition() -> tuple[bytes, str]:
        exporter = (await relay.state()).exporter(compiled=framing.COMPILED, enforced=operations.enforced)
        return metrics.exposition(metrics.registry(exporter, relay.pids))

    access = admin.Access(settings.address.host, settings.token or None)
    return admin.application(
        exposition, relay.checks, access, lambda: operations.problems, operations.status, operations.orders
    )

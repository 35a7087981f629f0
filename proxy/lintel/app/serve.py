"""From Settings to a running proxy, and to its end: SIGTERM drains, a second signal ends at once."""

import asyncio
import resource
import signal
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from ipaddress import ip_network
from pathlib import Path

import structlog
import uvloop

from lintel import admin, catalog, log, metrics
from lintel.app import tls, unix_socket
from lintel.app.database import Databases
from lintel.app.health import Health
from lintel.catalog import Endpoint
from lintel.config import Admin, ConfigError, Listen, Settings
from lintel.metrics import Exporter
from lintel.plan import Plan
from lintel.policy import Options
from lintel.recorder import Recorder
from lintel.session import listener
from lintel.session.connector import Connector
from lintel.wire import framing

DRAIN_SECONDS = 5.5  # with two for the admin side and two for a store that is slow: less than ten
SIGNALS = (signal.SIGTERM, signal.SIGINT)

_log = structlog.get_logger(__name__)


def serve(settings: Settings, plans: Sequence[Plan], announce: Callable[[str], None]) -> None:
    """Run until a signal; `announce` gets the one line that says where. ConfigError where it cannot start."""
    log.configure(settings.log.level, settings.log.format)
    _allow_many_connections()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, plans, announce))


async def _serve(settings: Settings, plans: Sequence[Plan], announce: Callable[[str], None]) -> None:
    counters = metrics.Counters()
    endpoint = catalog.resolve(settings.server.dsn)
    control = _control(settings, endpoint)
    hosts = catalog.Hosts(endpoint, control)
    connector = Connector(endpoint, settings.server.connect_timeout, hosts=hosts)
    shown = tls.context(settings.listen), tls.certificate(settings.listen)
    await tls.check(settings.listen, endpoint, connector)
    options = Options(settings.shield.on_opaque, settings.shield.on_stale)
    record = settings.record
    recorder = Recorder(Path(record.store), interval=record.flush_interval, tables=record.tables)
    databases = Databases(control, plans, options, recorder, counters)
    balancers = tuple(map(ip_network, settings.listen.proxy_protocol_from))
    clients = listener.Listener(databases, connector, listener.Options(*shown, balancers=balancers), counters)
    stop = _stop_on_signals(clients)
    async with AsyncExitStack() as stack:  # from here on in the reverse order of the end
        recorder.start()
        stack.push_async_callback(recorder.close)
        stack.push_async_callback(databases.close)
        lag = metrics.LoopLag()
        exporter = Exporter(
            counters,
            lag,
            catalog=lambda: databases.catalogs,
            recorder=lambda: recorder.state,
            decisions=lambda: databases.decisions,
            compiled=not framing.__file__.endswith(".py"),
        )
        health = Health(lambda: databases.catalogs, lambda: _reach(connector))
        admin_port = await _start_admin(stack, settings.admin, exporter, health)
        stack.callback(asyncio.create_task(lag.watch(), name="loop lag").cancel)
        listen_port = await _start_listening(stack, settings.listen, clients)
        health.listening = True
        at = settings.listen.address._replace(port=listen_port), settings.admin.address._replace(port=admin_port)
        announce(f"lintel ready listen={at[0]} admin={at[1]}")
        _log.info("ready", listen=str(at[0]), server=endpoint.where, plans=[plan.id for plan in plans])
        await stop.wait()
        health.listening = False
        _log.info("draining", sessions=clients.sessions)
    _log.info("ended")


def _control(settings: Settings, endpoint: Endpoint) -> Endpoint:
    """Where the catalogs are read: on the same databases, maybe as somebody else."""
    dsn = settings.server.control_dsn
    return catalog.resolve(dsn, "server.control_dsn").on(endpoint.database) if dsn else endpoint


async def _start_listening(stack: AsyncExitStack, listen: Listen, clients: listener.Listener) -> int:
    address = listen.address
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(clients.accept, address.host, address.port)
    except OSError as problem:
        raise ConfigError("listen.address", str(address), problem.strerror or str(problem)) from None
    stack.push_async_callback(clients.drain, DRAIN_SECONDS)
    stack.callback(server.close)
    port: int = server.sockets[0].getsockname()[1]
    local = unix_socket.listening(listen, port)
    if local is not None:
        stack.callback((await loop.create_unix_server(clients.accept, sock=local)).close)
    return port


async def _start_admin(stack: AsyncExitStack, settings: Admin, exporter: Exporter, health: Health) -> int:
    registry = metrics.registry(exporter)
    access = admin.Access(settings.address.host, settings.token or None)
    application = admin.application(lambda: metrics.exposition(registry), health.checks(), access)
    endpoint = await admin.start(application, *settings.address)
    stack.push_async_callback(endpoint.stop)
    return endpoint.port


async def _reach(connector: Connector) -> None:
    transport, _ = await connector.connect()
    transport.close()


def _stop_on_signals(clients: listener.Listener) -> asyncio.Event:
    stop = asyncio.Event()

    def handle() -> None:
        if stop.is_set():
            clients.end()
        stop.set()

    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, handle)
    return stop


def _allow_many_connections() -> None:
    """Two descriptors for each session; the usual soft limit of 1,024 is there for the sake of select()."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

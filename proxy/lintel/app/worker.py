"""A worker process: a Proxy that does what its supervisor says. Started as `python -m lintel.app.worker`."""

import asyncio
import signal

import structlog
import uvloop

from lintel import log
from lintel.admin import failures
from lintel.app import sockets
from lintel.app.channel import Altered, Answer, Ask, Channel, Drain, End, Ready, Switch
from lintel.app.configuration import Configuration
from lintel.app.proxy import Proxy
from lintel.config import ConfigError
from lintel.referee.request import Opinion

DRAIN_SECONDS = 5.5  # where nobody says how long

_log = structlog.get_logger(__name__)


class Worker:
    """Reads what the supervisor says until it is to end."""

    def __init__(self, channel: Channel, proxy: Proxy) -> None:
        self._channel = channel
        self._proxy = proxy
        self._answering: set[asyncio.Task[None]] = set()
        self.ending: asyncio.Future[Drain] = asyncio.get_running_loop().create_future()

    def end(self, how: Drain = Drain(DRAIN_SECONDS)) -> None:  # noqa: B008 - immutable
        """Begin to drain."""
        if not self.ending.done():
            self.ending.set_result(how)

    async def obey(self) -> None:
        """Returns when the supervisor has gone: then nobody would restart what dies, or relay a signal."""
        try:
            while True:
                self._do(await self._channel.receive())
        except (EOFError, OSError):
            self.end()

    def _do(self, message: object) -> None:
        match message:
            case Configuration():
                apply(message, self._proxy)
            case Ask():
                task = asyncio.get_running_loop().create_task(self.answer(readiness=message.readiness))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)
            case Altered():
                self._proxy.altered(message.database)
            case Opinion():
                self._proxy.heard(message)
            case Switch():
                self._proxy.switch_now(off=message.off)
            case Drain():
                self.end(message)
            case End():
                self.end(Drain(0.0))
                self._proxy.end()

    async def answer(self, *, readiness: bool) -> None:
        """Say how things are."""
        reasons = await failures(self._proxy.checks) if readiness else {}
        self._channel.send(Answer(await self._proxy.state(), reasons, dict(self._proxy.problems)))


def apply(configuration: Configuration, proxy: Proxy) -> None:
    """Put it in force; it was checked by the supervisor, but a certificate may have gone in the meantime."""
    try:
        proxy.apply(configuration)
    except ConfigError as problem:
        _log.error("configuration not usable any longer, the old one stays", problem=str(problem))
        return
    log.configure(configuration.settings.log.level, configuration.settings.log.format)


async def _work(passed: sockets.Descriptors) -> None:
    (control,) = sockets.adopt(passed, sockets.CONTROL)
    channel = await Channel.over(control)
    configuration = await channel.receive()
    assert isinstance(configuration, Configuration)
    log.configure(configuration.settings.log.level, configuration.settings.log.format)
    proxy = Proxy(configuration, lambda database: channel.send(Altered(database)), channel.send)
    worker = Worker(channel, proxy)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, worker.end)
    obeying = asyncio.create_task(worker.obey(), name="supervisor")
    await proxy.start(sockets.adopt(passed, sockets.CLIENTS))
    channel.send(Ready())
    how = await worker.ending
    await proxy.drain(how.seconds, how.grace)
    await proxy.close()
    await worker.answer(readiness=False)
    channel.close()
    obeying.cancel()


def main() -> None:
    """Until the supervisor says so, or has gone."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGUSR2):  # a terminal sends them to all; the supervisor acts
        signal.signal(number, signal.SIG_IGN)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work(sockets.passed()))


if __name__ == "__main__":
    main()

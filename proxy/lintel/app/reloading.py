"""The configuration read anew while everything runs: all of it is put in force, or nothing is."""

from collections.abc import Callable, Mapping

import structlog

from lintel import log
from lintel.app import systemd
from lintel.app.configuration import Configuration, Read
from lintel.config import ConfigError

_log = structlog.get_logger(__name__)


class Reloading:
    """Reads with `read`, puts in force with `apply`, which raises ConfigError where it cannot."""

    def __init__(self, read: Read, running: Configuration, apply: Callable[[Configuration], None]) -> None:
        self._read = read
        self._apply = apply
        self._running = running
        self.problems: Mapping[str, str] = {}  # of the last time, by what they concern

    async def reload(self) -> None:
        """A file that cannot be used leaves everything as it is, and the problem to be seen."""
        systemd.notify("RELOADING=1", f"MONOTONIC_USEC={systemd.now()}")
        try:
            read = self._read()
            usable = read.after(self._running)
            await usable.check()
            self._apply(usable)
        except ConfigError as problem:
            self.problems = {"configuration": f"not reloaded, the old one is in force: {problem}"}
            _log.error("configuration not reloaded, the old one is in force", problem=str(problem))
        else:
            self._in_force(usable, usable.differing(read))
        systemd.notify("READY=1")

    def _in_force(self, usable: Configuration, fixed: list[str]) -> None:
        log.configure(usable.settings.log.level, usable.settings.log.format)
        _log.info("configuration reloaded", changed=usable.differing(self._running), plans=[p.id for p in usable.plans])
        self._running = usable
        self.problems = {"configuration": f"takes a restart: {', '.join(fixed)}"} if fixed else {}
        if fixed:
            _log.warning("a change takes a restart", keys=fixed)

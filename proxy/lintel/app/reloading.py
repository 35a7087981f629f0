"""The configuration read anew while everything runs: all of it is put in force, or nothing is."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

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
        self.running = running
        self._one_by_one = asyncio.Lock()
        self.problems: Mapping[str, str] = {}  # of the last time, by what they concern

    def switch(self, *, off: bool) -> None:
        """The off-switch outlives what is read anew."""
        self.running = replace(self.running, off=off)

    async def reload(self) -> bool:
        """A file that cannot be used leaves everything as it is, and the problem to be seen; whether it could be."""
        async with self._one_by_one:
            return await self._reload()

    async def _reload(self) -> bool:
        systemd.notify("RELOADING=1", f"MONOTONIC_USEC={systemd.now()}")
        try:
            read = self._read()
            usable = read.after(self.running)
            await usable.check()
            usable = replace(usable, off=self.running.off)  # it may have been switched in the meantime
            self._apply(usable)
        except ConfigError as problem:
            self.problems = {"configuration": f"not reloaded, the old one is in force: {problem}"}
            _log.error("configuration not reloaded, the old one is in force", problem=str(problem))
            done = False
        else:
            self._in_force(usable, usable.differing(read))
            done = True
        systemd.notify("READY=1")
        return done

    def _in_force(self, usable: Configuration, fixed: list[str]) -> None:
        log.configure(usable.settings.log.level, usable.settings.log.format)
        _log.info("configuration reloaded", changed=usable.differing(self.running), plans=[p.id for p in usable.plans])
        self.running = usable
        self.problems = {"configuration": f"takes a restart: {', '.join(fixed)}"} if fixed else {}
        if fixed:
            _log.warning("a change takes a restart", keys=fixed)

"""The configuration read anew while everything runs: all of it is put in force, or nothing is."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import structlog

from lintel import log
from lintel.app import systemd
from lintel.app.configuration import Configuration, Read
from lintel.app.parked import parked, taken_away
from lintel.app.state import State
from lintel.config import ConfigError

_log = structlog.get_logger(__name__)


class Reloading:
    """Reads with `read`, puts in force with `apply`, which raises ConfigError where it cannot."""

    def __init__(
        self,
        read: Read,
        running: Configuration,
        apply: Callable[[Configuration], None],
        state: Callable[[], Awaitable[State]],
    ) -> None:
        self._read = read
        self._apply = apply
        self._state = state
        self.running = running
        self._one_by_one = asyncio.Lock()
        self.problems: Mapping[str, str] = {}  # of the last time, by what they concern

    def switch(self, *, off: bool) -> None:
        """The off-switch outlives what is read anew."""
        self.running = replace(self.running, off=off)

    async def reload(self, *, force: bool = False) -> bool:
        """A file that cannot be used leaves everything as it is, and the problem to be seen; whether it could be.

        Nor can one, without force, that takes away a plan for which values may be parked.
        """
        async with self._one_by_one:
            return await self._reload(force=force)

    async def _reload(self, *, force: bool) -> bool:
        systemd.notify("RELOADING=1", f"MONOTONIC_USEC={systemd.now()}")
        try:
            read = self._read()
            usable = read.after(self.running)
            await usable.check()
            if not force:
                await self._check_parked(usable)
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

    async def _check_parked(self, usable: Configuration) -> None:
        """ConfigError where it would leave parked values behind."""
        away = taken_away(self.running, usable)
        for plan_id in parked(away, await self._state()) if away else ():
            file = next(plan.file for plan in away if plan.id == plan_id)
            raise ConfigError(
                file,
                "",
                f"values may be parked by {plan_id}, which without it nobody reads and nothing moves: it is needed as "
                "it was until they have landed (`lintel plan apply --force` goes on all the same)",
            )

    def _in_force(self, usable: Configuration, fixed: list[str]) -> None:
        log.configure(usable.settings.log.level, usable.settings.log.format)
        _log.info("configuration reloaded", changed=usable.differing(self.running), plans=[p.id for p in usable.plans])
        self.running = usable
        self.problems = {"configuration": f"takes a restart: {', '.join(fixed)}"} if fixed else {}
        if fixed:
            _log.warning("a change takes a restart", keys=fixed)

"""What operators ask of a running Lintel over its admin side: how it stands, to be off or on, to read files anew."""

import asyncio
import os
import time
from collections.abc import Mapping

import structlog

from lintel import __version__
from lintel.admin import Answer, failures
from lintel.app.parked import parked
from lintel.app.relay import Relay
from lintel.app.reloading import Reloading
from lintel.app.state import DatabaseState, State
from lintel.plan import Plan
from lintel.store.rows import utc

SETTLING_SECONDS = 5.0
SETTLING_LOOKS = 100

_log = structlog.get_logger(__name__)


class Operations:
    """`orders` are the names under which they are given."""

    def __init__(self, relay: Relay, reloading: Reloading) -> None:
        self._relay = relay
        self._reloading = reloading
        self._since = time.time()
        self.orders = {"off": self.off, "on": self.on, "reload": self.reload}

    @property
    def enforced(self) -> bool:
        """Whether statements are rewritten and refused."""
        return self._reloading.running.mode == "enforce"

    @property
    def problems(self) -> Mapping[str, str]:
        """What somebody should look at, by what it concerns."""
        off = {"shield": "switched off: nothing is rewritten or refused"} if self._reloading.running.off else {}
        return {**off, **self._reloading.problems, **self._relay.problems}

    async def status(self) -> Mapping[str, object]:
        """How it stands, for `lintel status`."""
        state, reasons = await self._relay.state(), await failures(self._relay.checks)
        configuration, counters = self._reloading.running, state.counters
        return {
            "version": __version__,
            "pid": os.getpid(),
            "since": utc(self._since),
            "workers": configuration.settings.process.workers,
            "mode": configuration.mode,
            "ready": not reasons,
            "checks": {name: reasons.get(name, "ok") for name in self._relay.checks},
            "problems": dict(self.problems),
            "sessions": counters.sessions,
            "statements": counters.statements,
            "refusals": counters.refusals,
            "server_errors": counters.errors_passed,
            "retries": counters.retries,
            "loud_prevented": counters.prevented,
            "loud_refused": counters.loud_refused,
            "probes": counters.probes,
            "reprepared": counters.reprepared,
            "referee": counters.readings,
            "landed": counters.landed,
            "catalog_age_seconds": _rounded(state.catalog.age_seconds),
            "store": {
                "dropped": state.recorder.dropped,
                "unwritten_seconds": _rounded(state.recorder.unwritten_seconds),
            },
            "databases": [_database(one) for one in state.databases],
            "plans": [_plan(plan, state) for plan in configuration.plans],
        }

    async def off(self, force: bool) -> Answer:
        """Every statement goes as it came. Not while values may be parked, without force."""
        found = parked(self._reloading.running.plans, await self._relay.state())
        if found and not force:
            return 409, {"mode": self._reloading.running.mode, "problem": _parking(found)}
        return await self._switch(off=True)

    async def on(self, _: bool) -> Answer:
        """As the configuration says."""
        return await self._switch(off=False)

    async def _switch(self, *, off: bool) -> Answer:
        self._reloading.switch(off=off)
        everywhere = await self._relay.switch(off=off)
        _log.warning("switched off" if off else "switched on")
        told: dict[str, object] = {"mode": self._reloading.running.mode}
        return (200, told) if everywhere else (504, {**told, "problem": "a worker has not said yet that it follows"})

    async def reload(self, force: bool) -> Answer:
        """As SIGHUP does; with force also where it leaves parked values behind.

        It is over when there is what plans that have come with it park in, or why not.
        """
        done = await self._reloading.reload(force=force)
        await self._settled()
        plans = [plan.id for plan in self._reloading.running.plans]
        return 200 if done else 409, {"reloaded": done, "plans": plans, "problems": dict(self._reloading.problems)}

    async def _settled(self) -> None:
        """As every process says, whose answer comes behind what it was told."""
        for _ in range(SETTLING_LOOKS):
            if all(one.settled for one in (await self._relay.state()).databases):
                return
            await asyncio.sleep(SETTLING_SECONDS / SETTLING_LOOKS)


def _database(state: DatabaseState) -> Mapping[str, object]:
    return {"database": state.name, "route": state.route, "sessions": state.sessions,
            "catalog_age_seconds": _rounded(state.age_seconds)}  # fmt: skip


def _plan(plan: Plan, state: State) -> Mapping[str, object]:
    """The phases are by database, as far as somebody was in it since the start."""
    return {"plan": plan.id, "table": plan.table, "change": plan.ddl, "file": plan.file, "digest": plan.digest,
            "phases": {one.name: one.phases[plan.id] for one in state.databases if plan.id in one.phases}}  # fmt: skip


def _parking(plans: list[str]) -> str:
    return (
        f"values may be parked by {', '.join(plans)}: while Lintel is off they are not read, writes to the column fail "
        "until it is there, and those after that may be overwritten by what was parked before them"
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)

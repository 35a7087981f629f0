"""The thread that decides long texts, so that the event loop goes on with all other sessions.

Nothing that changes is shared with it: see policy.Context.aside. Beside it the interpreter's lock is handed over every
SWITCH seconds, and not at all while it has nothing to do.
"""

import asyncio
import gc
import sys
import threading
from queue import SimpleQueue
from typing import NamedTuple

from lintel.wire.decision import Context, Decision

SWITCH = 0.0002  # seconds; the loop takes the lock again for each thing that happens, and waits for it as long
_STACK = 16 * 1024 * 1024  # bytes: the grammar recurses, and may count on those that a process has (sql.grammar)


class _Task(NamedTuple):
    context: Context
    text: bytes
    decision: asyncio.Future[Decision]


class Aside:
    """One text after another, of all sessions of the process; what is under way at the end is given up."""

    def __init__(self) -> None:
        self._tasks: SimpleQueue[_Task] = SimpleQueue()
        self._started = False

    async def decide(self, context: Context, text: bytes) -> Decision:
        """What `context.decide(text)` says; whoever is cancelled meanwhile costs no work that has not begun."""
        self._start()
        aside = context.aside()
        task = _Task(aside, text, asyncio.get_running_loop().create_future())
        self._tasks.put(task)
        decision = await task.decision
        context.learn(aside)
        return decision

    def _start(self) -> None:
        if self._started:
            return
        self._started = True
        sys.setswitchinterval(SWITCH)
        before = threading.stack_size(_STACK)
        threading.Thread(target=self._work, name="lintel aside", daemon=True).start()
        threading.stack_size(before)

    def _work(self) -> None:
        while True:
            context, text, found = self._tasks.get()
            if found.cancelled():
                continue
            decision: Decision | None = None
            fault: Exception | None = None
            gc.disable()  # a tree has no cycles, and to look for some in one of a million nodes stops all threads
            try:
                decision = context.decide(text)
            except Exception as bug:  # of ours: its session ends, as where the loop itself decides
                fault = bug
            finally:
                gc.enable()
            loop = found.get_loop()
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, found, decision, fault)


def _settle(found: asyncio.Future[Decision], decision: Decision | None, fault: Exception | None) -> None:
    if found.cancelled():
        return
    if decision is not None:
        found.set_result(decision)
    else:
        found.set_exception(fault or RuntimeError("no decision"))

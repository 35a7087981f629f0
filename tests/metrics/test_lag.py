"""The loop that is kept busy is seen to be late."""

import asyncio
import contextlib
import time

from lintel.metrics import LoopLag


async def _blocked() -> LoopLag:
    lag = LoopLag()
    watch = asyncio.create_task(lag.watch(interval=0.01))
    await asyncio.sleep(0.03)
    time.sleep(0.08)  # noqa: ASYNC251 - the point: the loop is blocked
    await asyncio.sleep(0.03)
    watch.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watch
    return lag


def test_a_blocked_loop_shows() -> None:
    lag = asyncio.run(_blocked())
    at_most = dict(lag.buckets())
    assert at_most["+Inf"] - at_most["0.05"] >= 1
    assert lag.total_seconds >= 0.05

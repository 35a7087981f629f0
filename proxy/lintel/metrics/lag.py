"""How late the event loop runs its timers: the delay that every session shares.

It measures any loop; what keeps that loop busy is not known here.
"""

import asyncio
import time
from bisect import bisect_left

# uvloop's timers are rounded to milliseconds, so that finer buckets would show only the rounding.
BOUNDS_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class LoopLag:
    """A histogram in plain integers; `counts[i]` are the lags up to BOUNDS_SECONDS[i], the last one is beyond."""

    __slots__ = ("counts", "total_seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_SECONDS) + 1)
        self.total_seconds = 0.0

    def observe(self, seconds: float) -> None:
        """Count one lag."""
        self.counts[bisect_left(BOUNDS_SECONDS, seconds)] += 1
        self.total_seconds += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """Cumulative counts by upper bound, as the exposition format wants them."""
        running, result = 0, []
        for bound, count in zip((*map(str, BOUNDS_SECONDS), "+Inf"), self.counts, strict=True):
            running += count
            result.append((bound, float(running)))
        return result

    async def watch(self, interval: float = 0.25) -> None:
        """Measure until cancelled."""
        while True:
            due = time.monotonic() + interval  # not loop.time(): uvloop caches it per iteration
            await asyncio.sleep(interval)
            self.observe(max(0.0, time.monotonic() - due))

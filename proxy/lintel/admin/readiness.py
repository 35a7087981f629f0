"""Is this Lintel fit to get traffic? Named checks, each answering None or the reason why not.

What is checked is the composition root's business; a check that hangs or raises is a reason like any other, and
the text of an exception is never shown: it could carry what a server or a client said.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

Check = Callable[[], Awaitable[str | None]]

LIMIT_SECONDS = 2.0


async def failures(checks: Mapping[str, Check]) -> dict[str, str]:
    """The reasons of the checks that do not hold, by name; empty: ready."""
    reasons = await asyncio.gather(*(_run(check) for check in checks.values()))
    return {name: reason for name, reason in zip(checks, reasons, strict=True) if reason is not None}


async def _run(check: Check) -> str | None:
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            return await check()
    except TimeoutError:
        return "timed out"
    except Exception as error:  # a broken check is a reason, not a broken endpoint
        return type(error).__name__


def probe(connect: Callable[[], Awaitable[None]], keep_seconds: float = 1.0) -> Check:
    """A check by trying, whose answer is shared for a moment: a flood of requests must not reach the server."""
    latest: tuple[float, asyncio.Task[str | None]] | None = None

    async def attempt() -> str | None:
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                await connect()
        except TimeoutError:
            return "timed out"
        except OSError as error:
            return error.strerror or type(error).__name__
        return None

    async def check() -> str | None:
        nonlocal latest
        now = asyncio.get_running_loop().time()
        if latest is None or (latest[1].done() and now - latest[0] > keep_seconds):
            latest = (now, asyncio.create_task(attempt()))
        return await asyncio.shield(latest[1])

    return check

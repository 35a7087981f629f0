"""A restart that refuses nobody: this command is started anew with our listening sockets before we let go of them.

Who connects in the meantime waits in the sockets' queues, which both processes have, and is accepted by either.
"""

import asyncio
import os
import socket
import subprocess
import sys

import structlog

from lintel.app import sockets

PATIENCE_SECONDS = 30.0
_OFF = "LINTEL_OFF"  # the environment variable that tells a successor

_log = structlog.get_logger(__name__)


async def succeeded(descriptors: sockets.Descriptors, *, off: bool) -> bool:
    """Start the successor, off if we are; whether it has become ready. If not, the log says why, and it is gone."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            environment, numbers = sockets.passing({**descriptors, sockets.READY: [theirs.fileno()]})
            try:
                # Not the loop's: at our end that would kill it.
                successor = subprocess.Popen(  # noqa: ASYNC220
                    [sys.executable, *sys.orig_argv[1:]], env={**os.environ, **environment, _OFF: str(int(off))},
                    pass_fds=numbers,
                )  # fmt: skip
            except OSError as problem:  # no process is to be had, or the interpreter has been replaced meanwhile
                _log.error("successor cannot be started", program=sys.executable, problem=problem)
                return False
        ours.setblocking(False)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                ready = await asyncio.get_running_loop().sock_recv(ours, 1)
        except TimeoutError:
            ready = b""
    if ready:
        _log.info("handed over", successor=successor.pid)
        return True
    successor.kill()
    _log.error("successor did not become ready", code=successor.wait())
    return False


def is_off() -> bool:
    """Whether the process before this one was switched off."""
    return os.environ.pop(_OFF, "0") == "1"


def tell_predecessor(passed: sockets.Descriptors) -> None:
    """That this process is ready, if it has been started by `succeeded`."""
    for end in sockets.adopt(passed, sockets.READY):
        with end:
            end.sendall(b"1")

"""`lintel serve` in a process that is forked from one that has imported it: imports are most of what a start costs.

Each process of the tests has one such other, which this module is, run as a program.
"""

import atexit
import functools
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.command import LINTEL

ROOT = Path(__file__).parents[1]
NUMBER = struct.Struct("!i")  # a process, and later how it has ended
LARGEST = 1 << 20  # bytes of an order

_one_at_a_time = threading.Lock()


class Forked:
    """A running `lintel` command: what tests use of subprocess.Popen, and does the same."""

    def __init__(self, arguments: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        """What it says on stderr goes to `log`."""
        self.returncode: int | None = None
        self._told, told = socket.socketpair()
        reading, writing = os.pipe()
        self.stdout = os.fdopen(reading, "rb")
        whole = {**os.environ, **(environment or {})}
        order = {"arguments": arguments, "environment": whole, "directory": str(Path.cwd())}
        with told, log.open("ab") as messages, os.fdopen(writing, "wb") as said:
            descriptors = [said.fileno(), messages.fileno(), told.fileno()]
            with _one_at_a_time:
                socket.send_fds(_forking(), [json.dumps(order).encode()], descriptors)
        (self.pid,) = NUMBER.unpack(self._told.recv(NUMBER.size))

    def poll(self) -> int | None:
        """Its exit code, if it has ended."""
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            (self.returncode,) = NUMBER.unpack(self._told.recv(NUMBER.size))
            self._told.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code; raises subprocess.TimeoutExpired if it goes on for so many seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise subprocess.TimeoutExpired("lintel", timeout or 0)
            select.select([self._told], [], [], left)
        return code

    def send_signal(self, number: int) -> None:
        """Nothing where it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


@functools.cache
def _forking() -> socket.socket:
    """Where orders go to the process that forks; it ends with this one."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        command = [sys.executable, "-m", "tests.forked", str(its.fileno())]
        process = subprocess.Popen(command, pass_fds=[its.fileno()], cwd=ROOT, start_new_session=True)
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


def _forks(orders: socket.socket) -> list[str] | None:
    """Forks for each order: its arguments in a new process; None here, when there are no more orders."""
    woken, wakes = socket.socketpair()
    wakes.setblocking(False)
    told: dict[int, socket.socket] = {}
    signal.set_wakeup_fd(wakes.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        ready, _, _ = select.select([orders, woken], [], [])
        if woken in ready:
            woken.recv(LARGEST)
            _tell(told)
        if orders not in ready:
            continue
        data, descriptors, _, _ = socket.recv_fds(orders, LARGEST, 3)
        if not data:
            return None
        process = os.fork()
        if not process:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for each in (orders, woken, wakes, *told.values()):
                each.close()
            return _begun(json.loads(data), *descriptors)
        told[process] = socket.socket(fileno=descriptors.pop())
        told[process].send(NUMBER.pack(process))
        for each in descriptors:
            os.close(each)


def _tell(told: dict[int, socket.socket]) -> None:
    """Of each process that has ended how it did."""
    for process in list(told):
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            with told.pop(process) as whom:
                whom.send(NUMBER.pack(os.waitstatus_to_exitcode(status)))


def _begun(order: dict[str, object], said: int, messages: int, told: int) -> list[str]:
    """This process is as `python -m lintel` with these arguments would be."""
    arguments, environment = order["arguments"], order["environment"]
    assert isinstance(arguments, list)
    assert isinstance(environment, dict)
    os.setsid()
    os.chdir(str(order["directory"]))
    os.environ.clear()
    os.environ.update(environment)
    for number, descriptor in enumerate((os.open(os.devnull, os.O_RDONLY), said, messages)):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.close(told)
    return arguments


if __name__ == "__main__":
    from lintel.app import serve  # noqa: F401 - what `lintel serve` imports when it runs
    from lintel.cli import application, main  # noqa: F401

    arguments = _forks(socket.socket(fileno=int(sys.argv[1])))
    if arguments is not None:
        sys.argv, sys.orig_argv = [LINTEL[0], *arguments], [*LINTEL, *arguments]
        main()

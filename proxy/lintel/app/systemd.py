"""What systemd is told of this process (Type=notify); nothing where it did not start it."""

import os
import socket
import time
from contextlib import suppress


def notify(*lines: str) -> None:
    """READY=1 and the like."""
    where = os.environ.get("NOTIFY_SOCKET", "")
    if not where:
        return
    address = "\0" + where[1:] if where.startswith("@") else where
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to_systemd:
        to_systemd.sendto("\n".join(lines).encode(), address)


def now() -> int:
    """The clock that systemd wants with RELOADING=1."""
    return time.monotonic_ns() // 1000

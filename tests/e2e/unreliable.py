"""A network that fails: a TCP relay with a fault, between client and Lintel or between Lintel and the server."""

import contextlib
import random
import socket
import struct
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Gone(Exception):
    """Nothing more crosses on this connection."""


Fault = Callable[[random.Random, socket.socket, bytes], None]  # send it on, somehow


def none(dice: random.Random, sink: socket.socket, data: bytes) -> None:
    sink.sendall(data)


def latency(dice: random.Random, sink: socket.socket, data: bytes) -> None:
    time.sleep(0.01)
    sink.sendall(data)


def jitter(dice: random.Random, sink: socket.socket, data: bytes) -> None:
    time.sleep(dice.choice([0, 0, 0, 0.04]))
    sink.sendall(data)


def slicing(dice: random.Random, sink: socket.socket, data: bytes) -> None:
    while data:
        size = dice.choice([1, 2, 5, 50])
        sink.sendall(data[:size])
        data = data[size:]


def reset(dice: random.Random, sink: socket.socket, data: bytes) -> None:
    if dice.random() < 0.03:
        raise Gone
    sink.sendall(data)


def blackhole(dice: random.Random, sink: socket.socket, data: bytes) -> None:
    """For a while, and then it turns out that nobody is there."""
    if dice.random() < 0.01:
        time.sleep(0.3)
        raise Gone
    sink.sendall(data)


def cut(dice: random.Random, sink: socket.socket, data: bytes) -> None:
    """Only a part arrives, then one direction ends."""
    if dice.random() < 0.03:
        sink.sendall(data[: dice.randrange(len(data))])
        sink.shutdown(socket.SHUT_WR)
        time.sleep(0.1)
        raise Gone
    sink.sendall(data)


FAULTS: dict[str, Fault] = {
    "latency": latency, "jitter": jitter, "slicing": slicing, "reset": reset, "blackhole": blackhole, "cut": cut,
}  # fmt: skip


class Unreliable:
    """Runs as long as its `with` block; `fault` may be changed at any time."""

    def __init__(self, port: int) -> None:
        self.fault: Fault = none
        self._behind = port
        self._dice = random.Random(22)
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
                server = socket.create_connection(("127.0.0.1", self._behind))
            except OSError:
                return
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for pair in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self.fault(self._dice, sink, data)
        except (OSError, Gone):
            for one in (source, sink):
                with contextlib.suppress(OSError):
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._listening.close()

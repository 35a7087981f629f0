"""A server that takes cancel requests and never answers: what they hold is bounded, and everybody else goes on."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator

import pytest
from tests.session.proxy import Endpoint, Proxy
from tests.session.raw import Raw

from lintel.session import canceling
from lintel.session.listener import Options
from lintel.wire import messages
from lintel.wire.startup import CANCEL_REQUEST

READY = b"Z\0\0\0\x05I"
FLOOD = 300
pytestmark = pytest.mark.check(16)


class Hanging:
    """Lets clients in; from cancel requests it only reads."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=500)
        self.address: tuple[str, int] = self._listening.getsockname()
        self.requests: list[socket.socket] = []
        self._others: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            if connection.recv(1000)[4:8] == struct.pack(">I", CANCEL_REQUEST):
                self.requests.append(connection)
            else:
                connection.sendall(messages.frame(messages.AUTHENTICATION, bytes(4)) + READY)
                self._others.append(connection)

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        for one in [self._listening, *self.requests, *self._others]:
            one.close()


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    with contextlib.closing(Hanging()) as server:
        yield server


def test_a_flood_of_hung_cancel_requests(hanging: Hanging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canceling, "_TIMEOUT", 1.0)
    request = struct.pack(">IIII", 16, CANCEL_REQUEST, 4711, 4712)
    with Proxy(Endpoint((hanging.address,)), Options()) as proxy, contextlib.ExitStack() as stack:
        began = time.monotonic()
        flood = [stack.enter_context(Raw(proxy)) for _ in range(FLOOD)]
        for one in flood:
            one.send(request)
        with Raw(proxy) as client:
            client.startup(user="postgres", database="postgres")
            client.read_until(READY)
        assert len(hanging.requests) <= canceling._AT_ONCE
        assert [one.read_all() for one in flood] == [b""] * FLOOD
        assert time.monotonic() - began < 10  # not one after the other
        assert proxy.listener.sessions <= 1

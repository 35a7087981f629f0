"""A fault of ours while a session begins: its client is told at once, and nothing is left of it."""

import socket

import psycopg
import pytest
from tests.session.proxy import Endpoint, Proxy


def test_a_fault_before_the_session_leaves_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fault() -> None:
        raise LookupError("made up")

    with socket.create_server(("127.0.0.1", 0)) as server, Proxy(Endpoint((server.getsockname(),))) as proxy:
        monkeypatch.setattr(proxy.database, "ready", fault)
        with pytest.raises(psycopg.OperationalError, match="lintel: internal error"):
            psycopg.connect(host="127.0.0.1", port=proxy.port, user="u", dbname="d", sslmode="disable")
        connection, _ = server.accept()
        with connection:
            connection.settimeout(10)
            assert connection.recv(1) == b""

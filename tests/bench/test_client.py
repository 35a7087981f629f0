"""The bench's own client against a real server, and what it sends in bulk."""

import struct
from collections.abc import Iterator

import pytest
from bench.bulk import CASES, WIDTHS, copy_data, figures
from bench.client import Client
from bench.failure import BenchFailure
from bench.figures import Sample
from bench.pgbench import Target

from lintel.demo.postgres import Server, find, launch
from lintel.wire import messages


@pytest.fixture(scope="module")
def trusting() -> Iterator[Server]:
    with launch(find()[0].bindir, auth="trust") as server:
        yield server


def connected(server: Server) -> Client:
    return Client(Target(server.host, server.port, server.user, "postgres"))


def test_a_reply_is_whole(trusting: Server) -> None:
    with connected(trusting) as client:
        reply = client.ask(messages.query(b"SELECT repeat('x', 1000000)"))
        assert reply[0] == messages.ROW_DESCRIPTION
        assert reply.count(b"x") == 1_000_000
        assert client.drain(messages.query(b"SELECT repeat('x', 1000000)")) == len(reply)
        assert client.ask(messages.query(b"SELECT 1")).count(b"SELECT 1") == 1


def test_an_error_is_a_failure(trusting: Server) -> None:
    with connected(trusting) as client, pytest.raises(BenchFailure, match="division by zero"):
        client.ask(messages.query(b"SELECT 1/0"))


def test_copy_in_both_directions(trusting: Server) -> None:
    with connected(trusting) as client:
        client.ask(messages.query(b"CREATE UNLOGGED TABLE narrow_in (line text)"))
        sent = client.feed(messages.query(b"COPY narrow_in FROM STDIN"), copy_data("narrow", 1))
        assert 990_000 < sent <= 1_000_000
        assert client.drain(messages.query(b"COPY narrow_in TO STDOUT")) > sent


@pytest.mark.parametrize("table", WIDTHS)
def test_copy_data_is_whole_frames_of_whole_rows(table: str) -> None:
    data = b"".join(copy_data(table, 1))
    at = 0
    while at < len(data):
        length: int = struct.unpack_from(">I", data, at + 1)[0]
        assert data[at] == messages.COPY_DATA
        assert data[at + length] == ord("\n")
        at += length + 1
    assert at == len(data)
    assert 0.98e6 < at <= 1e6


def test_figures_by_case() -> None:
    samples = [
        Sample(CASES[0].name, relay, 1, 50.0, cost) for relay, cost in (("lintel", 3000.0), ("pgbouncer", 2000.0))
    ]
    assert figures(samples) == {
        "cpu_ms_per_100_mb": {"copy_to_narrow": {"lintel": 300.0, "pgbouncer": 200.0}},
        "mb_per_s": {"copy_to_narrow": {"lintel": 50.0, "pgbouncer": 50.0}},
        "cpu_vs_pgbouncer": {"copy_to_narrow": 1.5},
        "spread": {"copy_to_narrow": [1.5, 1.5, 1.5]},
    }

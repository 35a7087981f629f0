"""Clients whose statements sleep at their servers, while cancel requests for some of them come in."""

import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg

from lintel.demo.postgres import Server

SECONDS = 4
ASLEEP = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"


def heard(
    clients: Sequence[psycopg.Connection], cancelled: Collection[int], servers: Sequence[Server]
) -> list[str | None]:
    """The SQLSTATE that each of them gets, None where it slept to the end; these servers have no other sleepers."""
    with ThreadPoolExecutor(len(clients)) as threads:
        sleeping = [threads.submit(_sleep, client) for client in clients]
        deadline = time.monotonic() + 10
        while sum(map(_asleep, servers)) != len(clients):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        for number in cancelled:
            clients[number].cancel()
    return [one.result() for one in sleeping]


def _sleep(client: psycopg.Connection) -> str | None:
    try:
        client.execute("SELECT pg_sleep(%s)", (SECONDS,))
    except psycopg.Error as problem:
        return problem.sqlstate
    return None


def _asleep(server: Server) -> int:
    with psycopg.connect(server.dsn(), autocommit=True) as control:
        (count,) = control.execute(ASLEEP).fetchone() or (0,)
    return int(count)

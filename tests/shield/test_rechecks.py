"""A row that somebody else changes while a statement waits to lock it: what stands for its column follows it."""

import threading
import time

import psycopg
import pytest
from tests.shield.planned import SECONDS, Planned, Planning

PLAN = '[add]\ncolumn = "twice"\ntype = "int"\n[backfill]\nexpression = "n * 2"'
TABLE = "CREATE TABLE o (id int PRIMARY KEY, n int, total numeric(6, 2)); INSERT INTO o VALUES (1, 10, 1), (2, 20, 2)"
OTHER = "CREATE TABLE c (id int); INSERT INTO c VALUES (1), (2)"
# Those for which the planner is kept from seeing through constants (shield.folding).
STATEMENTS = [
    "SELECT o.id, n, twice, CASE WHEN twice > 15 THEN total ELSE 0 END FROM o ORDER BY id FOR UPDATE",
    "SELECT o.id, n, twice, c.id FROM c LEFT JOIN o ON o.id = c.id WHERE twice > 0 ORDER BY o.id FOR UPDATE OF o",
]


@pytest.mark.in_turn
@pytest.mark.parametrize("text", STATEMENTS)
def test_follows_the_row(planned: Planning, text: str) -> None:
    front = planned(PLAN, TABLE, OTHER)
    new = front.connect("new")
    front.direct.execute("BEGIN; UPDATE o SET n = 50 WHERE id = 1")
    found: list[tuple[object, ...]] = []
    waiting = threading.Thread(target=lambda: found.extend(new.execute(text).fetchall()))
    waiting.start()
    _until_it_waits(front, new)
    front.direct.execute("COMMIT")
    waiting.join(SECONDS)
    assert [row[:3] for row in found] == [(1, 50, 100), (2, 20, 40)]


def _until_it_waits(front: Planned, session: psycopg.Connection) -> None:
    deadline = time.monotonic() + SECONDS
    blocked = "SELECT cardinality(pg_blocking_pids(%s)) > 0"
    while front.direct.execute(blocked, (session.info.backend_pid,)).fetchone() != (True,):
        assert time.monotonic() < deadline
        time.sleep(0.02)

"""The order matrix in short: some orders of a rollout's steps, services of both codes on two drivers."""

import asyncio

import pytest
from bench.matrix import played
from bench.matrix.clients import PYTHON
from bench.matrix.orders import ALTER, BACKFILL, DEPLOY, DROP, RELEASE, ROLL_BACK, Order, distinct, effective, every
from bench.matrix.play import PAST, THROUGH

from lintel.demo.postgres import Server

SHORT = {
    THROUGH: (DEPLOY, DROP, ALTER, RELEASE, BACKFILL, ROLL_BACK),
    PAST: (DROP, DEPLOY, ROLL_BACK, ALTER, BACKFILL),
}


def test_orders() -> None:
    """What has nothing to do is left out, and no order is forgotten."""
    assert effective((ROLL_BACK, BACKFILL, RELEASE, DEPLOY, ALTER, DROP)) == (DEPLOY, ALTER, DROP)
    assert effective(SHORT[THROUGH]) == SHORT[THROUGH]
    assert set(map(effective, every())) == set(distinct())
    assert (len(every()), len(distinct())) == (720, 114)


@pytest.mark.parametrize(("way", "order"), list(SHORT.items()))
def test_nobody_notices(server: Server, way: str, order: Order) -> None:
    """No error, no wrong answer, and every parked value is in the column in the end."""
    found = asyncio.run(played(server, PYTHON, [order], lambda _: None, [way]))
    assert (found.lintel.errors, found.lintel.wrong, found.parked_lost) == ({}, [], 0)
    assert found.lintel.statements > 100

"""Readiness: each reason by itself, and nothing that a stranger could cause."""

import asyncio

import pytest

from lintel.admin.readiness import failures
from lintel.app.health import Health
from lintel.metrics import CatalogState


async def reached() -> None:
    await asyncio.sleep(0)


async def unreachable() -> None:
    raise ConnectionRefusedError(111, "Connection refused")


async def test_ready_while_listening_and_the_server_can_be_reached() -> None:
    assert await failures(Health(CatalogState, reached, listening=True).checks()) == {}


async def test_not_ready_before_and_after_listening() -> None:
    assert await failures(Health(CatalogState, reached).checks()) == {"listener": "not accepting sessions"}


async def test_a_server_that_cannot_be_reached_is_a_reason() -> None:
    assert await failures(Health(CatalogState, unreachable, listening=True).checks()) == {
        "server": "Connection refused"
    }


@pytest.mark.parametrize(("age", "ready"), [(None, True), (2.0, True), (60.0, False)])
async def test_an_old_catalog_is_a_reason_and_one_never_read_is_not(age: float | None, ready: bool) -> None:
    health = Health(lambda: CatalogState(databases=1, age_seconds=age, failures=5), reached, listening=True)
    assert (await failures(health.checks()) == {}) is ready

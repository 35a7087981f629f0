"""Readiness: each reason by itself, and nothing that a stranger could cause."""

import asyncio

import pytest

from lintel.admin.readiness import failures
from lintel.app.health import Health


async def reached() -> None:
    await asyncio.sleep(0)


async def unreachable() -> None:
    raise ConnectionRefusedError(111, "Connection refused")


async def test_ready_while_listening_and_the_server_can_be_reached() -> None:
    assert await failures(Health(dict, reached, listening=True).checks()) == {}


async def test_not_ready_before_and_after_listening() -> None:
    assert await failures(Health(dict, reached).checks()) == {"listener": "not accepting sessions"}


async def test_a_server_that_cannot_be_reached_is_a_reason() -> None:
    assert await failures(Health(dict, unreachable, listening=True).checks()) == {"server": "Connection refused"}


@pytest.mark.parametrize(
    ("ages", "ready", "problems"),
    [
        ({}, True, {}),
        ({"[server]": 2.0}, True, {}),
        ({"[server]": 60.0}, False, {}),
        ({"[server]": 2.0, "shop_ro": 60.0}, True, {"catalog shop_ro": "last confirmed 60 s ago"}),
        ({"[server]": 61.0, "shop_ro": 60.0}, False, {}),
    ],
)
async def test_old_catalogs_are_a_reason_and_those_never_read_are_not(
    ages: dict[str, float], ready: bool, problems: dict[str, str]
) -> None:
    health = Health(lambda: ages, reached, listening=True)
    assert (await failures(health.checks()) == {}) is ready
    assert health.problems == problems

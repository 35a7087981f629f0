"""The admin side over real HTTP, in the loop that it shares with the proxy."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from tests.admin.http import get, post

from lintel.admin import Access, Check, application, probe, start
from lintel.metrics import Counters, Exporter, exposition, registry


async def holds() -> str | None:
    return None


async def fails() -> str | None:
    return "no snapshot for 12 s"


async def raises() -> str | None:
    raise ValueError("secret-canary")


@asynccontextmanager
async def admin(
    checks: Mapping[str, Check] | None = None,
    host: str = "127.0.0.1",
    token: str | None = None,
    problems: Mapping[str, str] | None = None,
) -> AsyncIterator[int]:
    source = registry(Exporter(Counters(sessions=3)))

    async def page() -> tuple[bytes, str]:
        return exposition(source)

    app = application(page, checks or {}, Access(host, token), lambda: problems or {})
    listening = socket.create_server(("127.0.0.1" if host == "127.0.0.1" else "0.0.0.0", 0))
    endpoint = await start(app, listening)
    try:
        yield endpoint.port
    finally:
        await endpoint.stop()


async def test_metrics_are_served() -> None:
    async with admin() as port:
        answer = await get(port, "/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "lintel_sessions 3.0\n" in answer.body


async def test_alive_whatever_the_checks_say() -> None:
    async with admin({"catalog": fails}) as port:
        assert (await get(port, "/livez")).status == 200


async def test_ready_while_every_check_holds() -> None:
    async with admin({"listener": holds, "catalog": holds}) as port:
        answer = await get(port, "/readyz")
    assert answer.status == 200
    assert answer.json() == {"ready": True, "checks": {"listener": "ok", "catalog": "ok"}}


async def test_not_ready_says_why_but_not_what_an_exception_said() -> None:
    async with admin({"listener": holds, "catalog": fails, "server": raises}) as port:
        answer = await get(port, "/readyz")
    assert answer.status == 503
    assert answer.json()["ready"] is False
    assert answer.json()["checks"] == {"listener": "ok", "catalog": "no snapshot for 12 s", "server": "ValueError"}


async def test_unknown_paths_are_not_found() -> None:
    async with admin() as port:
        assert (await get(port, "/")).status == 404


@pytest.mark.check(33)
@pytest.mark.parametrize(
    ("host", "status"),
    [
        *[(host, 200) for host in ("127.0.0.1:8432", "localhost", "LOCALHOST:1", "[::1]:8432", "10.1.2.3")],
        *[(host, 421) for host in ("evil.example", "evil.example:8432", "127.0.0.1.evil.example", "")],
    ],
)
async def test_a_rebound_name_is_turned_away(host: str, status: int) -> None:
    async with admin(token="t0ken") as port:
        assert (await get(port, "/metrics", {"Host": host})).status == status


@pytest.mark.check(33)
async def test_off_loopback_only_health_without_the_token() -> None:
    async with admin(host="0.0.0.0", token="t0ken") as port:
        assert (await get(port, "/livez", {"Host": "lintel.internal"})).status == 200
        assert (await get(port, "/readyz")).status == 200
        refused = await get(port, "/metrics")
        assert (refused.status, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert (await get(port, "/metrics", {"Authorization": "Bearer wrong"})).status == 401
        assert (await get(port, "/metrics", {"Authorization": "Basic t0ken"})).status == 401
        assert (await get(port, "/metrics", {"Authorization": "bearer t0ken"})).status == 200


@pytest.mark.check(33)
async def test_off_loopback_without_a_token_set_nothing_opens() -> None:
    async with admin(host="0.0.0.0") as port:
        answer = await get(port, "/metrics", {"Authorization": "Bearer "})
        assert answer.status == 403
        assert "admin.token" in answer.body


async def test_signals_stay_the_proxys_own() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    async with admin():
        assert {number: signal.getsignal(number) for number in before} == before


async def test_a_problem_is_shown_and_no_reason_to_send_the_traffic_elsewhere() -> None:
    async with admin({"listener": holds}, problems={"configuration": "not reloaded"}) as port:
        answer = await get(port, "/readyz")
    assert answer.status == 200
    assert answer.json() == {
        "ready": True, "checks": {"listener": "ok"}, "problems": {"configuration": "not reloaded"}
    }  # fmt: skip


async def test_a_probe_is_shared_by_those_who_ask_at_once() -> None:
    attempts = 0

    async def connect() -> None:
        nonlocal attempts
        attempts += 1
        await asyncio.sleep(0.01)
        raise ConnectionRefusedError(111, "Connection refused")

    check = probe(connect)
    assert await asyncio.gather(*(check() for _ in range(50))) == ["Connection refused"] * 50
    assert await check() == "Connection refused"
    assert attempts == 1


@asynccontextmanager
async def ordered(host: str = "127.0.0.1", token: str | None = None) -> AsyncIterator[tuple[int, list[bool]]]:
    """The port, and what was ordered."""
    orders: list[bool] = []

    async def order(force: bool) -> tuple[int, Mapping[str, object]]:
        orders.append(force)
        return 200, {"mode": "off"}

    async def page() -> tuple[bytes, str]:
        return b"", ""

    app = application(page, {}, Access(host, token), orders={"off": order})
    endpoint = await start(app, socket.create_server(("127.0.0.1", 0)))
    try:
        yield endpoint.port, orders
    finally:
        await endpoint.stop()


JSON = {"Content-Type": "application/json", "Content-Length": "0"}


async def test_an_order_is_followed() -> None:
    async with ordered() as (port, orders):
        answer = await post(port, "/off", JSON)
        assert (answer.status, answer.json()) == (200, {"mode": "off"})
        assert (await post(port, "/off?force=true", JSON)).status == 200
        assert (await get(port, "/off", JSON)).status == 405
        assert (await post(port, "/on", JSON)).status == 404
    assert orders == [False, True]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Length": "0"},
        {**JSON, "Content-Type": "text/plain"},
        {**JSON, "Content-Type": "application/x-www-form-urlencoded"},
        {**JSON, "Origin": "http://evil.example"},
        {**JSON, "Origin": "null"},
        {**JSON, "Host": "evil.example"},
    ],
)
async def test_no_web_page_gives_an_order(headers: dict[str, str]) -> None:
    async with ordered() as (port, orders):
        assert (await post(port, "/off", headers)).status in (403, 421)
    assert orders == []


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
async def test_where_there_is_a_token_an_order_needs_it(host: str) -> None:
    async with ordered(host, "t0ken") as (port, orders):
        assert (await post(port, "/off", JSON)).status == 401
        assert (await post(port, "/off", {**JSON, "Authorization": "Bearer wrong"})).status == 401
        assert (await post(port, "/livez", JSON)).status == 401
        assert orders == []
        assert (await post(port, "/off", {**JSON, "Authorization": "Bearer t0ken"})).status == 200


async def test_off_loopback_nobody_gives_an_order_without_a_token_set() -> None:
    async with ordered("0.0.0.0") as (port, orders):
        assert (await post(port, "/off", JSON)).status == 403
    assert orders == []

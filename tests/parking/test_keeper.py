"""What is said of a plan that cannot be kept going: names and reasons, never a value of somebody's row."""

from types import SimpleNamespace

import asyncpg
import pytest
from tests.priority import PLAN

from lintel import plan
from lintel.metrics import Counters
from lintel.parking import obstacle
from lintel.parking.keeper import Keeper

PARKING = '\n[shield]\nabsent_writes = "park"'
SECRET = "4711"
CHECK = 'new row for relation "orders" violates check constraint "orders_priority_check"'


def error(sqlstate: str, message: str, detail: str = "") -> asyncpg.PostgresError:
    fields = {"S": "ERROR", "C": sqlstate, "M": message, "D": detail}
    made = asyncpg.PostgresError.new(fields)
    assert isinstance(made, asyncpg.PostgresError)
    return made


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (error("23514", CHECK, f"Failing row contains (1, {SECRET})."), CHECK),
        (error("22003", f'value "{SECRET}" is out of range'), "NumericValueOutOfRangeError (22003)"),
        (error("P0001", f"no {SECRET} here"), "RaiseError (P0001)"),
        (error("42501", "permission denied for table orders"), "permission denied for table orders"),
        (ConnectionResetError("reset"), "reset"),
        (TimeoutError(), "TimeoutError"),
    ],
)
async def test_no_value_of_a_row_is_told(
    problem: Exception, told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: object) -> None:
        raise problem

    parking = plan.parse(PLAN + PARKING, "plan.toml")
    monkeypatch.setattr("lintel.parking.keeper.connect", fail)
    endpoint = SimpleNamespace(database="shop")
    keeper = Keeper(endpoint, lambda: None, _nothing, Counters())  # type: ignore[arg-type]
    keeper.change((parking,))
    await keeper.ready()
    assert keeper.problems == {parking.id: told}
    assert SECRET not in "".join(capsys.readouterr())


async def test_nor_by_the_doctor(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise error("22003", f'value "{SECRET}" is out of range')

    monkeypatch.setattr("lintel.parking.side_table.check", fail)
    parking = plan.parse(PLAN + PARKING, "plan.toml")
    assert await obstacle(None, parking) == "NumericValueOutOfRangeError (22003)"


async def _nothing() -> None:
    pass


async def test_plans_that_come_during_a_look_are_looked_at_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes in then waits for what they need."""
    first, second = (plan.parse(PLAN.replace("orders", each) + PARKING, "plan.toml") for each in ("orders", "items"))
    asked: list[str] = []

    async def fail(_: object) -> None:
        asked.append(keeper._plans[0].id)
        if keeper._plans == (first,):
            keeper.change((second,))
        raise ConnectionResetError("reset")

    monkeypatch.setattr("lintel.parking.keeper.connect", fail)
    keeper = Keeper(SimpleNamespace(database="shop"), lambda: None, _nothing, Counters())  # type: ignore[arg-type]
    keeper.change((first,))
    await keeper.ready()
    assert not keeper.looked
    await keeper.ready()
    assert (keeper.looked, asked) == (True, [first.id, second.id])
    assert keeper.problems == {second.id: "reset"}

"""Counts over time: by the hour, later by the day, then forgotten; and what is read of them."""

import sqlite3
from pathlib import Path

import pytest

from lintel.store import Batch, Filter, Observation, Reader, Recorded, Slot, Store, Use, adding
from lintel.store.durations import bucket_of
from lintel.store.rows import day, hour, utc

NOON = 1_790_078_400.0  # 2026-09-22T12:00Z
DAY = 86_400.0
ORDERS = Recorded(
    "shop", ("public",), "select total from orders", "select", None, frozenset({Use("public.orders", "total", "read")})
)
STOCK = Recorded(
    "shop", ("public",), "select * from stock", "select", None, frozenset({Use("public.stock", "n", "read")})
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lintel.db"


def seen(at: float, calls: int, statement: Recorded = ORDERS, client: str = "billing", **more: object) -> Batch:
    return Batch(at - 1, at, [Observation(statement, client, calls, **more)])  # type: ignore[arg-type]


def filled(path: Path) -> Store:
    store = Store(path)
    for at, calls in ((NOON - 3 * DAY, 100), (NOON - 7200, 10), (NOON - 60, 1)):
        store.add(seen(at, calls, verdicts={"rewrite": calls}, errors={"57014": 1}, timed={20: 2}, rows=6))
    return store


@pytest.mark.parametrize(("since", "calls"), [(None, 111), (NOON - 4 * DAY, 111), (NOON - DAY, 11), (NOON - 1800, 1)])
def test_calls_since(path: Path, since: float | None, calls: int) -> None:
    filled(path)
    wanted = Filter(since=None if since is None else utc(since))
    assert [row.calls for row in Reader(path).uses(wanted)] == [calls]
    assert [found.calls for _, (found,) in Reader(path).statements(since=wanted.since)] == [calls]


def test_traffic(path: Path) -> None:
    store = filled(path)
    store.add(seen(NOON, 5, client="cron"))
    store.add(seen(NOON, 7, STOCK))
    first, stock, cron = Reader(path).traffic(Filter())
    assert (first.client, first.calls, first.rewritten, first.errors) == ("billing", 111, 111, {"57014": 3})
    assert first.rows == 3
    assert first.seconds(0.5) == pytest.approx(0.00086, rel=0.2)
    assert (stock.calls, stock.rows, stock.seconds(0.5)) == (7, None, None)
    assert cron.errors == {}
    assert [found.client for found in Reader(path).traffic(Filter(table="orders", client="c*"))] == ["cron"]
    assert Reader(path).traffic(Filter(column="nothing")) == []


def test_slots(path: Path) -> None:
    filled(path)
    assert Reader(path).slots(Filter(table="orders", since=utc(NOON - DAY))) == [
        Slot(hour(NOON - 7200), ORDERS.id, "billing", 10, 1),
        Slot(hour(NOON - 60), ORDERS.id, "billing", 1, 1),
    ]


def test_a_batch_that_is_in_already_is_not_added_again(path: Path) -> None:
    one = seen(NOON, 3)
    one.number = 7
    store = Store(path)
    store.add(one)
    Store(path, store.window).add(one)  # as after a COMMIT of which the outcome was not seen
    assert [row.calls for row in Reader(path).uses(Filter())] == [3]
    one.number = 8
    store.add(one)
    assert [row.calls for row in Reader(path).uses(Filter())] == [6]


def tidied(store: Store, retention: float = 90 * DAY) -> None:
    for _ in range(100):
        if not store.tidy(retention):
            return
    raise AssertionError("no end")


def test_hours_become_days_and_nothing_is_lost(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = filled(path)
    before = Reader(path).traffic(Filter()), Reader(path).window()
    monkeypatch.setattr("lintel.store.sqlite.time.time", lambda: NOON + 14.9 * DAY)
    tidied(store)
    assert (Reader(path).traffic(Filter()), Reader(path).window()) == before
    assert [row.slot for row in Reader(path).slots(Filter())] == [day(NOON - 3 * DAY), day(NOON)]
    assert [row.calls for row in Reader(path).uses(Filter(since=utc(NOON - 60)))] == [11]  # the day as a whole
    store.add(seen(NOON, 1))
    tidied(store)
    assert [row.calls for row in Reader(path).slots(Filter())] == [100, 12]


def test_what_is_old_is_forgotten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = filled(path)
    store.add(seen(NOON - 3 * DAY, 1, STOCK))
    monkeypatch.setattr("lintel.store.sqlite.time.time", lambda: NOON)
    tidied(store, 2 * DAY)
    assert [row.calls for row in Reader(path).uses(Filter())] == [11]
    assert Reader(path).window().start == "2026-09-20"
    raw = sqlite3.connect(path)
    assert raw.execute("SELECT count(*) FROM statement").fetchone() == (1,)
    assert raw.execute("SELECT count(*) FROM use").fetchone() == (1,)
    store.add(seen(NOON, 1, STOCK))  # it is written anew, with its uses
    assert len(Reader(path).uses(Filter(table="stock"))) == 1


def test_windows_are_by_database(path: Path) -> None:
    store = Store(path)
    store.add(Batch(NOON - 10, NOON, dropped={"shop": 3}, other={"other": 1}))
    store.add(Batch(NOON - DAY - 10, NOON - DAY, dropped={"shop": 4}))
    reader = Reader(path)
    assert [reader.window(database=name).dropped for name in (None, "shop", "other")] == [7, 7, 0]
    assert reader.window(utc(NOON - 60)).dropped == 3


def test_statements_are_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "MAX_STATEMENTS", 3)
    store = Store(path)
    many = [Observation(Recorded("shop", (), f"select {'x' * n}", "select"), "app", 2) for n in range(1, 6)]
    store.add(Batch(NOON - 1, NOON, many))
    store.add(Batch(NOON - 1, NOON, many[:4]))
    assert len(Reader(path).statements()) == 3
    assert store.lost == 6
    assert Reader(path).window().dropped == 6
    assert not Reader(path).window().whole


def test_the_bucket_of_a_view_is_its_upper_bound(path: Path) -> None:
    Store(path).add(seen(NOON, 1, timed={bucket_of(0.0011): 1}))
    ((up_to,),) = sqlite3.connect(path).execute("SELECT up_to_ms FROM latencies")
    assert 1.1 <= up_to <= 1.1 * 1.42

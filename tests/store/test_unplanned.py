"""Changes that no plan announced: counts add up, and what somebody ran through Lintel was not made past it."""

from collections import Counter
from contextlib import closing
from pathlib import Path

from lintel.store import Batch, Filter, Past, Reader, Store, UnplannedKey, UnplannedRow

START = 1_790_035_200.0
HOUR = 3600.0


def key(change: str, client: str = "") -> UnplannedKey:
    return UnplannedKey("shop", "public.orders", change, client)


def rows(path: Path, wanted: Filter = Filter()) -> list[UnplannedRow]:  # noqa: B008  (immutable)
    with closing(Reader(path)) as reader:
        return reader.unplanned(wanted)


def test_they_add_up(tmp_path: Path) -> None:
    path = tmp_path / "lintel.db"
    for number in range(2):
        store = Store(path)
        at = START + number * HOUR
        store.add(Batch(at, at + 1, unplanned=Counter({(key("add column a", "hands"), False): 2})))
        store.add(Batch(at, at + 1, unplanned=Counter({(key("add column a", "hands"), True): 1})))
        store.close()
    (row,) = rows(path)
    assert (row.key, row.calls, row.refused) == (key("add column a", "hands"), 4, 2)
    assert row.first_seen < row.last_seen
    assert rows(path, Filter(table="orders", client="han*")) == [row]
    assert rows(path, Filter(table="customers")) == rows(path, Filter(database="other")) == []


def test_past_lintel_is_what_nobody_ran_through_it(tmp_path: Path) -> None:
    path = tmp_path / "lintel.db"
    store = Store(path)
    store.add(Batch(START, START + 1, unplanned=Counter({(key("add column a", "hands"), False): 1})))
    assert not store.add_past(Past(key("add column a"), START + 2))
    assert store.add_past(Past(key("add column b"), START + 2))
    assert not store.add_past(Past(key("add column b"), START + 3))  # another process has seen it, too
    assert store.add_past(Past(key("add column a"), START + 2 * HOUR))
    store.close()
    assert {(row.key.change, row.key.client) for row in rows(path)} == {
        ("add column a", "hands"),
        ("add column a", ""),
        ("add column b", ""),
    }

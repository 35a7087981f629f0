"""What an import needs of the store: times of its own, no window that it has not watched, and where it had got to."""

from pathlib import Path

from lintel.store import Batch, Filter, Observation, Reader, Recorded, Store, Use
from lintel.store.rows import utc

ORDERS = Recorded("shop", ("public",), "select id from orders", "select", None,
                  frozenset({Use("public.orders", "id", "read")}))  # fmt: skip


def test_an_imported_observation_has_its_own_times_and_no_window(tmp_path: Path) -> None:
    store = Store(tmp_path / "lintel.db")
    store.add(Batch(900, 1000, [Observation(ORDERS, "shop", 2, seen=(100.0, 200.0))], watched=False))
    reader = Reader(tmp_path / "lintel.db")
    (row,) = reader.uses(Filter())
    assert (row.calls, row.first_seen, row.last_seen) == (2, utc(100), utc(200))
    assert reader.window().start is None
    store.add(Batch(900, 1000, [Observation(ORDERS, "shop", 1, seen=(50.0, 60.0))]))
    (row,) = reader.uses(Filter())
    assert (row.calls, row.first_seen, row.last_seen) == (3, utc(50), utc(200))
    assert reader.window().start == utc(900)


def test_how_far_an_import_has_got_is_kept_with_what_it_added(tmp_path: Path) -> None:
    store = Store(tmp_path / "lintel.db")
    assert store.imported("csvlog") == {}
    store.add(Batch(1, 2, watched=False, imported={("csvlog", "a"): "1", ("jsonlog", "a"): "2"}))
    store.add(Batch(1, 2, watched=False, imported={("csvlog", "a"): "3"}))
    assert Store(tmp_path / "lintel.db").imported("csvlog") == {"a": "3"}

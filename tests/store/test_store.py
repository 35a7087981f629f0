"""The store: what goes in comes out, adds up across writers, and bad files are StoreErrors."""

import json
import sqlite3
import zlib
from pathlib import Path

import pytest

from lintel.schema import Column, Function, Relation, Schema
from lintel.store import (
    Batch,
    Corrupt,
    Filter,
    Observation,
    Reader,
    Recorded,
    Store,
    StoreError,
    Use,
    Window,
    snapshot,
)
from lintel.store.migrations import VERSION
from lintel.store.rows import digest, utc

NOW = 1_790_000_000.0
ORDERS = Recorded(
    "shop",
    ("public",),
    "select * from orders where id = 1",
    "select",
    None,
    frozenset(
        {
            Use("public.orders", "id", "read"),
            Use("public.orders", "total", "read"),
            Use("public.orders", None, "star"),
        }
    ),
)
COUNT = Recorded("shop", ("public",), "select count(*) from orders", "select", None,
                 frozenset({Use("public.orders", None, "read")}))  # fmt: skip
DO = Recorded("shop", ("public",), "sha256:0000000000000000 do", "do", "DO runs code inside the server")


def batch(*seen: Observation, at: float = NOW, **counts: dict[str, int]) -> Batch:
    return Batch(at, at + 1, list(seen), **counts)


def calls(statement: Recorded, client: str = "billing", calls: int = 1, **more: object) -> Observation:
    return Observation(statement, client, calls, **({"verdicts": {"allow": calls}} | more))  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lintel.db"


def test_what_goes_in_comes_out(path: Path) -> None:
    store = Store(path)
    store.add(batch(calls(ORDERS, calls=3)))
    reader = Reader(path)
    rows = reader.uses(Filter())
    assert {row.use for row in rows} == ORDERS.uses
    assert {(row.client, row.calls, row.refused, row.database, row.sql) for row in rows} == {
        ("billing", 3, 0, "shop", ORDERS.sql)
    }
    assert rows[0].first_seen == utc(NOW)
    assert rows[0].last_seen == utc(NOW + 1)
    ((statement, callers),) = reader.statements()
    assert (statement.sql, statement.search_path, statement.verb) == (ORDERS.sql, ("public",), "select")
    assert [caller.client for caller in callers] == ["billing"]
    reader.close()
    store.close()


def test_rows_of_several_writers_add_up(path: Path) -> None:
    one, other = Store(path), Store(path)
    one.add(batch(calls(ORDERS, calls=3, errors={"57014": 1}), at=NOW + 10))
    other.add(batch(calls(ORDERS, calls=4, errors={"57014": 2}), at=NOW))
    row = Reader(path).uses(Filter())[0]
    assert (row.calls, row.first_seen, row.last_seen) == (7, utc(NOW), utc(NOW + 11))
    assert [tuple(r) for r in sqlite3.connect(path).execute("SELECT sqlstate, calls FROM errors")] == [("57014", 3)]
    assert sqlite3.connect(path).execute("SELECT count(*) FROM windows").fetchone() == (2,)


def test_the_key_is_the_same_everywhere() -> None:
    again = Recorded("shop", ("public",), ORDERS.sql)
    assert Observation(again, "billing").key == Observation(ORDERS, "billing").key
    assert ORDERS.id == digest("shop", "public", "", ORDERS.sql)
    assert (
        Recorded("shop", ("public", "x"), ORDERS.sql).id != ORDERS.id != Recorded("shop2", ("public",), ORDERS.sql).id
    )


def test_a_refusal_is_told(path: Path) -> None:
    refused = Observation(ORDERS, "new", 2, {"42703": 2}, {"refuse": 2}, 'lintel: plan "p" refuses it')
    Store(path).add(batch(refused))
    row = Reader(path).uses(Filter())[0]
    assert (row.refused, row.refusal) == (2, 'lintel: plan "p" refuses it')


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(table="orders"), 4),
        (Filter(table="public.orders"), 4),
        (Filter(table="rders"), 0),
        (Filter(table="ordersx"), 0),
        (Filter(table="orders", column="total"), 2),
        (Filter(column="nothing"), 0),
        (Filter(client="bill*"), 3),
        (Filter(client="billing", since=utc(NOW + 2)), 0),
        (Filter(since=utc(NOW + 60)), 1),
        (Filter(database="other"), 0),
    ],
)
def test_filters(path: Path, wanted: Filter, found: int) -> None:
    store = Store(path)
    store.add(batch(calls(ORDERS)))
    store.add(batch(calls(COUNT, "cron"), at=NOW + 100))
    assert len(Reader(path).uses(wanted)) == found


def test_opaque_and_dropped_are_counted(path: Path) -> None:
    store = Store(path)
    store.add(batch(calls(DO, calls=5, errors={"42601": 2}), other={"shop": 7}, dropped={"shop": 2}))
    store.add(batch(at=NOW + 1))
    assert Reader(path).window() == Window(utc(NOW), utc(NOW + 2), (), 2, 3)
    assert sqlite3.connect(path).execute("SELECT reason FROM opaque").fetchall() == [(DO.opaque,)]


def test_the_catalog_is_kept(path: Path) -> None:
    column = Column("id", 1, "integer", 23, not_null=True, default="0")
    view = Relation(9, "public", "v", "v", (column,), definition="SELECT 1")
    table = Relation(8, "public", "orders", "p", (column, Column("x", 3, "text")), (5, 6), (1,))
    functions = {"f": (Function("public", "f", None), Function("public", "f", ("a",), True, "i", True, holds=(8,)))}
    procedures = {"p": (Function("public", "p", None, holds=(8, 9), makes=("o",)),)}
    schema = Schema({9: view, 8: table}, functions, frozenset({"public"}), 150000,
                    domains={("public", "d"): 8}, procedures=procedures)  # fmt: skip
    store = Store(path)
    store.save_catalog("shop", schema)
    store.save_catalog("shop", schema)
    found = Reader(path).catalog("shop")
    assert found is not None
    assert found.relations == schema.relations
    assert found.functions == schema.functions
    assert (found.domains, found.procedures) == (schema.domains, schema.procedures)
    assert (found.schemas, found.server_version) == (schema.schemas, 150000)
    assert Reader(path).catalog("other") is None
    assert Reader(path).databases() == ["shop"]


def test_a_catalog_of_before_procedures_had_arguments_is_read() -> None:
    schema = Schema({}, {}, frozenset({"public"}), 150000)
    found = json.loads(zlib.decompress(snapshot.dump(schema)))
    found["procedures"] = {"archive_orders": [8, 9]}
    assert snapshot.load(zlib.compress(json.dumps(found).encode())).procedures == {}


def test_no_store_is_said(path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store"):
        Reader(path)
    with pytest.raises(StoreError, match=r"lintel\.db"):
        Store(path.parent / "nowhere" / "lintel.db")


def test_other_files_are_left_alone(path: Path) -> None:
    path.write_text("my diary, " * 100)
    with pytest.raises(Corrupt, match="not a database"):
        Store(path)
    path.unlink()
    with sqlite3.connect(path) as diary:
        diary.execute("CREATE TABLE diary (day)")
    with pytest.raises(StoreError, match="not a store of Lintel"):
        Store(path)
    with pytest.raises(StoreError, match="not a store of Lintel"):
        Reader(path)


def test_a_newer_store_is_left_alone(path: Path) -> None:
    Store(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(StoreError, match="newer Lintel"):
        Store(path)


def test_a_batch_is_added_whole_or_not_at_all(path: Path) -> None:
    store = Store(path)
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            store.add(batch(calls(ORDERS)))
        other.execute("ROLLBACK")
    other.close()
    bad = Observation(COUNT, "x", "many", {}, {})  # type: ignore[arg-type]
    bad.statement = Recorded("shop", (), "x", None)  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        store.add(batch(calls(ORDERS), bad))
    assert Reader(path).uses(Filter()) == []
    store.add(batch(calls(ORDERS)))
    assert len(Reader(path).uses(Filter())) == 3


@pytest.mark.check(24)
def test_a_full_disk_is_a_store_error_and_passes(path: Path) -> None:
    store = Store(path)
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    many = [calls(Recorded("shop", (), f"select {'x' * 500}{i} from t", "select")) for i in range(500)]
    with pytest.raises(StoreError, match="full"):
        store.add(batch(*many))
    store._connection.execute("PRAGMA max_page_count = 100000")
    store.add(batch(*many))
    assert len(Reader(path).statements()) == 500


def test_a_deleted_file_is_noticed(path: Path) -> None:
    store = Store(path)
    assert not store.gone
    path.unlink()
    assert store.gone


def test_every_view_answers(path: Path) -> None:
    Store(path).add(batch(calls(ORDERS)))
    raw = sqlite3.connect(path)
    views = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
    assert len(views) == 13
    for view in views:
        raw.execute(f"SELECT * FROM {view}").fetchall()

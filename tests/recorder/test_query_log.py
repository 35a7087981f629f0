"""The query log: whole lines of JSON without literals, through rotations, a full disk and more than can be written."""

import json
import resource
import threading
from pathlib import Path
from typing import Any

import pytest

from lintel.analysis.facts import Facts
from lintel.policy.statement import Statement
from lintel.recorder import query_log
from lintel.recorder.query_log import Line, QueryLog
from lintel.store import Recorded, StoreError

FACTS = Facts("select", ("public.orders",), ("public.orders.total",))
ONE = Statement("select total from orders where id = 1", FACTS, "allow", search_path=("public",))


def line(number: int = 0, statement: Statement = ONE, sqlstate: str | None = None) -> Line:
    return Line(1_790_000_000.0 + number, "billing", "shop", statement, sqlstate, 0.0125, 3)


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(one) for one in path.read_text().splitlines()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "queries.jsonl"


def test_a_line(path: Path) -> None:
    log = QueryLog(path)
    log.start()
    log.put(line())
    log.put(line(sqlstate="57014", statement=Statement("x", FACTS, "allow", tags={"application": "a\n\x1b[31m"})))
    log.close(5)
    first, second = read(path)
    assert first == {
        "time": "2026-09-21T14:13:20.000Z",
        "client": "billing",
        "database": "shop",
        "shape": Recorded("shop", ("public",), ONE.shape).id,
        "sql": ONE.shape,
        "tables": ["public.orders"],
        "reads": ["public.orders.total"],
        "writes": [],
        "opaque": False,
        "verdict": "allow",
        "seconds": 0.0125,
        "sqlstate": None,
        "rows": 3,
    }
    assert (second["client"], second["sqlstate"]) == ("a\\n\\x1b[31m", "57014")


def test_rotation(path: Path) -> None:
    log = QueryLog(path)
    log._write([line(1), line(2)])
    path.rename(path.with_suffix(".1"))
    log._write([line(3)])
    path.unlink()
    log._write([line(4)])
    assert [found["time"][17:19] for found in read(path.with_suffix(".1"))] == ["21", "22"]
    assert [found["time"][17:19] for found in read(path)] == ["24"]
    assert log.dropped == 0


def test_what_is_too_much_is_counted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_log, "MAX_WAITING", 10)
    log = QueryLog(path)
    for number in range(25):
        log.put(line(number))
    assert log.dropped == 15
    log.start()
    log.close(5)
    assert len(read(path)) == 10


def test_a_full_disk_tears_no_line_that_comes_after_it(path: Path) -> None:
    log = QueryLog(path)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    log._write([line(1)])
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20, hard))
    try:
        log._write([line(2), line(3)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    log._write([line(4)])
    assert log.dropped == 2
    first, torn, last = path.read_text().splitlines()
    assert len(torn) == 20
    assert [json.loads(one)["time"][17:19] for one in (first, last)] == ["21", "24"]


def test_a_place_that_cannot_be_opened_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        QueryLog(tmp_path / "nowhere" / "queries.jsonl")


def test_what_a_disk_never_took_is_counted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is being written at the end, and what waits behind it."""
    begun, answers = threading.Event(), threading.Event()

    def stuck(_: QueryLog, __: list[Line]) -> None:
        begun.set()
        assert answers.wait(60)

    monkeypatch.setattr(QueryLog, "_write", stuck)
    log = QueryLog(path)
    log.start()
    log.put(line(1))
    assert begun.wait(60)
    log.put(line(2))
    log.put(line(3))
    log.close(0.05)
    assert log.dropped == 3
    answers.set()

"""A store that an earlier version has written is read and written on."""

import sqlite3
from pathlib import Path

import pytest

from lintel.store import Filter, Reader, Store, Use, Window
from lintel.store.migrations import APPLICATION_ID, MIGRATIONS, VERSION

FILLED = """
INSERT INTO statements VALUES ('s1', 'shop', '["public"]', 'select * from orders', 'select', NULL),
                              ('s2', 'shop', '["public"]', 'sha256:0 do', 'do', 'DO runs code');
INSERT INTO uses VALUES ('s1', 'public.orders', 'total', 'read'), ('s1', 'public.orders', '', 'star');
INSERT INTO clients VALUES ('billing', '2026-11-01T10:00:00.000Z', '2026-11-20T10:00:00.000Z');
INSERT INTO calls VALUES
    ('k1', 's1', 'billing', 70, '2026-11-01T10:00:00.000Z', '2026-11-20T10:00:00.000Z'),
    ('k2', 's2', 'cron', 5, '2026-11-02T10:00:00.000Z', '2026-11-02T10:00:00.000Z');
INSERT INTO errors VALUES ('k1', '42703', 3);
INSERT INTO verdicts VALUES ('k1', 'allow', 60, NULL), ('k1', 'refuse', 10, 'lintel: no'), ('k2', 'allow', 5, NULL);
INSERT INTO windows VALUES
    ('w1', '2026-11-01T10:00:00.000Z', '2026-11-10T10:00:00.000Z', 70, 1, 5, 0),
    ('w2', '2026-11-10T10:00:01.000Z', '2026-11-20T10:00:00.000Z', 5, 1, 0, 2);
INSERT INTO catalogs VALUES ('shop', '2026-11-20T10:00:00.000Z', x'00');
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lintel.db"


def earlier(path: Path, version: int) -> None:
    raw = sqlite3.connect(path)
    for script in MIGRATIONS[:version]:
        raw.executescript(script)
    raw.executescript(FILLED)
    raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    raw.execute(f"PRAGMA user_version = {version}")
    raw.close()


@pytest.mark.parametrize("version", [1, 2])
def test_nothing_is_lost(path: Path, version: int) -> None:
    earlier(path, version)
    Store(path).close()
    reader = Reader(path)
    assert sqlite3.connect(path).execute("PRAGMA user_version").fetchone() == (VERSION,)
    rows = {row.use: row for row in reader.uses(Filter())}
    assert set(rows) == {Use("public.orders", "total", "read"), Use("public.orders", None, "star")}
    row = rows["public.orders", "total", "read"]
    assert (row.client, row.calls, row.refused, row.refusal, row.failed) == ("billing", 70, 10, "lintel: no", 3)
    assert (row.first_seen, row.last_seen) == ("2026-11-01T10:00:00.000Z", "2026-11-20T10:00:00.000Z")
    assert reader.window() == Window("2026-11-01T10:00:00.000Z", "2026-11-20T10:00:00.000Z", (), 2, 5)
    assert reader.window("2026-11-15T00:00:00.000Z").opaque == 0
    assert [one.opaque for one, _ in reader.statements()] == [None, "DO runs code"]


def test_a_count_since_some_day_is_never_too_low(path: Path) -> None:
    earlier(path, 1)
    Store(path).close()
    reader = Reader(path)
    assert {row.calls for row in reader.uses(Filter(since="2026-11-15T00:00:00.000Z"))} == {70}
    assert reader.uses(Filter(since="2026-11-21T00:00:00.000Z")) == []


def test_a_store_of_another_version_is_not_read_before_it_is_migrated(path: Path) -> None:
    earlier(path, 1)
    with pytest.raises(Exception, match="version"):
        Reader(path)


@pytest.mark.parametrize("version", range(3, VERSION))
def test_later_versions_are_brought_up_to_date(path: Path, version: int) -> None:
    raw = sqlite3.connect(path)
    for script in MIGRATIONS[:version]:
        raw.executescript(script)
    raw.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version}")
    raw.execute("INSERT INTO statement VALUES ('s1', 'shop', '[]', 'select 1', 'select', NULL)")
    raw.execute("INSERT INTO caller VALUES ('k1', 's1', 'billing', '2026-11-01', '2026-11-20', 'lintel: no')")
    raw.execute(
        "INSERT INTO calls (slot, key, calls, rewritten, refused, rows) VALUES ('2026-11-20', 'k1', 7, 1, 2, 3)"
    )
    raw.commit()
    raw.close()
    Store(path).close()
    (sent,) = Reader(path).traffic(Filter())
    assert (sent.client, sent.calls, sent.rewritten, sent.refused, sent.would_refuse) == ("billing", 7, 1, 2, 0)

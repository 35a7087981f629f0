"""What is said of the DDL itself, against the server: locks, file nodes that change, scans that are counted."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection

from lintel.cli import sources
from lintel.demo.postgres import Server
from lintel.impact import Caller, Ddl, Finding, Script, Seen, assess
from lintel.impact.blockers import Holder, Standing, in_the_way, in_the_way_later
from lintel.report.breakage import Catalog, run
from lintel.store import Batch, Store

SCHEMA = """
CREATE DOMAIN free AS int;
CREATE DOMAIN strict AS int CHECK (VALUE > 0);
CREATE TABLE refs (id int PRIMARY KEY);
CREATE TABLE t (
    id int PRIMARY KEY, n int, checked int CHECK (checked IS NOT NULL), loose int, bound int NOT NULL,
    v varchar(5), tx text, num numeric(10,2), ts timestamp(3), b varbit(5), c char(5), ip cidr, j json,
    looked int CHECK (looked > 0), pending int CONSTRAINT later REFERENCES refs
);
ALTER TABLE t ADD CONSTRAINT unsure CHECK (n IS NOT NULL) NOT VALID;
CREATE UNIQUE INDEX t_bound ON t (bound);
CREATE UNIQUE INDEX t_loose ON t (loose);
INSERT INTO refs SELECT i FROM generate_series(1, 10) i;
INSERT INTO t SELECT i, i, i, i, i, 'a', 'a', i, now(), '1', 'a', '10.0.0.0/8', '{}', i, i
FROM generate_series(1, 10) i;
"""

DDL = """
ADD a int
ADD a int NOT NULL DEFAULT 3
ADD a timestamptz DEFAULT now()
ADD a timestamptz DEFAULT clock_timestamp()
ADD a serial
ADD a int GENERATED ALWAYS AS IDENTITY
ADD a int GENERATED ALWAYS AS (id + 1) STORED
ADD a free
ADD a strict
ADD a int CHECK (a > 1)
ADD a int UNIQUE
ADD a int REFERENCES refs
ADD a int DEFAULT 1 REFERENCES refs
ADD IF NOT EXISTS n int CHECK (n > 0)
DROP loose
ALTER n SET DEFAULT random()
ALTER n SET NOT NULL
ALTER checked SET NOT NULL
ALTER bound SET NOT NULL
ALTER bound DROP NOT NULL
ALTER n SET STATISTICS 100
ADD CHECK (n > 0)
ADD CONSTRAINT p CHECK (n > 0) NOT VALID
VALIDATE CONSTRAINT unsure
VALIDATE CONSTRAINT later
DROP CONSTRAINT unsure
ADD CONSTRAINT fk FOREIGN KEY (n) REFERENCES refs
ADD CONSTRAINT fk FOREIGN KEY (n) REFERENCES refs NOT VALID
ADD UNIQUE (n)
ADD CONSTRAINT u UNIQUE USING INDEX t_loose
ALTER n TYPE bigint
ALTER n TYPE int
ALTER n TYPE int USING n + 1
ALTER n TYPE text
ALTER n TYPE free
ALTER v TYPE varchar(10)
ALTER v TYPE varchar(10) USING v
ALTER v TYPE varchar(3)
ALTER v TYPE varchar
ALTER v TYPE text
ALTER tx TYPE varchar
ALTER tx TYPE varchar(20)
ALTER num TYPE numeric(12,2)
ALTER num TYPE numeric(12,3)
ALTER num TYPE numeric
ALTER ts TYPE timestamp(6)
ALTER ts TYPE timestamp
ALTER ts TYPE timestamp(1)
ALTER b TYPE varbit(9)
ALTER b TYPE varbit(2)
ALTER c TYPE char(9)
ALTER c TYPE text
ALTER ip TYPE inet
ALTER j TYPE jsonb
ALTER looked TYPE bigint
ALTER looked TYPE int
ALTER looked TYPE free
ALTER n TYPE strict
SET UNLOGGED
SET (fillfactor = 90)
RENAME n TO m
RENAME TO t2
ADD a int, ALTER v TYPE varchar(10)
ADD a int, ALTER n TYPE bigint
"""


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with psycopg.connect(database, autocommit=True) as made:
        made.execute(SCHEMA.encode())
        made.autocommit = False
        yield made


def test_locks_rewrites_and_scans(server: Server, database: str, connection: Connection) -> None:
    schema = sources.world(database, None).schema
    wrong = []
    changes = [f"ALTER TABLE t {action}" for action in DDL.strip().splitlines()]
    if server.major >= 18:
        changes += ["ALTER TABLE t ADD a int GENERATED ALWAYS AS (id + 1)", "ALTER TABLE t ADD NOT NULL n NOT VALID"]
    for change in changes:
        (said,) = assess(change.encode(), schema, []).ddl
        before = facts(connection)
        connection.execute(change.encode())
        after = facts(connection)
        rewritten, scanned = before[0] != after[0], after[1] > before[1]
        if (said.lock, said.rewrites_table, said.scans_table) != (strongest(connection), rewritten, scanned):
            wrong.append((change, said[1:4], strongest(connection), rewritten, scanned))
        connection.rollback()
    assert not wrong, "\n".join(map(str, wrong))


def facts(connection: Connection) -> tuple[int, int]:
    row = connection.execute(
        "SELECT pg_relation_filenode(oid), pg_stat_get_xact_numscans(oid) FROM pg_class WHERE relname IN ('t', 't2')"
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def strongest(connection: Connection) -> str:
    order = ["ShareUpdateExclusiveLock", "ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"]
    rows = connection.execute(
        "SELECT mode FROM pg_locks JOIN pg_class c ON c.oid = relation WHERE relname IN ('t', 't2')"
        " AND pid = pg_backend_pid()"
    )
    return max((mode for (mode,) in rows if mode in order), key=order.index)


def test_a_check_that_the_migration_validates_spares_the_scan(database: str, connection: Connection) -> None:
    script = (
        "ALTER TABLE t ADD CONSTRAINT filled CHECK (loose IS NOT NULL) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT"
        " filled; ALTER TABLE t ALTER loose SET NOT NULL; ALTER TABLE t DROP CONSTRAINT filled"
    )
    ddl = assess(script.encode(), sources.world(database, None).schema, []).ddl
    assert [one.scans_table for one in ddl] == [False, True, False, False]


SEEN = [
    Seen("1", "SELECT * FROM t", ("public",), (Caller("billing", 3, "x"),)),
    Seen("2", "SELECT loose FROM t WHERE id = 1", ("public",), (Caller("reporting", 5, "x"),)),
]
FIRST = b"SET lock_timeout = '1s';\n-- a comment\nALTER TABLE t ADD COLUMN prio int;\n"
SECOND = b"CREATE TABLE other (id int);\n\nALTER TABLE t\n    DROP COLUMN loose;\nDO $$ BEGIN END $$;\n"


def test_findings_of_files_say_where(database: str, connection: Connection) -> None:
    scripts = [Script(FIRST, "1.sql"), Script(SECOND, "2.sql")]
    impact = assess(scripts, sources.world(database, None).schema, SEEN)
    places = {(f.rule, f.client, f.place.file, f.place.line) for f in clients(impact.findings)}
    assert places == {
        ("ADD-01", "billing", "1.sql", 3),
        ("ADD-20", "billing", "1.sql", 3),
        ("DRP-02", "billing", "2.sql", 3),
        ("DRP-01", "reporting", "2.sql", 3),
    }
    assert [(place.file, place.line, words) for place, words in impact.unjudged] == [("2.sql", 5, "DO $$")]
    assert [(one.place.file, one.place.line) for one in impact.ddl] == [("1.sql", 3), ("2.sql", 3)]


def clients(findings: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in findings if finding.client]


def test_who_is_in_the_way(tmp_path: Path, database: str, connection: Connection) -> None:
    connection.execute("SET application_name = 'nightly'; ANALYZE t; SELECT id FROM t")
    connection.commit()
    connection.execute("SELECT id FROM t")
    store = Store(tmp_path / "store.db")
    store.add(Batch(2e9, 2e9 + 1))
    store.close()
    said = json.loads(run(tmp_path / "store.db", "ALTER TABLE t ADD x int", "json", catalog=live(database)).output)
    (ddl,) = said["ddl"]
    assert (ddl["table"], ddl["rows"]) == ("public.t", 10)
    assert ddl["bytes"] > 8192
    assert [(one["client"], one["mode"]) for one in ddl["in_the_way"]] == [("nightly", "AccessShareLock")]
    assert [(f["rule"], f["sqlstate"]) for f in said["findings"]] == [("ADD-16", "55P03")]
    with psycopg.connect(database, autocommit=True) as other:
        other.execute("SET lock_timeout = '10ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute("ALTER TABLE t ADD x int")
    index = json.loads(run(tmp_path / "store.db", "CREATE INDEX ON t (n)", "json", catalog=live(database)).output)
    assert index["ddl"][0]["in_the_way"] == [], "readers and an index do not conflict"


def test_long_transactions_are_told_of(tmp_path: Path, database: str, connection: Connection) -> None:
    """A snapshot without a lock on the table: CONCURRENTLY waits for it; to it a rewritten table is empty."""
    connection.execute("SET application_name = 'nightly'")
    connection.commit()
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    connection.execute("SELECT 1")
    store = Store(tmp_path / "store.db")
    store.add(Batch(2e9, 2e9 + 1))
    store.close()

    def later(change: str) -> list[tuple[str, str]]:
        said = json.loads(run(tmp_path / "store.db", change, "json", catalog=live(database)).output)
        assert said["findings"] == [], "it is not in the way of the lock"
        return [(one["client"], one["mode"]) for one in said["ddl"][0]["long_transactions"]]

    assert later("ALTER TABLE t ADD x int") == []
    assert later("CREATE INDEX CONCURRENTLY ON t (n)") == [("nightly", "snapshot")]
    assert later("ALTER TABLE t ADD x uuid DEFAULT gen_random_uuid()") == [("nightly", "snapshot")]
    told = run(tmp_path / "store.db", "CREATE INDEX CONCURRENTLY ON t (n)", catalog=live(database)).output
    assert "open besides: a transaction of nightly (snapshot, idle in transaction, " in told
    with psycopg.connect(database, autocommit=True) as other:
        other.execute("ALTER TABLE t ADD x uuid DEFAULT gen_random_uuid()")
    row = connection.execute("SELECT count(*) FROM t").fetchone()
    assert row == (0,), "as the warning says"


def test_transactions_of_a_minute_are_told_of_whatever_they_hold() -> None:
    ddl = Ddl("ALTER TABLE t VALIDATE CONSTRAINT c", "ShareUpdateExclusiveLock", False, True, "public.t")
    young, old = (Holder(pid, "a", "active", "AccessShareLock", age) for pid, age in ((1, 5.0), (2, 90.0)))
    other, blocking = Holder(3, "b", "idle in transaction", "", 120.0), Holder(4, "c", "active", "ShareLock", 300.0)
    now = Standing(1, 1, (young, old, blocking), (other,))
    assert in_the_way(ddl, now) == (blocking,)
    assert in_the_way_later(ddl, now) == (other, old)


def live(database: str) -> Catalog:
    world = sources.world(database, None)
    return Catalog("t", *world, look=lambda tables: sources.activity(database, tables))


def test_publications_are_told_of(database: str, connection: Connection) -> None:
    connection.execute("CREATE PUBLICATION one FOR TABLE t; CREATE PUBLICATION every FOR ALL TABLES")
    connection.commit()
    findings = assess(b"ALTER TABLE t ADD x int", sources.world(database, None).schema, []).findings
    named = {finding.object for finding in findings if finding.rule == "ADD-15"}
    assert named == {"publication of table public.t in publication one", "publication every"}

"""Random statements over parked columns, executed, against a database that has the columns.

Before the columns come, while values are landing, and after. After each statement the rows, the tag, the SQLSTATE and
what both databases hold must be the same; a refusal is never wrong, but counted.
"""

import random
from pathlib import Path

import pytest
from tests.shield.random_parking import speaking_of, statement
from tests.shield.random_worlds import STORED
from tests.shield.twins import Tables, Twins, twins

from lintel.demo.postgres import Server

RULES = '[[shield.clients]]\nmatch = { application_name = "new" }\nsees = "new"\n'


def plan(name: str, table: str, column: str, more: str) -> str:
    """A plan of this module as a file has it."""
    return (
        f'id = "{name}"\npurpose = "x"\ntable = "public.{table}"\n[add]\ncolumn = "{column}"\n{more}\n'
        f'[shield]\nabsent_writes = "park"\n{RULES}'
    )


TABLES = Tables(
    plans={
        "t1-c": plan("t1-c", "t1", "c", 'type = "integer"\ndefault = "4"\nnot_null = true'),
        "t3-t1": plan("t3-t1", "t3", "t1", 'type = "smallint"'),
        "t3-e": plan("t3-e", "t3", "e", 'type = "integer"\ndefault = "1"'),
    },
    tables="""
CREATE SCHEMA other;
CREATE TABLE t1 (a integer PRIMARY KEY, b integer);
CREATE TABLE t2 (a integer, d integer UNIQUE, e integer);
CREATE TABLE t3 (b integer, d integer, f integer, PRIMARY KEY (b, d));
CREATE TABLE t4 (x integer, "Y" integer, a integer) PARTITION BY RANGE (x);
CREATE TABLE t4_low PARTITION OF t4 FOR VALUES FROM (0) TO (10);
CREATE TABLE other.t1 (a integer, z integer);
CREATE VIEW v1 AS SELECT a, b AS g FROM t1 WHERE b > 0;
CREATE VIEW v2 (a, h) AS SELECT t2.a, v1.g FROM t2 JOIN v1 ON v1.a = t2.d;
""",
    columns="""
ALTER TABLE t1 ADD COLUMN c integer NOT NULL DEFAULT 4;
ALTER TABLE t3 ADD COLUMN t1 smallint;
ALTER TABLE t3 ADD COLUMN e integer DEFAULT 1;
""",
    rows="""
DELETE FROM t1; DELETE FROM t2; DELETE FROM t3; DELETE FROM t4; DELETE FROM other.t1;
INSERT INTO t1 SELECT i, i % 3 FROM generate_series(1, 6) i;
INSERT INTO t2 SELECT i % 4, i, i % 3 FROM generate_series(1, 6) i;
INSERT INTO t3 SELECT i % 3, i, i % 2 FROM generate_series(1, 6) i;
INSERT INTO t4 SELECT i, i % 2, i % 3 FROM generate_series(1, 5) i;
INSERT INTO other.t1 SELECT i, i % 2 FROM generate_series(1, 4) i;
""",
    values=(
        "UPDATE t1 SET c = a % 3 WHERE a < 5",
        "UPDATE t3 SET t1 = d % 4 WHERE d IN (1, 2, 3, 6)",
        "UPDATE t3 SET e = NULL WHERE d IN (1, 5)",
    ),
    stored={**STORED, "t3": ("b", "d", "f", "t1", "e")},
)
ENDS = ("COMMIT", "COMMIT", "ROLLBACK", "ROLLBACK TO s")


class Run:
    """A sequence of statements, some of them in transactions, from one seed."""

    def __init__(self, made: Twins, seed: str) -> None:
        self.twins = made
        self.seed = seed
        self.chance = random.Random(seed)
        self.number = 0
        self.found: list[str] = []

    def statements(self, count: int) -> None:
        """In and out of transactions; from time to time the rows are those of the beginning."""
        self.twins.restore()
        last = self.number + count
        while self.number < last:
            if self.chance.random() < 0.25:
                self.block()
            else:
                self.one()
            if self.chance.random() < 0.05:
                self.twins.restore()

    def one(self) -> bool:
        """Whether a transaction that was open goes on."""
        self.number += 1
        sql, parameters = statement(f"{self.seed}:{self.number}")
        found = self.twins.differs(sql, parameters)
        if found is not None:
            self.found.append(f"{self.seed}:{self.number}: {found}")
        return self.twins.going

    def block(self) -> None:
        """A transaction, some of whose statements are undone."""
        self.twins.simply("BEGIN")
        if not (self.one() and self.one()):
            return
        self.twins.simply("SAVEPOINT s")
        if not self.one():
            return
        end = self.chance.choice(ENDS)
        self.twins.simply(end)
        if not end.endswith("s") or self.one():
            self.twins.simply("COMMIT")
        self.compared(end)

    def compared(self, after: str) -> None:
        """What both databases hold, and that it is the same."""
        real, parked = self.twins.contents(self.twins.real), self.twins.contents(self.twins.parked)
        if real != parked:
            self.found.append(f"{self.seed}:{self.number}: after {after}\n  wanted {real}\n  got    {parked}")
            self.twins.restore()


def run(server: Server, directory: Path, seed: str, count: int) -> Run:
    """Before the columns come, while values land, what is in the tables then, and after."""
    with speaking_of(), twins(server, TABLES, directory) as (made, dsn):
        work = Run(made, seed)
        work.statements(count)
        made.land(dsn, lambda: work.statements(count // 2))
        direct, real = made.contents(made.direct), made.contents(made.real)
        if direct != real:
            work.found.append(f"{seed}: landed\n  wanted {real}\n  got    {direct}")
        work.statements(count // 10)
    return work


@pytest.mark.in_turn
def test_random_statements(server: Server, tmp_path: Path) -> None:
    work = run(server, tmp_path, "1", 40)
    assert not work.found, f"{len(work.found)} differences; the first:\n{work.found[0]}"
    assert work.twins.served > 40


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", ["2", "3", "4", "5"])
def test_many_random_statements(server: Server, tmp_path: Path, seed: str) -> None:
    work = run(server, tmp_path, seed, 3_000)
    assert not work.found, f"{len(work.found)} differences; the first:\n{work.found[0]}"

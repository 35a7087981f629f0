"""What the server does with a rewritten text is what it does with the client's own text on the client's own table.

EXPLAIN of both, over tables of 3, 40 and 400 columns with the same rows and statistics, and over joins of 2 to 12 of
them: the same nodes on the same relations and indexes with the same conditions, and no subquery scan. The order of
joins is free. A column that is not there yet is a constant: what is asked of it is not compared then, and an index
alone may do where the real one would have to be fetched. A retyped column is left out: its index cannot be used.
"""

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from tests.catalog.snapshots import taken

from lintel import plan
from lintel.demo.postgres import Server
from lintel.plan import Side
from lintel.policy import Context, ContextKey, Policy
from lintel.schema import Schema

WIDTHS = (3, 40, 400)
JOINED = range(2, 13)
ROWS = 2000
ADD = '[add]\ncolumn = "prio"\ntype = "int"\ndefault = "0"\nnot_null = true'
RENAME = '[rename]\ncolumn = "prio"\nto = "rank"'
# {c} is the client's name for the planned column; what stands behind - is for where it is in the database.
STATEMENTS = """
SELECT id, {c} FROM o WHERE id = 5
SELECT * FROM o WHERE id = 5
SELECT id, c1, {c} FROM o WHERE c1 < 60 ORDER BY id LIMIT 3
SELECT c1, count(*), max(id) FROM o WHERE id < 900 GROUP BY c1 ORDER BY c1
SELECT o.id FROM o LEFT JOIN o p ON p.id = o.c1
SELECT o.id FROM o WHERE EXISTS (SELECT FROM o p WHERE p.id = o.c1 AND p.c1 = 3)
UPDATE o SET c1 = 1 WHERE id = 5
DELETE FROM o WHERE c1 = 7
- SELECT id FROM o WHERE {c} = 3
- SELECT min({c}), max({c}) FROM o
- SELECT id FROM o ORDER BY {c} LIMIT 5
- SELECT id FROM o WHERE {c} BETWEEN 3 AND 4 AND c1 = 7
- SELECT p.id FROM o JOIN o p ON p.{c} = o.id WHERE o.c1 = 7
"""
# Of a client on a side, what the database holds, and which shows the client's own table.
CASES: dict[str, tuple[str, Side, str, str]] = {
    "hidden": (ADD, "old", "with", "without"),
    "imagined": (ADD, "new", "without", "with"),
    "imagined, there": (ADD, "new", "with", "with"),
    "renamed": (RENAME, "old", "renamed", "with"),
    "renamed back": (RENAME, "new", "with", "renamed"),
    "renamed, not yet": (RENAME, "old", "with", "with"),
}
ALTERED = {
    "with": "SELECT",
    "without": "ALTER TABLE o DROP COLUMN prio",
    "renamed": "ALTER TABLE o RENAME COLUMN prio TO rank; ALTER INDEX o_prio RENAME TO o_rank",
}


@dataclass
class Plans:
    """A database each, and the schema of it, with a table of one width."""

    width: int
    databases: dict[str, psycopg.Connection[tuple[Any, ...]]]
    schemas: dict[str, Schema]

    def context(self, case: str) -> Context:
        """What decides for the client of a case."""
        change, side, physical, _ = CASES[case]
        text = f'id = "p"\npurpose = "x"\ntable = "public.o"\n{change}'
        policy = Policy(self.schemas[physical], (plan.parse(text, "p.toml"),))
        return policy.context(ContextKey(sides=(("p", side),), search_path=("public",)))

    def explained(self, name: str, sql: str, *settings: str) -> list[tuple[str, ...]]:
        """The plan's nodes, in some order."""
        database = self.databases[name]
        with database.transaction(force_rollback=True):
            for setting in ("geqo = off", "jit = off", *settings):
                database.execute(f"SET LOCAL {setting}")
            (((found,),),) = database.execute(f"EXPLAIN (FORMAT JSON, COSTS OFF) {sql}").fetchall()
        return sorted(_nodes((found if isinstance(found, dict) else json.loads(found))["Plan"]))


def _nodes(node: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    kind = ("Node Type", "Join Type", "Relation Name", "Index Name", "Operation", "Scan Direction", "Strategy")
    said = ("Index Cond", "Filter", "Hash Cond", "Merge Cond", "Recheck Cond", "Join Filter", "Sort Key", "Group Key")
    yield tuple(str(node.get(name, "")).replace("o_rank", "o_prio") for name in kind) + tuple(
        _bare(str(node.get(name, ""))) for name in said
    )
    for inner in node.get("Plans", ()):
        yield from _nodes(inner)


def _bare(condition: str) -> str:
    """Without the names of relations, and with one name for the column; the sides of = in some order."""
    text = re.sub(r"\b\w+\.", "", condition).replace("rank", "prio")
    return re.sub(r"\((\w+) = (\w+)\)", lambda found: f"({' = '.join(sorted(found.groups()))})", text)


@pytest.fixture(scope="module", params=WIDTHS)
def plans(request: pytest.FixtureRequest, server: Server) -> Iterator[Plans]:
    stem = f"plans_{request.param}_{uuid.uuid4().hex[:8]}"
    more = "".join(f", c{number} int DEFAULT {number}" for number in range(2, request.param - 1))
    with ExitStack() as stack:
        control = stack.enter_context(psycopg.connect(server.dsn(), autocommit=True))
        control.execute(f"CREATE DATABASE {stem}")
        stack.callback(control.execute, f"DROP DATABASE {stem} WITH (FORCE)")
        with psycopg.connect(server.dsn(stem), autocommit=True) as made:
            made.execute(f"CREATE TABLE o (id int PRIMARY KEY, c1 int{more}, prio int NOT NULL DEFAULT 0)")
            made.execute("CREATE INDEX o_c1 ON o (c1); CREATE INDEX o_prio ON o (prio)")
            made.execute(f"INSERT INTO o SELECT n, n % 100 FROM generate_series(1, {ROWS}) AS n")
            made.execute("UPDATE o SET prio = id % 500")
        found = Plans(request.param, {}, {})
        for name, altered in ALTERED.items():
            copy = f"{stem}_{name}"
            control.execute(f"CREATE DATABASE {copy} TEMPLATE {stem}")
            stack.callback(control.execute, f"DROP DATABASE {copy} WITH (FORCE)")
            found.databases[name] = stack.enter_context(psycopg.connect(server.dsn(copy), autocommit=True))
            found.databases[name].execute(altered)
            found.databases[name].execute("VACUUM FULL ANALYZE o")
            found.schemas[name] = taken(server.dsn(copy))
        yield found


def _differences(plans: Plans, case: str, sql: str, *settings: str) -> Iterator[str]:
    _, side, physical, own = CASES[case]
    text = sql.format(c="rank" if case.startswith("renamed") and side == "new" else "prio")
    decision = plans.context(case).decide(text.encode())
    assert decision.statement.verdict != "refuse", decision.statement.message
    sent = decision.sent(text.encode()).decode()
    wanted, got = plans.explained(own, text, *settings), plans.explained(physical, sent, *settings)
    if case == "imagined":
        wanted, got = ([(node[0].replace(" Only", ""), *node[1:]) for node in nodes] for nodes in (wanted, got))
    if wanted != got or any("Subquery Scan" in node for node in got):
        yield f"{case}: {sent}\n  wanted {wanted}\n  got    {got}"


@pytest.mark.in_turn
@pytest.mark.parametrize("case", CASES)
def test_one_table(plans: Plans, case: str) -> None:
    lines = STATEMENTS.strip().splitlines()
    there = [line.removeprefix("- ") for line in lines if case != "imagined" or not line.startswith("- ")]
    if case == "hidden":
        there = [line for line in there if "{c}" not in line]  # that client does not know it
    found = [said for line in there for said in _differences(plans, case, line)]
    assert not found, "\n".join(found)


@pytest.mark.in_turn
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("way", ["JOIN", "comma"])
def test_joins(plans: Plans, case: str, way: str) -> None:
    """What is spliced into FROM does not count for the limits of what is planned together."""
    found: list[str] = []
    for number in JOINED if (way, plans.width) == ("JOIN", 3) else (2, 12):
        names = [f"o a{n}" for n in range(number)]
        on = [f"a{n}.id = a{n - 1}.c1" for n in range(1, number)]
        if way == "JOIN":
            joined = names[0] + "".join(f" JOIN {name} ON {cond}" for name, cond in zip(names[1:], on, strict=True))
            sql = f"SELECT a0.id, a{number - 1}.c1 FROM {joined} WHERE a0.c1 = 7"
        else:
            sql = f"SELECT a0.id, a{number - 1}.c1 FROM {', '.join(names)} WHERE a0.c1 = 7 AND {' AND '.join(on)}"
        for limit in (1, 8) if number == 12 else (8,):
            limits = (f"join_collapse_limit = {limit}", f"from_collapse_limit = {limit}")
            found += _differences(plans, case, sql, *limits)
    assert not found, "\n".join(found[:2])

"""Parked writes against a database that really has the columns: the same answers and the same contents.

`absent` has a Lintel in front that parks; so has `landing`, where the columns have come and a transaction that has used
the markers keeps them from going. What was written there is read back through Lintel.
"""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from tests.shield import proxy
from tests.shield.case import HERE, Case, load, skip_if_unknown
from tests.shield.outcome import differences, modes, perform
from tests.shield.wire_client import Client, Row

from lintel.demo.postgres import Server

CASES = [case for stem in ("reads", "writes", "within") for case in load(stem, "parked")]
PLANS = {
    "orders-priority": ("orders", "priority", "smallint", 'default = "0"\nnot_null = true'),
    "orders-label": ("orders", "label", "varchar(5)", ""),
    "pairs-state": ("pairs", "state", "text", "default = \"'open'\""),
}
CONTENTS = (
    "SELECT id, cid, total, note, priority, label FROM orders ORDER BY id",
    "SELECT a, b, n, state FROM pairs ORDER BY a, b",
    "SELECT * FROM customers ORDER BY cid",
)
SECONDS = 20.0
NULLS = (
    "INSERT INTO orders (id, priority) VALUES (1, NULL) ON CONFLICT (id) DO UPDATE SET cid = 6",
    "INSERT INTO orders (id, priority) VALUES (1, 2), (3, NULL) ON CONFLICT (id) DO UPDATE SET cid = 6",
    "INSERT INTO orders (id, priority) VALUES (3, NULL) ON CONFLICT (id) DO UPDATE SET priority = orders.priority + 1",
    "INSERT INTO orders (id, priority) SELECT id, nullif(id, 3) FROM orders ON CONFLICT (id) DO UPDATE SET cid = 6",
)


def plan(name: str) -> str:
    """A plan of this module as a file has it."""
    table, column, kind, more = PLANS[name]
    rules = "".join(
        f'[[shield.clients]]\nmatch = {{ application_name = "{side}*" }}\nsees = "{side}"\n' for side in ("old", "new")
    )
    return (
        f'id = "{name}"\npurpose = "x"\ntable = "public.{table}"\n[add]\ncolumn = "{column}"\ntype = "{kind}"\n{more}\n'
        f'[shield]\nabsent_writes = "park"\nwhole_rows = "record"\n{rules}'
    )


def script(name: str) -> str:
    """One of the .sql files of this test."""
    return (HERE / "parked" / "tables" / f"{name}.sql").read_text()


@dataclass
class World:
    """Sessions with the database that has the columns, and through Lintel with one that parks."""

    real: dict[str, Client]
    parked: dict[str, Client]
    direct: Client
    touched: bool = True  # since the rows were last restored

    def restore(self) -> None:
        """The rows of the beginning; values by new clients, so that they are parked."""
        if not self.touched:
            return
        for client, new in ((self.real["new"], self.real["new"]), (self.direct, self.parked["new"])):
            done(client, "ROLLBACK; DELETE FROM orders; DELETE FROM pairs; DELETE FROM customers;" + script("rows"))
            for statement in script("values").split(";\n"):
                done(new, statement)
        self.touched = False

    def contents(self) -> tuple[list[list[Row]], list[list[Row]]]:
        """Of both databases, as new clients see them."""
        return tuple([done(side["new"], sql) for sql in CONTENTS] for side in (self.real, self.parked))  # type: ignore[return-value]


def done(client: Client, sql: str) -> list[Row]:
    """It must not fail."""
    reply = client.simple(sql)
    assert reply.error is None, (sql, reply.error)
    return reply.rows


@pytest.fixture(scope="module", params=["absent", "landing"])
def world(request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two databases and a Lintel; where values are landing, with the columns there."""
    files = []
    for name in PLANS:
        files.append(tmp_path_factory.mktemp("plans") / f"{name}.toml")
        files[-1].write_text(plan(name))
    run = uuid.uuid4().hex[:8]
    with ExitStack() as stack:
        control = stack.enter_context(Client(server.dsn(), "direct"))
        names = [f"park_{which}_{run}" for which in ("real", "parked")]
        for name in names:
            done(control, f"CREATE DATABASE {name}")
            stack.callback(done, control, f"DROP DATABASE {name} WITH (FORCE)")
        real, parked = (server.dsn(name) for name in names)
        direct = stack.enter_context(Client(parked, "direct"))
        for client in (direct, stack.enter_context(Client(real, "direct"))):
            done(client, script("tables"))
        done(client, script("columns"))
        port = stack.enter_context(proxy.in_front_of(parked, files)).port
        made = World(
            {who: stack.enter_context(Client(real, who)) for who in ("old", "new")},
            {who: stack.enter_context(Client(parked, who, host="127.0.0.1", port=port)) for who in ("old", "new")},
            direct,
        )
        if request.param == "landing":
            blocker = stack.enter_context(Client(parked, "direct"))
            done(blocker, "BEGIN; " + "".join(f'SELECT FROM lintel."parking_{name}";' for name in PLANS))
            done(direct, script("columns"))
        yield made


@pytest.mark.in_turn
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_as_with_the_column(server: Server, world: World, case: Case) -> None:
    """Rows, tags, types and errors, and what is in the tables afterwards."""
    skip_if_unknown(case, server.major)
    found = []
    for mode in dict.fromkeys((modes(case)[0], modes(case)[-1])):
        world.restore()
        world.touched = case.writes or "TRUNCATE" in case.steps[0].sql
        if case.side == "old":  # it sees the table as it was: only what it leaves behind is compared
            got = perform(world.parked["old"], case, mode)
            perform(world.real["new"], case, mode)
            assert got.error is None
        else:
            wanted, got = perform(world.real["new"], case, mode), perform(world.parked["new"], case, mode)
            refused = got.refused()
            if refused != (case.verdict == "refuse"):
                found.append(f"{mode}: {'' if refused else 'not '}refused: {got.error}")
            if refused:
                world.touched = True
                world.restore()
                world.touched = True
            else:
                found += [f"{mode}: {line}" for line in differences(case, wanted, got)]
        real, parked = world.contents() if world.touched else ([], [])
        found += [] if real == parked else [f"{mode}: wanted {real}\n  got {parked}"]
    assert not found, "\n".join([*(step.sql for step in case.steps), *found[:3]])


@pytest.mark.in_turn
@pytest.mark.parametrize("sql", NULLS)
def test_a_null_fails_for_a_row_in_conflict_too(world: World, sql: str) -> None:
    """Where it names another table, which is why these are no cases."""
    world.restore()
    for side in (world.real, world.parked):
        reply = side["new"].simple(sql)
        assert (reply.error or {}).get("C") == "23502", reply

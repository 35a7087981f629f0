"""A pooler on either side of Lintel, which lends its server connections to one client after another."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from bench import others, programs
from bench.pgbench import Target
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from tests.e2e.proxy import Proxy
from tests.shield.planned import RULES, until

from lintel.demo.postgres import Server

PLAN = f"""
id = "p"
purpose = "x"
table = "public.o"
[add]
column = "prio"
type = "integer"
default = "5"
[shield]
absent_writes = "park"
{RULES}
"""
ROWS = "CREATE TABLE o (id int PRIMARY KEY, note text); INSERT INTO o VALUES (1, 'a'), (2, 'b')"
pytestmark = pytest.mark.in_turn
SIZES = {"session": 20, "transaction": 1}  # one connection: whatever is left in it, the next client meets

Connect = Callable[..., psycopg.Connection[tuple[Any, ...]]]


@pytest.fixture
def program() -> str:
    """pgbouncer, or a skip."""
    found = programs.program("pgbouncer")
    if found is None:
        pytest.skip("pgbouncer is not installed")
    return found


@pytest.fixture(params=SIZES)
def mode(request: pytest.FixtureRequest) -> str:
    """Of pooling."""
    return str(request.param)


@pytest.fixture
def plan(tmp_path: Path, database: str) -> Path:
    """On a table that is there, without its column."""
    with psycopg.connect(database) as owner:
        owner.execute(ROWS)
    file = tmp_path / "plan.toml"
    file.write_text(PLAN)
    return file


@pytest.fixture(params=["before", "behind"])
def connect(
    request: pytest.FixtureRequest, server: Server, database: str, lintel: Callable[..., Proxy], program: str,
    plan: Path, mode: str,
) -> Iterator[Connect]:  # fmt: skip
    """Call it with an application's name: connected through Lintel and a pgbouncer before or behind it."""
    name = str(conninfo_to_dict(database)["dbname"])
    with ExitStack() as stack:

        def pooling(host: str, port: int) -> Target:
            target = Target(host, port, server.user, name)
            relay = others.pgbouncer(target, program, server.password, mode=mode, size=SIZES[mode])
            return stack.enter_context(relay).target

        def led(to: Target | Proxy) -> str:
            return make_conninfo(database, host=to.host, port=to.port)

        if request.param == "before":
            proxy = lintel(database, "--plan", str(plan))
            front = led(pooling(proxy.host, proxy.port))
        else:
            front = led(lintel(led(pooling(server.host, server.port)), "--plan", str(plan)))

        def connected(application: str, **options: Any) -> psycopg.Connection[tuple[Any, ...]]:
            dsn = make_conninfo(front, application_name=application)
            return stack.enter_context(closing(psycopg.connect(dsn, autocommit=True, **options)))

        yield connected


def rows(client: psycopg.Connection[tuple[Any, ...]], *parameters: object) -> Sequence[tuple[Any, ...]]:
    where = "WHERE id = %s" if parameters else "ORDER BY id"
    return client.execute(f"SELECT * FROM o {where}", parameters or None).fetchall()


def test_clients_take_turns(connect: Connect, database: str) -> None:
    """Each sees its own table on whatever connection it is given, by Query and by Parse, before the ALTER and after."""
    old, new = connect("old", prepare_threshold=None), connect("new", prepare_threshold=None)
    for prio in (7, 8):
        assert rows(old) == rows(old) == [(1, "a"), (2, "b")]
        assert rows(new) == [(1, "a", 5), (2, "b", 5 if prio == 7 else 7)]
        assert (rows(old, 1), rows(new, 1)) == ([(1, "a")], [(1, "a", 5)])
        with new.transaction():
            new.execute("UPDATE o SET prio = %s WHERE id = 2", (prio,))
            assert rows(new, 2) == [(2, "b", prio)]
        assert (rows(old, 2), rows(new, 2)) == ([(2, "b")], [(2, "b", prio)])
        if prio == 7:
            with psycopg.connect(database, autocommit=True) as owner:
                owner.execute("ALTER TABLE o ADD COLUMN prio integer DEFAULT 5")


def test_what_is_parked_lands(connect: Connect, database: str) -> None:
    with closing(connect("new")) as new:
        new.execute("UPDATE o SET prio = 7 WHERE id = 1")
        with psycopg.connect(database, autocommit=True) as owner:
            owner.execute("ALTER TABLE o ADD COLUMN prio integer DEFAULT 5")
            until(lambda: rows(owner) == [(1, "a", 7), (2, "b", 5)])
            new.execute("SELECT 1")


def test_nothing_is_left_in_a_session(connect: Connect) -> None:
    """What Lintel sets for its own questions would change what the next client's statements mean."""
    client = connect("old")
    rows(client)
    names = ("search_path", "statement_timeout", "lock_timeout", "jit", "enable_hashjoin")
    assert [client.execute(f"SHOW {name}").fetchone() for name in names] == [
        (value,) for value in ('"$user", public', "0", "0", "on", "on")
    ]
    assert client.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)


def test_a_prepared_statement_that_both_sides_share(database: str, lintel: Callable[..., Proxy], plan: Path) -> None:
    """As poolers prepare one for all clients that ask with the same text."""
    proxy = lintel(database, "--plan", str(plan))
    through = make_conninfo(database, host=proxy.host, port=proxy.port)
    with closing(psycopg.connect(through, autocommit=True, prepare_threshold=0)) as lent:
        for side, seen in (("old", (1, "a")), ("new", (1, "a", 5))) * 2:
            lent.execute(f"SET application_name = '{side}'", prepare=False)
            assert rows(lent, 1) == [seen]

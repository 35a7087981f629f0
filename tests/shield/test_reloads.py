"""Plans come and go under sessions that have prepared, begun and made something before.

The client's table is another one from then on, as if somebody had altered it. So a statement that was described does
what PostgreSQL has it do behind an ALTER: it takes the parameters that it took, and gives no rows as other columns than
the client was told of.
"""

import struct
from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import pytest
from tests.shield.planned import Planned, Planning
from tests.shield.reloading import Plans
from tests.shield.wire_client import SYNC, Client, Reply, bind, describe, execute, parse

from lintel.wire import messages

PLAN = '[add]\ncolumn = "prio"\ntype = "smallint"\ndefault = "7"'
TABLE = "CREATE TABLE o (id int, note text); INSERT INTO o VALUES (1, 'table')"
ADD = "ALTER TABLE o ADD prio smallint DEFAULT 7"
RETYPE = '[retype]\ncolumn = "val"\ntype = "bigint"\nfrom = "integer"'
TELLING = ("C", "M", "R")  # what drivers go by
NAMES = ("kept", "")

pytestmark = pytest.mark.in_turn


class Front(NamedTuple):
    """A table under a plan, through Lintel and past it."""

    at: Planned
    plans: Plans

    def client(self, name: str = "old") -> Client:
        return Client(self.at.database, name, host="127.0.0.1", port=self.at.proxy.port)


@pytest.fixture
def front(planned: Planning) -> Callable[..., Front]:
    def made(*words: str) -> Front:
        at = planned(*words)
        return Front(at, Plans(at.proxy.admin, {"p": planned.directory / "plan.toml"}))

    return made


def _fetched(client: Client, name: str) -> Reply:
    """By who knows its columns."""
    return client.exchange(bind(name), execute(), SYNC)


def _described(client: Client, name: str) -> list[str]:
    (result,) = client.run(name).results
    assert result.fields is not None
    assert {len(row) for row in result.rows} == {len(result.fields)}
    return [field.name for field in result.fields]


def _told(reply: Reply) -> list[str]:
    assert reply.error, reply.results
    return [reply.error[key] for key in TELLING]


def _altered(database: str, name: str) -> list[str]:
    """What PostgreSQL says itself."""
    with Client(database, "direct") as own, Client(database, "direct") as other:
        other.simple("CREATE TABLE own (id int, note text)")
        own.prepare(name, "SELECT * FROM own")
        other.simple("ALTER TABLE own ADD prio smallint")
        told = _told(_fetched(own, name))
        other.simple("DROP TABLE own")
    return told


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("way", ["off", "away"])
def test_rows_as_they_were_described(front: Callable[..., Front], name: str, way: str) -> None:
    """Other columns are an error until the client has asked for them; whoever asks each time does not notice."""
    made = front(PLAN, TABLE, ADD)
    changes = [lambda: made.plans.switch(off=True), lambda: made.plans.switch(off=False)]
    if way == "away":
        changes = [lambda: made.plans.keep_away("p"), made.plans.restore]
    wanted = _altered(made.at.database, name)
    with made.client() as client:
        client.prepare(name, "SELECT * FROM o")
        assert _described(client, name) == ["id", "note"]
        for change, columns in zip(changes, (["id", "note", "prio"], ["id", "note"]), strict=True):
            change()
            for _ in range(2):
                assert _told(_fetched(client, name)) == wanted
            assert _described(client, name) == columns
            assert {len(row) for row in _fetched(client, name).rows} == {len(columns)}
        client.prepare("other", "SELECT id FROM o")
        for change in changes:
            change()
            assert _fetched(client, "other").rows == [(b"1",)]


@pytest.mark.parametrize("described_by", [("old",), tuple(f"lent{number}" for number in range(20))])
def test_who_has_another_name_by_now(front: Callable[..., Front], described_by: tuple[str, ...]) -> None:
    """Clients name what they are at: whom a description was for is not known then, and whose have been forgotten."""
    made = front(PLAN, TABLE, ADD)
    with made.client() as client:
        client.prepare("s", "SELECT * FROM o")
        for name in described_by:
            client.simple(f"SET application_name = '{name}'")
            assert client.exchange(describe("S", "s"), SYNC).error is None
        client.simple("SET application_name = 'batch 7'")
        assert [len(row) for row in _fetched(client, "s").rows] == [2]
        made.plans.keep_away("p")
        for name in ("batch 7", *described_by):
            client.simple(f"SET application_name = '{name}'")
            assert _told(_fetched(client, "s"))[0] == "0A000"
        assert _described(client, "s") == ["id", "note", "prio"]


def test_a_portal_goes_on_as_it_was_bound(front: Callable[..., Front]) -> None:
    made = front(PLAN, TABLE, ADD, "INSERT INTO o SELECT g FROM generate_series(2, 5) g")
    with made.client() as client:
        client.simple("BEGIN; DECLARE c CURSOR FOR SELECT * FROM o")
        client.prepare("s", "SELECT * FROM o")
        client.exchange(bind("s", portal="p"), execute("p", 2), SYNC)
        made.plans.keep_away("p")
        for replies in (client.exchange(execute("p", 2), SYNC), client.simple("FETCH 2 FROM c")):
            assert [len(row) for row in replies.rows] == [2, 2]
        assert not client.exchange(bind("s", portal="q"), describe("P", "q"), execute("q", 1), SYNC).error
        assert [len(row) for row in client.exchange(execute("p"), SYNC).rows] == [2]
        assert [len(row) for row in client.exchange(execute("q"), SYNC).rows] == [3] * 4


@pytest.mark.parametrize("name", NAMES)
def test_parameters_stay_of_the_types_that_they_were(front: Callable[..., Front], name: str) -> None:
    """In binary a parameter of another type would be something else."""
    made = front(RETYPE, "CREATE TABLE o (id int, val bigint); INSERT INTO o VALUES (1, 1)")
    with made.client() as client:
        told = client.prepare(name, "UPDATE o SET val = $1 WHERE id = 1")
        assert told.results[0].parameters == (23,)
        for value, change in enumerate((made.plans.restore, lambda: made.plans.keep_away("p"), made.plans.restore)):
            change()
            values = b"\0\1\0\1\0\1" + struct.pack("!ii", 4, value) + b"\0\0"
            frame = messages.frame(messages.BIND, b"\0%b\0" % name.encode() + values)
            assert client.exchange(frame, execute(), SYNC).results[-1].tag == "UPDATE 1"
            assert client.simple("SELECT val FROM o").rows == [(str(value).encode(),)]


def test_plans_come_into_a_transaction_that_has_altered_the_table(front: Callable[..., Front]) -> None:
    """Nobody has noted what it did while there were no plans: it is refused until its end, and never wrong."""
    made = front(PLAN, TABLE)
    for ending in ("COMMIT", "ROLLBACK"):
        made.plans.keep_away("p")
        with made.client() as client:
            client.simple("BEGIN; ALTER TABLE o ADD prio smallint DEFAULT 7")
            made.plans.restore()
            assert (client.simple("SELECT * FROM o").error or {"C": ""})["C"] == "42501"
            client.simple(ending)
            assert client.simple("SELECT * FROM o").rows == [(b"1", b"table")]


def test_plans_come_where_the_name_means_something_else(front: Callable[..., Front]) -> None:
    """By DDL of the open transaction, or a temporary relation of whatever making, that was there before."""
    made = front(PLAN, TABLE, "CREATE SCHEMA s; CREATE FUNCTION mk() RETURNS void LANGUAGE plpgsql AS "
                 "'BEGIN CREATE TEMP TABLE o AS SELECT 2 AS id, 3 AS zzz; END'", ADD)  # fmt: skip
    ways = (
        "BEGIN; CREATE TABLE s.o AS SELECT 2 AS id, 3 AS zzz; SET LOCAL search_path = s, public",
        "BEGIN; DROP TABLE o; CREATE TABLE o AS SELECT 2 AS id, 3 AS zzz",
        "CREATE TEMP TABLE o AS SELECT 2 AS id, 3 AS zzz",
        "SELECT mk()",
        "DO 'BEGIN CREATE TEMP TABLE o AS SELECT 2 AS id, 3 AS zzz; END'",
    )
    for way, text in product(ways, ("SELECT * FROM o", "SELECT id, zzz FROM o")):
        made.plans.keep_away("p")
        with made.client() as client:
            client.simple(way)
            made.plans.restore()
            reply = client.simple(text)
            if not (reply.error and reply.error["M"].startswith("lintel:")):
                assert reply.rows == [(b"2", b"3")], (way, text)
            client.simple("ROLLBACK")


def test_a_pipeline_that_is_half_sent(front: Callable[..., Front]) -> None:
    """What was parsed before is bound by the plans that are in force behind it."""
    made = front(PLAN, TABLE, ADD)
    with made.client() as client:
        client.send(parse("s", "SELECT * FROM o"), parse("", "SELECT note, * FROM o"), messages.FLUSH_FRAME)
        made.plans.keep_away("p")
        reply = client.exchange(*(bind(name) + describe("P") + execute() for name in ("s", "")), SYNC)
        assert [[len(row) for row in result.rows] for result in reply.results] == [[3], [4]]
        client.send(parse("t", "SELECT * FROM o"), describe("S", "t"), messages.FLUSH_FRAME)
        made.plans.restore()
        reply = client.exchange(bind("t"), execute(), SYNC)
        assert (reply.error or {"C": ""})["C"] == "0A000"


def test_an_error_of_it_names_it_as_the_client_does(front: Callable[..., Front]) -> None:
    made = front(PLAN, TABLE, ADD)
    with made.client() as client:
        client.exchange(parse("s", "SELECT * FROM o WHERE id = $1"), SYNC)
        made.plans.keep_away("p")
        client.exchange(bind("s", "1"), execute(), SYNC)
        error = client.simple("EXECUTE s").error or {}
        assert error["M"] == 'wrong number of parameters for prepared statement "s"'


@pytest.mark.parametrize("text", ["EXECUTE s", "/* a */ execute -- b\n s;", 'EXECUTE "s"'])
def test_sql_executes_what_has_another_name_by_now(front: Callable[..., Front], text: str) -> None:
    """What the protocol has prepared, and Lintel again under a name of its own, by whichever plans are in force."""
    made = front(PLAN, TABLE, ADD)
    with made.client() as client:
        client.exchange(parse("s", "SELECT * FROM o"), SYNC)
        assert [len(row) for row in client.simple("EXECUTE s").rows] == [2]
        made.plans.keep_away("p")
        assert [len(row) for row in _fetched(client, "s").rows] == [3]
        assert [len(row) for row in client.simple("EXECUTE s").rows] == [3]
        made.plans.restore()
        assert [len(row) for row in _fetched(client, "s").rows] == [2]
        assert [len(row) for row in client.simple(text).rows] == [2]
        assert [len(row) for row in client.extended(text).rows] == [2]
        made.plans.switch(off=True)
        assert [len(row) for row in client.simple(text).rows] == [2]  # as it was prepared
        assert [len(row) for row in _fetched(client, "s").rows] == [3]
        assert [len(row) for row in client.simple(text).rows] == [3]
        assert not client.simple("DEALLOCATE s").error
        assert (client.simple(text).error or {})["C"] == "26000"

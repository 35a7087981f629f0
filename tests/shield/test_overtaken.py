"""A statement that is prepared, and then a temporary table is made that has the name of its table.

PostgreSQL analyses it anew where the session had no temporary tables before, else it goes on with what it has. Nobody
but the server knows which: a function may have made one.
"""

from itertools import product

import pytest
from tests.shield.planned import Planned, Planning
from tests.shield.wire_client import SYNC, Client, Reply, bind, describe, execute, parse

PLAN = '[add]\ncolumn = "prio"\ntype = "smallint"\ndefault = "7"'
TABLE = "CREATE TABLE o (id int, note text); INSERT INTO o VALUES (1, 'table')"
ADD = "ALTER TABLE o ADD prio smallint DEFAULT 7"
SHADOW = "CREATE TEMP TABLE o AS SELECT 2 AS id, 'temporary' AS note"
# What the session has done before -> what PostgreSQL finds then.
EARLIER = {
    "SELECT 1": "temporary",
    "CREATE TEMP TABLE earlier (n int)": "table",
    "DO 'BEGIN CREATE TEMP TABLE earlier (n int); END'": "table",
}
TEXTS = ["SELECT * FROM o", "SELECT note, id FROM o", "SELECT note FROM o WHERE id = (SELECT max(id) FROM o)"]
NAMES = ("kept", "")

pytestmark = pytest.mark.in_turn


@pytest.fixture
def front(planned: Planning) -> Planned:
    """The column is not there."""
    return planned(PLAN, TABLE)


def _through(front: Planned) -> Client:
    return Client(front.database, "old", host="127.0.0.1", port=front.proxy.port)


def _run(client: Client, name: str) -> Reply:
    return client.exchange(bind(name) + describe("P") + execute(), SYNC)


def _noted(reply: Reply) -> str:
    if reply.error:
        return reply.error["C"]
    return next(value.decode() for value in reply.rows[0] if value in (b"table", b"temporary"))


def _overtake(client: Client, earlier: str, name: str, text: str) -> str:
    client.simple(earlier)
    client.exchange(parse(name, text), SYNC)
    assert _noted(_run(client, name)) == "table"
    client.exchange(parse("made", SHADOW) + bind("made") + execute(), SYNC)
    return _noted(_run(client, name))


def test_refused(front: Planned) -> None:
    """It may be either; prepared again it is the temporary one, and by its schema the table."""
    for earlier, name in product(EARLIER, NAMES):
        with Client(front.database, "direct") as own:
            assert _overtake(own, earlier, name, TEXTS[0]) == EARLIER[earlier]
    front.direct.execute(ADD)
    for earlier, name, text in product(EARLIER, NAMES, TEXTS):
        with _through(front) as client:
            assert _overtake(client, earlier, name, text) == "42501"
            assert "temporary relation" in (_run(client, name).error or {})["M"]
            assert (client.exchange(describe("S", name), SYNC).error or {})["C"] == "42501"
            for other, found in ((text, "temporary"), (text.replace("FROM o", "FROM public.o"), "table")):
                client.exchange(parse("", other), SYNC)
                assert _noted(_run(client, "")) == found


def test_served(front: Planned) -> None:
    """What was prepared when it was there, what names the schema, what speaks of others."""
    front.direct.execute(ADD)
    with _through(front) as client:
        texts = {"schema": "SELECT * FROM public.o", "other": "SELECT relname FROM pg_class"}
        client.exchange(*(parse(name, text) for name, text in texts.items()), SYNC)
        client.simple(SHADOW)
        client.exchange(parse("late", "SELECT * FROM o"), SYNC)
        client.simple("CREATE TEMP TABLE another (n int)")
        assert [_noted(_run(client, name)) for name in ("late", "schema")] == ["temporary", "table"]
        assert not _run(client, "other").error


def test_taken_back(front: Planned) -> None:
    """Once it means the table again, another temporary one makes it doubtful."""
    with Client(front.database, "direct") as own:
        assert _taken_back(own) == ["temporary", "table", "table"]
    front.direct.execute(ADD)
    with _through(front) as client:
        assert _taken_back(client) == ["temporary", "table", "42501"]


def _taken_back(client: Client) -> list[str]:
    client.simple("CREATE TEMP TABLE earlier (n int)")
    client.simple("BEGIN")
    client.simple(SHADOW)
    client.exchange(parse("kept", "SELECT * FROM o"), SYNC)
    told = [_noted(_run(client, "kept"))]
    client.simple("ROLLBACK")
    told.append(_noted(_run(client, "kept")))
    client.simple(SHADOW)
    return [*told, _noted(_run(client, "kept"))]

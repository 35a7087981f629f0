"""A table that somebody puts ahead of the planned one in the search_path: a new tenant's, in a schema of its own.

Nobody tells Lintel. What is edited means the one that the client's own text means, at once.
"""

from collections.abc import Callable

import pytest
from tests.shield.planned import Planned, Planning
from tests.shield.wire_client import Client

PLAN = '[add]\ncolumn = "prio"\ntype = "smallint"\ndefault = "7"'
TABLE = "CREATE TABLE o (id int PRIMARY KEY, note text, prio smallint DEFAULT 7); INSERT INTO o VALUES (1, 'shared')"
TENANT = "CREATE SCHEMA t1; CREATE TABLE t1.o (id int PRIMARY KEY, note text); INSERT INTO t1.o VALUES (1, 'own')"
GONE = "DROP SCHEMA t1 CASCADE"
PATH = "SET search_path = t1, public"
TEXTS = [
    "SELECT * FROM o",
    "SELECT x.* FROM o AS x WHERE EXISTS (SELECT * FROM o AS y WHERE y.id = x.id)",
    "WITH w AS (SELECT * FROM o) SELECT note FROM w NATURAL JOIN o",
    "SELECT row_to_json(o) FROM o",
    "SELECT id, note FROM o GROUP BY id",
    "COPY (SELECT * FROM o) TO STDOUT",
    "COPY o TO STDOUT",
    "SELECT * FROM public.o",
]
ORDERS = [(PATH, TENANT), (TENANT, PATH)]

pytestmark = pytest.mark.in_turn


@pytest.fixture
def front(planned: Planning) -> Planned:
    """The column is there."""
    return planned(PLAN, TABLE)


def _told(client: Client, create: Callable[[], object], order: tuple[str, str], text: str) -> list[object]:
    """What one statement says before and after the table has come; `create` is somebody else's."""
    client.simple("RESET search_path")
    told = [_seen(client, text)]
    for step in order:
        if step == PATH:
            client.simple(PATH)
        else:
            create()
    return [*told, _seen(client, text), _seen(client, text)]


def _seen(client: Client, text: str) -> object:
    reply = client.simple(text) if text.startswith("COPY") else client.extended(text)
    return [(result.fields, result.rows, result.copied, result.error) for result in reply.results]


@pytest.mark.parametrize("text", TEXTS)
def test_it_is_read_at_once(front: Planned, text: str) -> None:
    for order in ORDERS:
        with Client(front.database, "old", host="127.0.0.1", port=front.proxy.port) as client:
            got = _told(client, lambda: front.direct.execute(TENANT), order, text)
        front.direct.execute(GONE)
        front.direct.execute("ALTER TABLE o DROP prio")  # the table as the client knows it
        with Client(front.database, "direct") as client:
            wanted = _told(client, lambda: front.direct.execute(TENANT), order, text)
        front.direct.execute(GONE)
        front.direct.execute("ALTER TABLE o ADD prio smallint DEFAULT 7")
        assert got == wanted

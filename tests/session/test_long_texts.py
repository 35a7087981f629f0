"""While a long text is being decided, its session waits and all others are served."""

import threading
from collections.abc import Iterator

import psycopg
import pytest
from tests.session.proxy import Proxy
from tests.wire.playbook import ScriptedContext

from lintel.wire.decision import Decision
from lintel.wire.state import QUICK

LONG = "SELECT 1 AS " + "a" * QUICK
SECONDS = 30  # until a test gives up


class Held(ScriptedContext):
    """Decides a long text, in whichever thread, when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go = threading.Event(), threading.Event()
        self.fails = False

    def known(self, text: bytes) -> bool:
        return False

    def decide(self, text: bytes) -> Decision:
        if len(text) > QUICK:
            self.begun.set()
            assert self.go.wait(SECONDS)
            if self.fails:
                raise ValueError
        return Decision(statement=text.decode())


@pytest.fixture
def held(proxy: Proxy) -> Iterator[Held]:
    proxy.database.contexts["now"] = context = Held()
    yield context
    context.go.set()


def other(dsn: str, statements: int) -> None:
    with psycopg.connect(dsn, autocommit=True) as client:
        for number in range(statements):
            assert client.execute(f"SELECT {number}").fetchone() == (number,)


@pytest.mark.check(20)
@pytest.mark.parametrize("prepare", [False, True])
def test_others_are_served_meanwhile(dsn: str, held: Held, prepare: bool) -> None:
    with psycopg.connect(dsn, autocommit=True) as client:
        asked = threading.Thread(target=client.execute, args=(LONG,), kwargs={"prepare": prepare})
        asked.start()
        assert held.begun.wait(SECONDS)
        other(dsn, 100)
        assert asked.is_alive()
        held.go.set()
        asked.join(SECONDS)
        assert client.execute(LONG, prepare=prepare).fetchone() == (1,)


def test_a_client_that_goes_away_meanwhile(dsn: str, proxy: Proxy, held: Held) -> None:
    client = psycopg.connect(dsn, autocommit=True)
    client.pgconn.send_query(LONG.encode())
    client.pgconn.flush()
    assert held.begun.wait(SECONDS)
    client.close()
    held.go.set()
    other(dsn, 1)
    proxy.until_nobody_is_left()


def test_a_fault_of_ours_costs_its_session_only(dsn: str, held: Held) -> None:
    held.fails = True
    held.go.set()
    with psycopg.connect(dsn, autocommit=True) as client, pytest.raises(psycopg.OperationalError):
        client.execute(LONG)
    other(dsn, 1)

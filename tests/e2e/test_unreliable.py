"""Check 22: under every fault of the network on either leg money is neither lost nor doubled, and nobody is stuck."""

import contextlib
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import psycopg
import pytest
from tests.e2e.proxy import Proxy
from tests.e2e.unreliable import FAULTS, Fault, Unreliable, none

from lintel.demo.postgres import Server, find, launch

pytestmark = pytest.mark.check(22)
ACCOUNTS = 10
CLIENTS = 4
SECONDS = 1.2
# What a client may be told: by the server, or by Lintel as documented. None: its connection has broken.
TOLD = {None, "08006", "57P01", "57P03", "40001", "40P01"}


@dataclass(frozen=True)
class Way:
    """To the bank, over a network that may fail."""

    dsn: str
    network: Unreliable
    proxy: Proxy
    server: Server


@pytest.fixture(scope="module", params=["client", "server"])
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    with ExitStack() as stack:
        server = stack.enter_context(launch(find()[0].bindir, auth="trust"))
        with psycopg.connect(server.dsn(), autocommit=True) as control:
            control.execute("CREATE TABLE account (id int PRIMARY KEY, money int); CREATE TABLE done (key uuid UNIQUE)")
            control.execute(f"INSERT INTO account SELECT n, 100 FROM generate_series(1, {ACCOUNTS}) n")
        if request.param == "server":
            network = stack.enter_context(Unreliable(server.port))
            proxy = stack.enter_context(Proxy(f"postgresql://postgres@127.0.0.1:{network.port}/postgres"))
            front = proxy.port
        else:
            proxy = stack.enter_context(Proxy(server.dsn()))
            network = stack.enter_context(Unreliable(proxy.port))
            front = network.port
        dsn = f"postgresql://postgres@127.0.0.1:{front}/postgres?application_name=bank&sslmode=disable"
        yield Way(dsn, network, proxy, server)
        assert "Traceback" not in proxy.log


@dataclass
class Bank:
    """What the clients know."""

    dsn: str
    acknowledged: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)  # their COMMIT was not answered
    told: Counter[str | None] = field(default_factory=Counter)
    wrong: list[object] = field(default_factory=list)

    def work(self, seed: int) -> None:
        dice, started = random.Random(seed), time.monotonic()
        while self._goes_on(started):
            with contextlib.suppress(psycopg.Error), psycopg.connect(self.dsn, connect_timeout=5) as client:
                while self._goes_on(started):
                    self._transfer(client, dice)

    def _goes_on(self, started: float) -> bool:
        """A busy machine may need longer to get one transfer through."""
        took = time.monotonic() - started
        return took < SECONDS or (took < 10 * SECONDS and not self.acknowledged)

    def _transfer(self, client: psycopg.Connection, dice: random.Random) -> None:
        key, (poor, rich) = str(uuid.UUID(int=dice.getrandbits(128))), sorted(dice.sample(range(1, ACCOUNTS + 1), 2))
        committing = False
        try:
            echoed = client.execute("SELECT %s::text", [key]).fetchone()
            if echoed != (key,):
                self.wrong.append(echoed)
            client.execute("UPDATE account SET money = money - 1 WHERE id = %s", [poor])
            client.execute("UPDATE account SET money = money + 1 WHERE id = %s", [rich])
            client.execute("INSERT INTO done VALUES (%s)", [key])
            committing = True
            client.commit()
        except psycopg.Error as problem:
            self.told[problem.sqlstate] += 1
            if committing:
                self.unknown.add(key)
            raise
        self.acknowledged.add(key)


def at_work(dsn: str) -> Bank:
    bank = Bank(dsn)
    threads = [threading.Thread(target=bank.work, args=(random.getrandbits(64),)) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive(), "stuck"
    return bank


def nobody_is_left(way: Way) -> None:
    until = time.monotonic() + 10
    with psycopg.connect(way.server.dsn(), autocommit=True) as control:
        sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'bank'"
        while control.execute(sql).fetchone() != (0,) or "lintel_sessions 0.0" not in way.proxy.get("/metrics"):
            assert time.monotonic() < until
            time.sleep(0.05)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_nothing_is_lost_or_doubled(way: Way, fault: Fault, record_property: Callable[[str, object], None]) -> None:
    way.network.fault = fault
    try:
        bank = at_work(way.dsn)
    finally:
        way.network.fault = none
    nobody_is_left(way)
    assert bank.wrong == []
    assert set(bank.told) <= TOLD
    with psycopg.connect(way.server.dsn(), autocommit=True) as control:
        assert control.execute("SELECT sum(money), count(*) FROM account").fetchone() == (100 * ACCOUNTS, ACCOUNTS)
        done = {str(key) for (key,) in control.execute("SELECT key FROM done")}
        control.execute("TRUNCATE done")
    assert bank.acknowledged
    assert bank.acknowledged <= done <= bank.acknowledged | bank.unknown
    with psycopg.connect(way.dsn) as client:
        assert client.execute("SELECT 1").fetchone() == (1,)
    record_property("seen", f"{fault.__name__}: {len(done)} transfers, {bank.told.total()} broken")

"""The story straight at Postgres: the failures that the demo is about do happen, and are seen by the services."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import psycopg

from lintel.demo import shop, story
from lintel.demo.postgres import Server
from lintel.demo.tally import Tally, described


class Silent:
    """A screen that remembers which scenes it saw, and what was said in them."""

    pace = 0.0

    def __init__(self) -> None:
        self.scenes: list[str] = []
        self.said: list[str] = []

    @contextlib.contextmanager
    def scene(self, title: str, tallies: Sequence[Tally]) -> Iterator[Callable[[str], None]]:
        self.scenes.append(title)
        yield self.said.append


async def played(database: str, screen: Silent) -> list[Tally]:
    with psycopg.connect(database, autocommit=True) as control:
        control.execute(shop.TABLES)
    return await story.play(database, database, screen)


async def test_straight_at_postgres_every_service_meets_its_failures(database: str) -> None:
    screen = Silent()
    tallies = await played(database, screen)
    kinds = {tally.service: {sqlstate for sqlstate, _ in tally.errors} for tally in tallies}
    assert kinds == {"billing-v1": {"0A000", "42601"}, "billing-v2": {"42703"}, "reporting": {"42702"}}
    wrong = {tally.service: set(tally.wrong) for tally in tallies if tally.wrong}
    assert wrong == {
        "billing-v1": {"row does not fit struct Order", "invoice without a name"},
        "reporting": {"totals leave orders out"},
    }
    assert sum(tally.statements for tally in tallies) >= 200
    assert len(screen.scenes) == 4
    assert screen.said == ["3 sessions waited behind its lock and went on after it"]


async def test_every_error_response_is_counted_once(server: Server, database: str) -> None:
    before = server.log.count("ERROR:")
    tallies = await played(database, Silent())
    assert server.log.count("ERROR:") - before == sum(tally.errors.total() for tally in tallies)


async def test_once_the_column_is_there_it_is_written(database: str) -> None:
    await played(database, Silent())
    with psycopg.connect(database) as control:
        ranked = control.execute("SELECT count(*) FROM orders WHERE priority <> 0").fetchall()
        archived = control.execute("SELECT count(*) FROM orders_archive").fetchall()
    assert ranked[0][0] > 0
    assert archived[0][0] > 0


def test_a_tally_tells_what_came_on_top_of_a_snapshot() -> None:
    tally = Tally("billing", statements=2, errors=Counter({("42703", "no"): 1}))
    earlier = tally.copy()
    tally.statements += 3
    tally.errors["42703", "no"] += 2
    tally.expect(False, "rows vanish", "1 of 2")
    more = tally.since(earlier)
    assert (more.statements, more.errors, more.wrong) == (3, {("42703", "no"): 2}, {"rows vanish": 1})
    assert not more.clean
    assert tally.since(tally.copy()).clean


async def test_an_unreachable_server_is_an_error_like_any_other() -> None:
    tally = Tally("billing")

    unreachable = psycopg.AsyncConnection.connect("postgresql://nobody@127.0.0.1:1/none", connect_timeout=2)
    assert await tally.attempt(unreachable) is None
    assert [sqlstate for sqlstate, _ in tally.errors] == ["lost"]


def test_a_timeout_has_a_name() -> None:
    assert described(TimeoutError()) == ("timeout", "TimeoutError")

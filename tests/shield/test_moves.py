"""Every kind of change while a statement waits behind its lock, or between its preparing and its running.

moves/*.sql: a plan, a table and what is done to it, and `## try` with a line for each statement: `SIDE: statement`, or
`SIDE refuse: statement` for one that cannot be served where the column is not there. What a statement should come to,
it comes to on the client's own table: in the schemas `old_before` .. `new_after`, beside the one that moves. Somebody
else alters that, and nothing waits for Lintel to have noticed. Behind `<-` stands a line of data for COPY FROM.
"""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from tests.shield.planned import Planned, Planning
from tests.shield.wire_client import SYNC, Client, Reply, bind, close, describe, execute, parse, query

pytestmark = pytest.mark.in_turn

FILES = sorted((Path(__file__).parent / "moves").glob("*.sql"))
LINE = re.compile(r"(old|new)(?: (refuse))?: (.*)")
NAME = "kept"
DATA = " <- "
SECONDS = 20.0
WAYS = ("simple", "extended", "prepared")
# What is done to the table, and whether the change has been made before and after it.
MOVES = {
    "done": (False, True), "undone": (True, False), "rolled back": (False, False), "undoing rolled back": (True, True),
}  # fmt: skip
WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE application_name IN ('old', 'new') AND wait_event_type = 'Lock' AND datname = current_database()
"""


OWN = [f"{side}_{when}" for side in ("old", "new") for when in ("before", "after")]


@dataclass
class Moves:
    """One file's table, and the sections that say how it moves."""

    front: Planned
    sections: dict[str, str]
    is_done: bool = False

    def turn(self, *, done: bool) -> None:
        """To the one schema or the other, with the rows of the beginning."""
        if done != self.is_done:
            self.front.direct.execute(self.change(done=done))
            self.is_done = done
        for schema, kept in (("public", "after" if done else "before"), *((own, "kept") for own in OWN)):
            self.front.direct.execute(f"DELETE FROM {schema}.o; INSERT INTO {schema}.o SELECT * FROM {schema}.{kept}")

    def change(self, *, done: bool) -> str:
        """The ALTER to the one schema or the other."""
        return self.sections["do" if done else "undo"]

    @property
    def possible(self) -> list[str]:
        """What can be done to it."""
        return [
            move for move, (before, _) in MOVES.items() if "undo" in self.sections or not (before or move == "done")
        ]


def _setup(sections: dict[str, str]) -> Iterator[str]:
    yield f"{sections['table']} {sections['rows']} CREATE TABLE before AS TABLE o;"
    if "undo" in sections:
        yield f"{sections['do']} CREATE TABLE after AS TABLE o; {sections['undo']}"
    for schema in OWN:
        moved = sections.get(schema.replace("_", " "), "")
        yield f"CREATE SCHEMA {schema}; SET search_path = {schema};"
        yield f"{sections['table']} {sections['rows']} {moved} CREATE TABLE kept AS TABLE o; RESET search_path"


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def moves(request: pytest.FixtureRequest, planned: Planning) -> Moves:
    text = request.param.read_text()
    sections = dict(re.findall(r"^## (.+)\n((?:.|\n)*?)(?=^## |\Z)", text, re.MULTILINE))
    return Moves(planned(sections["plan"], *_setup(sections)), sections)


def _lines(moves: Moves) -> Iterator[tuple[str, bool, str]]:
    for line in moves.sections["try"].splitlines():
        parsed = LINE.fullmatch(line)
        assert parsed, line
        yield parsed[1], parsed[2] is not None, parsed[3]


@pytest.fixture
def clients(moves: Moves) -> Iterator[dict[str, Client]]:
    """Through Lintel by side, and one with each of the clients' own tables."""
    with ExitStack() as stack:
        made = {schema: stack.enter_context(Client(moves.front.database, schema)) for schema in OWN}
        for schema, client in made.items():
            client.simple(f"SET search_path = {schema}")
        for side in ("old", "new"):
            port = moves.front.proxy.port
            made[side] = stack.enter_context(Client(moves.front.database, side, host="127.0.0.1", port=port))
        yield made


def test_waits_behind_it(moves: Moves, clients: dict[str, Client]) -> None:
    """Somebody else has altered the table and not yet committed when the statement is sent."""
    turns = count()
    for move in moves.possible:
        before, after = MOVES[move]
        for side, refusable, sql in _lines(moves):
            turn = next(turns)
            way, block = WAYS[turn % 3], turn % 5 < 2
            moves.turn(done=before)
            ending = "ROLLBACK" if before == after else "COMMIT"
            got = _raced(moves, clients[side], sql, way, ending, block=block)
            moves.is_done = after
            wanted = _run(clients[f"{side}_{'after' if after else 'before'}"], sql, way, block=block)
            _judge(moves, clients, f"{move}, {way}: {side}: {sql}", wanted, got, refusable=refusable)


def test_prepared_before(moves: Moves, clients: dict[str, Client]) -> None:
    """Prepared, then the table is altered, then run; by itself and with a transaction begun in between."""
    for move in moves.possible:
        before, after = MOVES[move]
        if before == after:
            continue
        for number, (side, refusable, sql) in enumerate(_lines(moves)):
            moves.turn(done=before)
            client, own = clients[side], clients[f"{side}_{'after' if after else 'before'}"]
            first = client.prepare(NAME, sql.partition(DATA)[0]).error
            if first is not None:
                assert refusable, first
                assert first["C"] == "42703", first
                continue
            if number % 2:
                client.simple("BEGIN; SELECT 1")
            moves.turn(done=after)
            client.send(bind(NAME), describe("P"), execute(), SYNC)
            got = _reply(client, sql, "prepared")
            got.results += client.simple("COMMIT" if number % 2 else "SELECT 1").results
            client.exchange(close("S", NAME), SYNC)
            wanted = _run(own, sql, "prepared", block=bool(number % 2))
            _judge(moves, clients, f"{move}: {side}: {sql}", wanted, got, refusable=refusable)


def _raced(moves: Moves, client: Client, sql: str, way: str, ending: str, *, block: bool) -> Reply:
    """Prepare, see it wait, end the other transaction, read the answer."""
    messages = _begun(client, sql, way, block=block)
    holder = moves.front.direct
    holder.execute("BEGIN")
    holder.execute(moves.change(done=not moves.is_done))
    client.send(*messages)
    deadline = time.monotonic() + SECONDS
    while holder.execute(WAITING).fetchone() == (0,) and not client.answered():
        assert time.monotonic() < deadline, "neither waiting nor answered"
        time.sleep(0.001)
    holder.execute(ending)
    return _ended(client, _reply(client, sql, way), block=block)


def _run(client: Client, sql: str, way: str, *, block: bool) -> Reply:
    messages = _begun(client, sql, way, block=block)
    client.send(*messages)
    return _ended(client, _reply(client, sql, way), block=block)


def _reply(client: Client, sql: str, way: str) -> Reply:
    data = sql.partition(DATA)[2]
    return client.reply("\t".join(data.split()).encode() + b"\n", in_copy=b"" if way == "simple" else SYNC)


def _begun(client: Client, sql: str, way: str, *, block: bool) -> list[bytes]:
    sql = sql.partition(DATA)[0]
    refused = way == "prepared" and client.prepare(NAME, sql).error is not None
    if block:
        client.simple("BEGIN; SELECT 1")
    if way == "simple":
        return [query(sql)]
    named = "" if way == "extended" or refused else NAME
    return [*([] if named else [parse("", sql)]), bind(named), describe("P"), execute(), SYNC]


def _ended(client: Client, reply: Reply, *, block: bool) -> Reply:
    reply.results += client.simple("COMMIT" if block else "SELECT 1").results
    client.exchange(close("S", NAME), SYNC)
    return reply


def _judge(moves: Moves, clients: dict[str, Client], what: str, wanted: Reply, got: Reply, *, refusable: bool) -> None:
    """The answer of the client's own table, and the same rows left behind; or refused, and nothing written."""
    refused = got.error is not None and got.error["M"].startswith("lintel:")
    assert got.results == wanted.results or (refused and refusable), f"{what}\nwanted {wanted}\ngot    {got}"
    for side in ("old", "new"):
        own = f"{side}_{'after' if moves.is_done else 'before'}"
        if what.split(": ")[1] == side:
            if refused:
                moves.front.direct.execute(f"DELETE FROM {own}.o; INSERT INTO {own}.o SELECT * FROM {own}.kept")
            star = "SELECT * FROM o ORDER BY id"
            left, right = clients[own].simple(star), clients[side].simple(star)
            assert left.results == right.results, f"{what}\nleft   {right}\nwanted {left}"

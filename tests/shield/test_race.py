"""Statements that wait behind an ALTER's lock and run when it has committed, or has been taken back.

Another connection alters the table in a transaction that it leaves open; the statement is sent through Lintel and seen
waiting for a lock; then that transaction ends. The answer is the one of the client's own schema, and where that schema
has none the statement is refused with nothing written.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from tests.shield.case import Case, everything, skip_if_unknown
from tests.shield.change import Change, preparable, tables_of
from tests.shield.outcome import Outcome, differences
from tests.shield.wire_client import SYNC, Client, Reply, bind, close, describe, execute, parse, query
from tests.shield.world import Databases, Sessions

from lintel.demo.postgres import Server

NAME = "waits"
SECONDS = 10.0
WAYS = ("simple", "extended", "prepared")
MOVES = ("add", "drop", "add rolled back", "drop rolled back")
BEFORE_AND_AFTER = {
    "add": (False, True),
    "drop": (True, False),
    "add rolled back": (False, False),
    "drop rolled back": (True, True),
}
WAITING = """
    SELECT FROM pg_stat_activity
     WHERE application_name = '{}' AND wait_event_type = 'Lock' AND datname = current_database()
"""


@dataclass(frozen=True)
class Race:
    """One case, the way it is sent, and what happens to the table meanwhile."""

    case: Case
    way: str
    move: str
    block: bool

    @property
    def landed_before(self) -> bool:
        """Whether the column is there at first."""
        return BEFORE_AND_AFTER[self.move][0]

    @property
    def landed(self) -> bool:
        """Whether it is there in the end."""
        return BEFORE_AND_AFTER[self.move][1]

    @property
    def logical(self) -> str:
        """The database that shows what the client should get."""
        if self.case.side == "old":
            return "bare"
        return "filled" if self.landed else "fresh"

    @property
    def served(self) -> bool:
        """Whether there is an answer: all but writes to a column that is not there."""
        return self.case.verdict != "refuse" or (self.case.sqlstate == "42703" and self.logical == "filled")


def races() -> Iterator[Race]:
    """Every case once, those that write twice; ways and moves take turns, so that each form of text meets all."""
    cases = [case for case in everything() if (preparable(case) or _copies(case)) and case.sqlstate != "42501"]
    turns = [case for case in cases for _ in range(2 if case.writes else 1)]
    for number, case in enumerate(turns):
        ways = WAYS[1:] if case.steps[0].params else WAYS[:2] if _copies(case) else WAYS
        yield Race(case, ways[number % len(ways)], MOVES[number // 2 % len(MOVES)], block=number % 5 < 2)


def _copies(case: Case) -> bool:
    """COPY FROM; COPY TO has its snapshot from before it waits, so that it answers with what was there then."""
    return len(case.steps) == 1 and case.steps[0].copy is not None and bool(tables_of(case))


def _name(race: Race) -> str:
    words = [race.case.name, race.case.side, race.move.replace(" ", "-"), race.way, "block" if race.block else "alone"]
    return "-".join(words)


@pytest.mark.in_turn
@pytest.mark.parametrize("race", list(races()), ids=_name)
def test_waits_behind_the_alter(server: Server, sessions: Sessions, race: Race) -> None:
    """Right, or refused with nothing written."""
    skip_if_unknown(race.case, server.major)
    databases = sessions.databases
    change = Change(databases, tables_of(race.case))
    if race.landed_before:
        change.land()
    databases.rewind("moving")
    databases.rewind(race.logical)
    try:
        got = _raced(sessions, change, race)
        found = _judged(sessions, race, got)
    finally:
        change.landed = race.landed
        if change.landed:
            change.undo()
        if race.case.writes:
            databases.restore(race.logical)
            change.restore()
    assert not found, "\n".join([race.case.name, race.case.steps[0].sql, *found[:4]])


def _raced(sessions: Sessions, change: Change, race: Race) -> Reply:
    """Send it, see it wait, end the other transaction, read the answer."""
    who = f"{race.case.side}-race"
    with (
        sessions.session("moving", who, through=True) as client,
        sessions.session("moving", "holder", through=False) as holder,
    ):
        messages = _begun(client, race)
        held = holder.simple(f"BEGIN; {change.dropping if race.landed_before else change.adding}")
        assert held.error is None, held.error
        client.send(*messages)
        _until_it_waits(sessions.databases, client, who)
        holder.simple("ROLLBACK" if race.move.endswith("back") else "COMMIT")
        return _ended(client, race, _replied(client, race))


def _begun(client: Client, race: Race) -> list[bytes]:
    """BEGIN and Parse, where they come first; and the messages that are sent while the other transaction is open."""
    sql, params = race.case.steps[0].sql, race.case.steps[0].params
    refused = race.way == "prepared" and client.prepare(NAME, sql).error is not None
    if race.block:
        client.simple("BEGIN; SELECT 1")
    if race.way == "simple":
        return [query(sql)]
    if race.way == "prepared" and not refused:
        return [bind(NAME, params), describe("P"), execute(), SYNC]
    return [parse("", sql), bind("", params), describe("P"), execute(), SYNC]


def _replied(client: Client, race: Race) -> Reply:
    data = race.case.steps[0].copy
    return client.reply(None if data is None else data.encode(), in_copy=b"" if race.way == "simple" else SYNC)


def _ended(client: Client, race: Race, reply: Reply) -> Reply:
    """The reply, with the tag that COMMIT answered at its end."""
    if race.block:
        reply.results += client.simple("COMMIT").results
    client.exchange(close("S", NAME), SYNC)
    return reply


def _until_it_waits(databases: Databases, client: Client, who: str) -> None:
    """Until the statement is seen waiting, or has been answered because it needs no lock of that table."""
    deadline = time.monotonic() + SECONDS
    while databases.run("moving", WAITING.format(who)).results[0].tag != "SELECT 1" and not client.answered():
        assert time.monotonic() < deadline, "neither waiting nor answered"
        time.sleep(0.001)


def _judged(sessions: Sessions, race: Race, got: Reply) -> list[str]:
    databases = sessions.databases
    if race.served:
        with sessions.session(race.logical, race.case.side, through=False) as client:
            messages = _begun(client, race)
            client.send(*messages)
            wanted = _ended(client, race, _replied(client, race))
        found = differences(race.case, Outcome([wanted]), Outcome([got]))
    else:
        found = [] if Outcome([got]).refused() else [f"not refused: {got}"]
    if databases.contents("moving") != databases.contents(race.logical):
        found.append("the tables differ")
    return found

"""Statements prepared before the schema changes, executed right after it: the same answer, and never 0A000.

The ALTER is run by somebody else, directly at the server, and nothing waits for Lintel to have noticed it. Each
statement lives through ADD and DROP COLUMN, by itself and within an open transaction.
"""

from collections.abc import Iterator

import pytest
from tests.shield.case import Case, everything, skip_if_unknown
from tests.shield.change import Change, preparable, tables_of
from tests.shield.outcome import Outcome, differences
from tests.shield.wire_client import SYNC, Client, Reply, close
from tests.shield.world import Databases, Sessions

from lintel.demo.postgres import Server

CASES = [case for case in everything() if preparable(case)]
SERVED = [case for case in CASES if case.verdict != "refuse"]
WRITES = [case for case in CASES if case.side == "new" and case.verdict == "refuse" and case.sqlstate == "42703"]
NAME = "kept"


def _name(case: Case) -> str:
    return f"{case.name}-{case.side}"


@pytest.fixture
def change(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Change]:
    """The change of the tables that the case speaks of; taken back afterwards, whatever happened."""
    case: Case = request.getfixturevalue("case")
    made = Change(databases, tables_of(case))
    if case.writes:
        databases.rewind("moving")
    yield made
    if made.landed:
        made.undo()
    if case.writes:
        made.restore()


@pytest.mark.in_turn
@pytest.mark.parametrize("case", SERVED, ids=_name)
def test_outlives_the_change(server: Server, sessions: Sessions, change: Change, case: Case) -> None:
    """Prepared once; run before the ALTER, right after it, and right after it has been taken back."""
    skip_if_unknown(case, server.major)
    with sessions.session("moving", case.side, through=True) as client:
        first = client.prepare(NAME, case.steps[0].sql)
        found = _same("prepared", case, _prepared(sessions, case, landed=False), first)
        if not first.error:
            found += _run(sessions, change, client, case, landed=False)
            change.land()
            found += _run(sessions, change, client, case, landed=True)
            change.undo()
            found += _run(sessions, change, client, case, landed=False)
        client.exchange(close("S", NAME), SYNC)
    assert not found, "\n".join([case.name, case.steps[0].sql, *found[:4]])


@pytest.mark.in_turn
@pytest.mark.parametrize("case", SERVED, ids=_name)
def test_outlives_it_within_a_transaction(server: Server, sessions: Sessions, change: Change, case: Case) -> None:
    """The ALTER comes between BEGIN and the statement."""
    skip_if_unknown(case, server.major)
    found: list[str] = []
    with sessions.session("moving", case.side, through=True) as client:
        if not client.prepare(NAME, case.steps[0].sql).error:
            for landed in (True, False):
                client.simple("BEGIN; SELECT 1")
                (change.land if landed else change.undo)()
                got = client.run(NAME, case.steps[0].params)
                client.simple("ROLLBACK")
                sessions.databases.rewind("moving")
                found += _same(f"landed={landed}", case, _answer(sessions, case, landed=landed, block=True), got)
        client.exchange(close("S", NAME), SYNC)
    assert not found, "\n".join([case.name, case.steps[0].sql, *found[:4]])


@pytest.mark.parametrize("case", WRITES, ids=_name)
def test_a_write_is_refused_once_the_column_has_gone(
    server: Server, sessions: Sessions, change: Change, case: Case
) -> None:
    """Refused while the column is absent, served while it is there, refused again, and nothing written."""
    skip_if_unknown(case, server.major)
    found: list[str] = []
    with sessions.session("moving", case.side, through=True) as client:
        found += _refused("Parse while absent", client.prepare(NAME, case.steps[0].sql))
        change.land()
        first = client.prepare(NAME, case.steps[0].sql)
        found += _same("prepared", case, _prepared(sessions, case, landed=True), first)
        found += _run(sessions, change, client, case, landed=True)
        change.undo()
        found += _refused("run when gone", client.run(NAME, case.steps[0].params))
        client.exchange(close("S", NAME), SYNC)
        if sessions.databases.contents("moving") != sessions.databases.contents("bare"):
            found.append("something was written")
    assert not found, "\n".join([case.name, case.steps[0].sql, *found[:4]])


def test_leaves_no_trace(sessions: Sessions) -> None:
    """What was closed is gone from the server, under whatever name Lintel had it."""
    with sessions.session("moving", "old", through=True, keep=False) as client:
        client.prepare(NAME, "SELECT * FROM orders")
        client.run(NAME)
        client.exchange(close("S", NAME), SYNC)
        seen = client.simple("SELECT name FROM pg_prepared_statements UNION ALL SELECT name FROM pg_cursors")
    assert seen.rows == []


def _logical(case: Case, *, landed: bool) -> str:
    """The database that shows what this client should get."""
    if case.side == "old":
        return "bare"
    return "filled" if landed else "fresh"


def _prepared(sessions: Sessions, case: Case, *, landed: bool) -> Reply:
    with sessions.session(_logical(case, landed=landed), case.side, through=False) as client:
        reply = client.prepare(NAME, case.steps[0].sql)
        client.exchange(close("S", NAME), SYNC)
        return reply


def _answer(sessions: Sessions, case: Case, *, landed: bool, block: bool = False) -> Reply:
    """What it comes to directly; what it wrote stays unless in a block."""
    logical = _logical(case, landed=landed)
    if case.writes:
        sessions.databases.rewind(logical)
    with sessions.session(logical, case.side, through=False) as client:
        client.simple("BEGIN" if block else "")
        client.prepare(NAME, case.steps[0].sql)
        reply = client.run(NAME, case.steps[0].params)
        client.simple("ROLLBACK" if block else "")
        client.exchange(close("S", NAME), SYNC)
        return reply


def _run(sessions: Sessions, change: Change, client: Client, case: Case, *, landed: bool) -> list[str]:
    """First through Lintel, so that nothing comes between the ALTER and it."""
    got = client.run(NAME, case.steps[0].params)
    wanted = _answer(sessions, case, landed=landed)
    found = _same(f"landed={landed}", case, wanted, got)
    if case.writes:
        databases, logical = sessions.databases, _logical(case, landed=landed)
        if databases.contents("moving") != databases.contents(logical):
            found.append(f"landed={landed}: the tables differ")
        databases.restore(logical)
        change.restore()
    return found


def _same(when: str, case: Case, wanted: Reply, got: Reply) -> list[str]:
    return [f"{when}: {line}" for line in differences(case, Outcome([wanted]), Outcome([got]))]


def _refused(when: str, got: Reply) -> list[str]:
    error = got.error
    if error and error["C"] == "42703" and error["M"].startswith("lintel:"):
        return []
    return [f"{when}: not refused: {error or got.results}"]

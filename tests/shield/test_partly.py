"""Tables with several plans of which some have landed: each permitted schema, not only the first and the last.

Also what is prepared by SQL's own PREPARE, and what comes in one pipeline behind a statement that has run.
"""

from itertools import combinations

import pytest
from tests.shield.case import Case, load
from tests.shield.change import Change, plans_met, preparable, tables_of
from tests.shield.outcome import differences, modes, perform
from tests.shield.wire_client import SYNC, bind, close, execute, parse
from tests.shield.world import Databases, Sessions

from lintel.demo.postgres import Server

ADDING = {
    "invoices": ("priority smallint NOT NULL DEFAULT 5", "due timestamptz NOT NULL DEFAULT '2024-01-01 00:00:00+00'"),
    "parcels": (
        "label varchar(5) COLLATE \"C\" NOT NULL DEFAULT 'norm'",
        "weight numeric(10,2) NOT NULL DEFAULT 1.50",
        "carrier text",
    ),
}
CASES = [case for case in load("tables") if preparable(case) and plans_met(case) > 1 and case.verdict != "refuse"]
SELECTS = [case for case in load("stars") if preparable(case) and not case.steps[0].params]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{case.side}")
def test_some_of_several_columns(server: Server, sessions: Sessions, case: Case) -> None:
    """Old clients see none of them; to new ones those that are not there yet read as their defaults."""
    databases = sessions.databases
    found: list[str] = []
    for table in set(tables_of(case)) & set(ADDING):
        for landed in _some_of(ADDING[table], in_order=case.side == "new"):
            databases.run("moving", f"ALTER TABLE {table} {', '.join('ADD COLUMN ' + column for column in landed)}")
            try:
                found += [f"{landed}: {line}" for line in _compared(sessions, case)]
            finally:
                gone = ", ".join("DROP COLUMN " + column.split()[0] for column in landed)
                # Through Lintel, which knows of it then: the next case's client has the columns in another order.
                with sessions.session("moving", case.side, through=True) as owner:
                    dropped = owner.simple(f"ALTER TABLE {table} {gone}")
                assert dropped.error is None, dropped.error
    assert not found, "\n".join([case.name, case.steps[0].sql, *found[:4]])


def _some_of(columns: tuple[str, ...], *, in_order: bool) -> list[tuple[str, ...]]:
    """Neither none nor all. What lands out of order stands out of order for new clients: no one else's table."""
    parts = [part for size in range(1, len(columns)) for part in combinations(columns, size)]
    return [part for part in parts if not in_order or part == columns[: len(part)]]


def _compared(sessions: Sessions, case: Case) -> list[str]:
    logical = "bare" if case.side == "old" else "fresh"
    mode = modes(case)[-1]  # in a block: taken back
    with sessions.session(logical, case.side, through=False) as client:
        wanted = perform(client, case, mode)
    with sessions.session("moving", case.side, through=True) as client:
        return differences(case, wanted, perform(client, case, mode))


@pytest.mark.parametrize("case", SELECTS, ids=lambda case: case.name)
def test_sql_prepare_outlives_the_change(sessions: Sessions, databases: Databases, case: Case) -> None:
    """PREPARE, ALTER by somebody else, EXECUTE."""
    change = Change(databases, tables_of(case))
    with sessions.session("bare", "old", through=False) as client:
        wanted = client.simple(case.steps[0].sql)
    with sessions.session("moving", "old", through=True, keep=False) as client:
        client.simple(f"PREPARE kept AS {case.steps[0].sql}")
        if wanted.error:
            return
        change.land()
        try:
            got = client.simple("EXECUTE kept")
        finally:
            change.undo()
    assert got.error is None, got.error
    assert sorted(got.rows, key=repr) == sorted(wanted.rows, key=repr)
    assert got.results[0].fields == wanted.results[0].fields


@pytest.mark.parametrize(
    "loud",
    ["UPDATE orders SET total = total + 1 WHERE priority = 7 RETURNING *", "DELETE FROM orders WHERE priority < 7"],
)
def test_a_loud_text_behind_one_that_has_run(sessions: Sessions, databases: Databases, loud: str) -> None:
    """In one pipeline: right, or refused with the first one's work taken back as well."""
    change = Change(databases, ["orders"])
    change.land()
    with sessions.session("moving", "new", through=True, keep=False) as client:
        client.exchange(parse("first", "UPDATE tasks SET title = 'gone'"), parse("loud", loud), SYNC)
        change.undo()
        reply = client.exchange(bind("first"), execute(), bind("loud"), execute(), SYNC)
        client.exchange(close("S", "first"), close("S", "loud"), SYNC)
    if reply.error:
        assert reply.error["C"] == "42703"
        assert reply.error["M"].startswith("lintel:")
        assert databases.contents("moving") == databases.contents("bare")
    databases.restore("moving")

"""Every id of the catalogue that a proxy or the catalog can see, held against PostgreSQL.

Each statement is run through Lintel as often as its place among the cases says, `impact` has to name it with that
number and to leave its harmless twin alone; then the change is really made, and the server has to do what was said.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from tests.e2e.proxy import SECONDS_TO_FLUSH, Proxy
from tests.impact.provoking import ROLE, SCHEMA, STATEMENTS, Case, Outcome, Session, cases

from lintel.cli import sources
from lintel.demo.postgres import Server
from lintel.report.breakage import Catalog, run
from lintel.store import Filter, Reader


def test_what_is_said_happens(server: Server, database: str, lintel: Callable[..., Proxy]) -> None:
    prepare(database)
    all_cases = cases(server.major)
    proxy = lintel(database)
    through = Session(f"{database.partition('@')[0]}@{proxy.host}:{proxy.port}/{database.rpartition('/')[2]}")
    with closing(through):
        before = {key: outcome for number, case in enumerate(all_cases) for key, outcome in seen(through, number, case)}
        said = impacts(proxy.store, database, all_cases)
        wrong = []
        for number, case in enumerate(all_cases):
            found = said[case.change]
            wrong += [(number, case.rule, what) for what in told_wrong(number, case, found)]
            wrong += [(number, case.rule, what) for what in done_wrong(through, number, case, before)]
    assert not wrong, "\n".join(map(str, wrong))


def prepare(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as control:
        control.execute(SCHEMA.encode())
        if control.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone() is None:
            control.execute(f"CREATE ROLE {ROLE}".encode())
        control.execute(f"GRANT SELECT (id, cid, total, note) ON orders TO {ROLE}".encode())


def times(number: int) -> int:
    return 1 + number % 3


@contextmanager
def undone(session: Session, case: Case, *, change: bool = False) -> Iterator[Outcome]:
    session.command("BEGIN")
    made = session.command(case.change) if change else Outcome(None)
    if case.mode == "limited":
        session.command(f"SET LOCAL ROLE {ROLE}")
    yield made
    session.command("ROLLBACK")


def seen(session: Session, number: int, case: Case) -> Iterator[tuple[tuple[int, str], Outcome]]:
    for part in ("run", "twin") if case.mode in STATEMENTS else ():
        for _ in range(times(number)):
            with undone(session, case):
                outcome = session.run(case, part, f"{part}-{number}")
        yield (number, part), outcome


def impacts(store: Path, database: str, all_cases: tuple[Case, ...]) -> dict[str, list[dict[str, Any]]]:
    """By change; once everything is in the store."""
    numbers = [number for number, case in enumerate(all_cases) if case.mode in STATEMENTS]
    clients = {f"{part}-{number}" for number in numbers for part in ("run", "twin")}
    deadline = time.monotonic() + SECONDS_TO_FLUSH
    while time.monotonic() < deadline:
        with closing(Reader(store)) as reader:
            known = {one.client for one in reader.traffic(Filter())}
            if clients <= known:
                break
        time.sleep(0.1)
    catalog = Catalog(database.rpartition("/")[2], *sources.world(database, None))
    found = {}
    for change in {case.change for case in all_cases}:
        found[change] = json.loads(run(store, change, "json", catalog=catalog).output)["findings"]
    return found


def told_wrong(number: int, case: Case, found: list[dict[str, Any]]) -> Iterator[object]:
    if case.mode not in STATEMENTS:
        named = {finding["object"]: finding["sqlstate"] for finding in found if finding["rule"] == case.rule}
        if named.get(case.parts["object"], "unnamed") != expected(case):
            yield "not told", case.parts["object"], named
        if case.parts.get("spared") in named:
            yield "told of", case.parts["spared"]
        return
    mine = [f for f in found if f["client"] == f"run-{number}" and f["rule"] == case.rule]
    if [(f["calls"], f["sqlstate"]) for f in mine] != [(times(number), expected(case))]:
        yield "not told", [f for f in found if f["client"] == f"run-{number}"]
    yield from (("told of the twin", f["rule"], f["sql"]) for f in found if f["client"] == f"twin-{number}")


def expected(case: Case) -> str | None:
    return None if case.expected in ("silent", "latent") else case.expected


def done_wrong(session: Session, number: int, case: Case, before: dict[tuple[int, str], Outcome]) -> Iterator[object]:
    with undone(session, case, change=True) as made:
        if made.sqlstate != (case.expected if case.mode == "refused" else None):
            yield "change", made
            return
        if case.mode in STATEMENTS:
            yield from _ran_wrong(session, number, case, before[number, "run"])
        elif case.mode == "object" and session.command(case.parts["call"]).sqlstate != expected(case):
            yield "call did not end with", expected(case)
    if case.mode in STATEMENTS:
        with undone(session, case, change=True):
            twin = session.run(case, "twin", f"twin-{number}")
        if twin != before[number, "twin"] or twin.sqlstate is not None:
            yield "twin", before[number, "twin"], twin


def _ran_wrong(session: Session, number: int, case: Case, was: Outcome) -> Iterator[object]:
    outcome = session.run(case, "run", f"run-{number}")
    if case.mode == "early":
        fine = (was.sqlstate, outcome.sqlstate) == (case.expected, None)
    elif case.expected == "silent":
        fine = outcome.sqlstate is None and was.sqlstate is None and outcome != was
    else:
        fine = was.sqlstate is None and outcome.sqlstate == expected(case)
    if not fine:
        yield "ran", was, outcome

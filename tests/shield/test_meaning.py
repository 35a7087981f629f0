"""The differential test: what a client gets through Lintel is what it gets on a database that has its own schema.

Every case is executed: directly on the logical schema, and through Lintel on a physical one, in the simple and the
extended protocol, by itself and within a transaction block. Compared are rows, column names, type OIDs and typmods,
parameter types, command tags, SQLSTATE with position and message, transaction status, and the tables afterwards.
"""

import pytest
from tests.shield.case import Case, Side, everything, skip_if_unknown
from tests.shield.change import plans_met
from tests.shield.outcome import Outcome, differences, modes, stays
from tests.shield.world import Sessions

from lintel.demo.postgres import Server

CASES = everything()
SHOWN = 3  # differences shown of one case; more of the same do not help

# side -> (the database that has what the client was built for, the one that has the other)
OTHER: dict[Side, tuple[str, str]] = {"old": ("bare", "filled"), "new": ("fresh", "bare")}
OWN: dict[Side, tuple[str, str]] = {"old": ("bare", "bare"), "new": ("filled", "filled")}

# What tells that a statement was not built for a table: its names and widths do not resolve there.
UNRESOLVED = ("42703", "42702", "42601", "42P10", "42809")

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{case.side}-{case.verdict}")


def test_there_are_enough_cases() -> None:
    """Sixty are promised in each direction."""
    for side in ("old", "new"):
        assert len([case for case in CASES if case.side == side]) >= 60


@each_case
def test_on_the_other_schema(server: Server, sessions: Sessions, case: Case) -> None:
    """The promise: old code on the new schema, new code on the old one."""
    skip_if_unknown(case, server.major)
    logical, physical = OTHER[case.side]
    found: list[str] = []
    for mode in modes(case):
        wanted = sessions.perform(logical, case.side, case, mode, through=False)
        got = sessions.perform(physical, case.side, case, mode, through=True)
        found += [f"{mode}: {line}" for line in _judged(case, wanted, got)]
        found += [f"{mode}: {line}" for line in _left_behind(sessions, case, mode, logical, physical)]
    assert not found, _shown(case, found)


@each_case
def test_on_its_own_schema(server: Server, sessions: Sessions, case: Case) -> None:
    """The plan is announced, the client meets what it was built for: nothing changes (writes to the column go on)."""
    skip_if_unknown(case, server.major)
    logical, physical = OWN[case.side]
    found: list[str] = []
    for mode in modes(case)[:1] + modes(case)[-1:]:
        wanted = sessions.perform(logical, case.side, case, mode, through=False)
        if stays(case, mode):
            sessions.databases.restore(logical)
        got = sessions.perform(physical, case.side, case, mode, through=True)
        if stays(case, mode):
            sessions.databases.restore(physical)
        if not _refused_anywhere(case, wanted, got):
            found += [f"{mode}: {line}" for line in differences(case, wanted, got)]
    assert not found, _shown(case, found)


@each_case
def test_without_a_client_rule(server: Server, sessions: Sessions, case: Case) -> None:
    """The statement itself tells for which table it was built; where both are possible it was the old one."""
    skip_if_unknown(case, server.major)
    if plans_met(case) > 1:
        pytest.skip("it may be taken as old for one plan and as new for the other")
    _, physical = OTHER[case.side]
    mode = modes(case)[0]
    wanted = _built_for(sessions, case, mode, landed=physical == "filled")
    got = sessions.perform(physical, "anyone", case, mode, through=True)
    if case.writes:
        sessions.databases.restore(physical)
    found = [] if _refused_anywhere(case, wanted, got) or _refused_write(case, got) else differences(case, wanted, got)
    assert not found, _shown(case, found)


def _built_for(sessions: Sessions, case: Case, mode: str, *, landed: bool) -> Outcome:
    """What the old client gets, unless only a new one can have sent it."""
    outcomes = []
    for logical, who in (("bare", "old"), ("filled" if landed else "fresh", "new")):
        outcomes.append(sessions.perform(logical, who, case, mode, through=False))
        if case.writes:
            sessions.databases.restore(logical)
    old, new = (outcome.error and outcome.error["C"] in UNRESOLVED for outcome in outcomes)
    return outcomes[1] if old and not new else outcomes[0]


def _judged(case: Case, wanted: Outcome, got: Outcome) -> list[str]:
    """A refusal where one is due, the client's own answer elsewhere."""
    if case.verdict != "refuse":
        return differences(case, wanted, got)
    error = got.error
    if error is None or not got.refused():
        return [f"not refused: {error or got.replies}"]
    if error["C"] != case.sqlstate:
        return [f"refused with {error['C']}, not {case.sqlstate}: {error['M']}"]
    return _before_the_refusal(case, wanted, got)


def _refused_anywhere(case: Case, wanted: Outcome, got: Outcome) -> bool:
    """What has no text that is right under every schema is refused under each; so is what the server refuses, too."""
    if case.verdict != "refuse" or not got.refused():
        return False
    return case.sqlstate == "42501" or bool(wanted.error and got.error and wanted.error["C"] == got.error["C"])


def _refused_write(case: Case, got: Outcome) -> bool:
    """A write to a column that is absent."""
    return case.side == "new" and case.verdict == "refuse" and got.refused()


def _before_the_refusal(case: Case, wanted: Outcome, got: Outcome) -> list[str]:
    """The statements before it have their own answers, those after it do not run."""
    found: list[str] = []
    for left, right in zip(wanted.replies, got.replies, strict=True):
        if right.error:
            done = [result.tag for result in right.results if not result.error]
            due = [result.tag for result in left.results][: len(done)]
            return found if done == due else [*found, f"before the refusal: {done}, not {due}"]
        found += differences(case, Outcome([left]), Outcome([right]))
    return found


def _left_behind(sessions: Sessions, case: Case, mode: str, logical: str, physical: str) -> list[str]:
    """Where the tables differ afterwards; a refusal leaves them as they were."""
    if not stays(case, mode):
        return []
    databases = sessions.databases
    if case.verdict == "refuse":
        databases.restore(logical)
    wanted, got = databases.contents(logical), databases.contents(physical)
    found = [f"the table holds {b}, not {a}" for a, b in zip(wanted, got, strict=True) if a != b]
    if physical == "filled" and (strays := databases.strays(physical)):
        found.append(f"the planned column was touched: {strays}")
    for name in {logical, physical}:
        databases.restore(name)
    return found


def _shown(case: Case, found: list[str]) -> str:
    statements = "\n".join(step.sql for step in case.steps)
    more = [f"... and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return "\n".join([case.name, statements, *found[:SHOWN], *more])

"""The differential test for columns that go and columns that are renamed, with the cases that serve for one that comes.

A column that goes is one that comes, seen from the other side: the client built for the table without it is the new
one. Renaming is tried with the old clients' cases on a database where the columns have other names: by a plan that
renames to those, for its old clients, and by one that renames back, for its new ones.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.shield import proxy
from tests.shield.case import Case, Side, everything, skip_if_unknown
from tests.shield.other_plans import other_words, renamed_cases, rows, written
from tests.shield.outcome import Outcome, differences, modes, stays
from tests.shield.world import Databases, Sessions

from lintel.demo.postgres import Server

pytestmark = pytest.mark.in_turn
CASES = everything()
SHOWN = 3
OTHER: dict[Side, tuple[str, str]] = {"old": ("bare", "filled"), "new": ("fresh", "bare")}
RENAMED = renamed_cases()


@pytest.fixture(scope="session")
def plans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Plan files by the kind of change: dropping what the others add, renaming, renaming back."""
    return written(tmp_path_factory.mktemp("plans"))


@pytest.fixture(scope="session")
def fronts(databases: Databases, plans: dict[str, list[Path]]) -> Iterator[dict[str, Sessions]]:
    """Sessions through Lintel with the plans of each kind, by the kind."""
    wanted = {
        "dropped": ("bare", "filled"),
        "renamed": ("bare", "renamed"),
        "renamed back": ("renamed",),
        "discarded": ("bare",),
        "retyped": ("bare", "retyped"),
        "retyped back": ("retyped",),
    }
    sets = [(plans[kind], {f"{name} {kind}": databases.dsns[name] for name in names}) for kind, names in wanted.items()]
    with proxy.in_front(sets) as dsns:
        made = {
            kind: Sessions(databases, {name: dsns[f"{name} {kind}"] for name in names})
            for kind, names in wanted.items()
        }
        yield made
        for sessions in made.values():
            sessions.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{case.side}")
def test_dropped(server: Server, fronts: dict[str, Sessions], case: Case) -> None:
    """Old code where the column has gone, new code where it is there still."""
    skip_if_unknown(case, server.major)
    logical, physical = OTHER[case.side]
    found = []
    for mode in dict.fromkeys((modes(case)[0], modes(case)[-1])):
        wanted = fronts["dropped"].perform(logical, case.side, case, mode, through=False)
        got = fronts["dropped"].perform(physical, case.side, case, mode, through=True)
        refused = case.verdict == "refuse" or _unplaced(got)
        if refused:
            if stays(case, mode):
                fronts["dropped"].databases.restore(logical)
            found += [] if got.refused() else [f"{mode}: not refused"]
        else:
            found += [f"{mode}: {line}" for line in differences(case, wanted, got)]
        found += _left_behind(fronts["dropped"].databases, case, mode, logical, physical)
    assert not found, _shown(case, found)


@pytest.mark.parametrize("case", [case for case in CASES if case.side == "new"], ids=lambda case: case.name)
def test_discarded(server: Server, fronts: dict[str, Sessions], case: Case) -> None:
    """New code on the old schema, its writes to the column undone as a trigger would undo them; never half of them."""
    skip_if_unknown(case, server.major)
    sessions, found = fronts["discarded"], []
    for mode in dict.fromkeys((modes(case)[0], modes(case)[-1])):
        wanted = sessions.perform("resetting", "new", case, mode, through=False)
        got = sessions.perform("bare", "new", case, mode, through=True)
        if got.refused():
            if stays(case, mode):
                sessions.databases.restore("resetting")
            found += [] if case.verdict == "refuse" else [f"{mode}: refused: {got.error}"]
        else:
            found += [f"{mode}: {line}" for line in differences(case, wanted, got)]
        if not mode.endswith("block"):
            found += _left_behind(sessions.databases, case, mode, "resetting", "bare")
    assert not found, _shown(case, found)


@pytest.mark.parametrize("change", ["renamed", "retyped"])
@pytest.mark.parametrize("kind", ["done", "taken back", "announced"])
@pytest.mark.parametrize("case", RENAMED, ids=lambda case: case.name)
def test_other_name_or_type(server: Server, fronts: dict[str, Sessions], case: Case, kind: str, change: str) -> None:
    """The same answers under other names and from other types, before the change and after it."""
    skip_if_unknown(case, server.major)
    sessions = fronts[f"{change} back" if kind == "taken back" else change]
    physical = "bare" if kind == "announced" else change
    found = []
    for mode in dict.fromkeys((modes(case)[0], modes(case)[-1])):
        wanted = sessions.perform("bare", "old", case, mode, through=False)
        if stays(case, mode) and physical == "bare":
            sessions.databases.restore("bare")
        got = sessions.perform(physical, "new" if kind == "taken back" else "old", case, mode, through=True)
        if not got.refused():
            found += [f"{mode}: {line}" for line in differences(case, other_words(wanted), other_words(got))]
            if physical != "bare":
                found += _left_behind(sessions.databases, case, mode, "bare", physical)
        elif case.verdict != "refuse" and not _is_its_own(wanted, got) and not _untold(case, change, got):
            found.append(f"{mode}: refused: {got.error}")
        if stays(case, mode) and (got.refused() or physical == "bare"):
            for name in {physical, "bare"}:
                sessions.databases.restore(name)
    assert not found, _shown(case, found)


def _is_its_own(wanted: Outcome, got: Outcome) -> bool:
    """What fails for the client anyway, refused with its SQLSTATE: no text of ours fails as it does on either table."""
    return wanted.error is not None and wanted.error["C"] == (got.error or {})["C"]


def _untold(case: Case, change: str, got: Outcome) -> bool:
    """What writes the column and cannot be held to the client's type; what no text renames: row types, stored texts."""
    if re.search(r"\(NULL::|CREATE VIEW", case.steps[0].sql):
        return True
    told = "cannot be (told|held|grouped|looked at twice)|no exact cast"
    return change == "retyped" and bool(re.search(told, (got.error or {})["M"]))


def _unplaced(got: Outcome) -> bool:
    """This Lintel was started after two columns of the table had gone: it cannot know in which order they stood."""
    return got.refused() and "the place of column" in (got.error or {})["M"]


def _left_behind(databases: Databases, case: Case, mode: str, logical: str, physical: str) -> list[str]:
    if not case.writes:
        return []
    same = rows(databases, logical) == rows(databases, physical)
    for name in (logical, physical) if stays(case, mode) else ():
        databases.restore(name)
    return [] if same else [f"{mode}: the tables differ"]


def _shown(case: Case, found: list[str]) -> str:
    return "\n".join([case.name, *(step.sql for step in case.steps), *found[:SHOWN]])

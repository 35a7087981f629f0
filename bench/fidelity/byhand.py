"""The cases by hand (tests/shield/cases), for every kind of change, each in all the ways in which it can be sent."""

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.shield import other_plans, proxy, world
from tests.shield.case import Case, Side, everything
from tests.shield.outcome import differences, modes, stays
from tests.shield.world import PLANS, Sessions

from bench.fidelity.both import recorded_rows
from bench.fidelity.count import Count
from lintel.demo.postgres import Server

_HIDDEN: dict[Side, tuple[str, str]] = {"old": ("bare", "filled"), "new": ("fresh", "bare")}


@dataclass(frozen=True, slots=True)
class _Kind:
    """Which cases, and for a client's side the database that it was built for and the one that there is."""

    cases: Sequence[Case]
    databases: Callable[[Side], tuple[str, str]]


def ask(server: Server, each: int | None = None, *, records: bool = False) -> Count:
    """Every case under every kind of change; `each`: of every so many one; `records`: with whole_rows = "record"."""
    total = Count()
    kinds = {
        "added": _Kind(everything(), _HIDDEN.__getitem__),
        "dropped": _Kind(everything(), _HIDDEN.__getitem__),
        "renamed": _Kind(other_plans.renamed_cases(), lambda _: ("bare", "renamed")),
        "retyped": _Kind(other_plans.renamed_cases(), lambda _: ("bare", "retyped")),
    }
    with world.databases(server) as databases, tempfile.TemporaryDirectory(prefix="lintel-fidelity-") as directory:
        files = {"added": list(PLANS), **other_plans.written(Path(directory))}
        files = {name: _recording(files[name], Path(directory)) for name in kinds} if records else files
        for name, kind in kinds.items():
            cases = [case for case in kind.cases if case.runs_on(server.major)]
            fronted = {kind.databases(case.side)[1] for case in cases}
            with proxy.in_front([(files[name], {one: databases.dsns[one] for one in fronted})]) as through:
                sessions = Sessions(databases, through)
                for case in cases[:: each or 1]:
                    _ask(sessions, case, kind.databases(case.side), total)
                sessions.close()
    return total


def _recording(files: list[Path], directory: Path) -> list[Path]:
    """The plans, with whole_rows = "record"."""
    made = []
    for file in files:
        text = re.sub(r"(?m)^whole_rows = .*\n", "", file.read_text())
        head, found, rest = text.partition("[shield]\n")
        if not found:
            head, found, rest = text.partition("[[shield.clients]]")
            found = f"[shield]\nwhole_rows = 'record'\n{found}"
        else:
            found += "whole_rows = 'record'\n"
        made.append(directory / f"record-{file.name}")
        made[-1].write_text(head + found + rest)
    return made


def _ask(sessions: Sessions, case: Case, databases: tuple[str, str], count: Count) -> None:
    own, physical = databases
    text = "\n".join(step.sql for step in case.steps)
    affected = _affected(sessions, case, own, physical)
    found: list[str] = []
    refused, invalid, recorded = "", False, "record" in case.flags
    for mode in modes(case):
        wanted = sessions.perform(own, case.side, case, mode, through=False)
        got = sessions.perform(physical, case.side, case, mode, through=True)
        invalid = wanted.error is not None
        if got.refused() and got.error is not None:
            refused = got.error["M"] if got.error["C"] != (wanted.error or {}).get("C") else refused
            if case.writes:
                sessions.databases.restore(own)
        else:
            recorded |= recorded_rows(wanted, got)
            words = other_plans.other_words(wanted), other_plans.other_words(got)
            found += [f"{mode}: {line}" for line in differences(case, *words)]
        found += _left(sessions, case, mode, own, physical)
    if found:
        count.note(f"{case.name}: {text}", "wrong", "\n".join(found[:3]), affected=affected)
    elif refused:
        count.note(text, "by plan" if _asked(refused) else "refused", refused, affected=True)
    else:
        count.note(text, "invalid" if invalid else "same", affected=affected, record=recorded)


def _affected(sessions: Sessions, case: Case, own: str, physical: str) -> bool:
    """Whether its own text gets another answer there."""
    mode = modes(case)[0]
    outcomes = [sessions.perform(name, case.side, case, mode, through=False) for name in (own, physical)]
    if case.writes:
        for name in (own, physical):
            sessions.databases.restore(name)
    return bool(differences(case, *map(other_plans.other_words, outcomes)))


def _asked(message: str) -> bool:
    """A refusal that the plan asks for, or one of a Lintel that was started after the column had gone."""
    return any(words in message for words in ("was refused", "no rule of plan", "the place of column", "whole_rows"))


def _left(sessions: Sessions, case: Case, mode: str, own: str, physical: str) -> list[str]:
    if not stays(case, mode):
        return []
    databases = sessions.databases
    same = other_plans.rows(databases, own) == other_plans.rows(databases, physical)
    for name in (own, physical):
        databases.restore(name)
    return [] if same else [f"{mode}: the tables differ"]

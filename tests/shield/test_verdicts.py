"""The dry form: what `lintel rewrite` says of each case is what its header says."""

import json
import subprocess
from typing import Any

import pytest
from tests.command import LINTEL
from tests.shield.case import Case, Side, everything
from tests.shield.world import PLANS, Databases

from lintel.demo.postgres import Server

SECONDS = 60
PHYSICAL: dict[Side, str] = {"old": "filled", "new": "bare"}


@pytest.mark.parametrize("side", ["old", "new"])
def test_verdicts(server: Server, databases: Databases, side: Side) -> None:
    """All cases of one side in one run, NUL between them; verdict, SQLSTATE, and a text unless refused."""
    cases = [case for case in everything() if _is_dry(case, side, server.major)]
    told = _rewrite(databases, side, [case.steps[0].sql for case in cases])
    assert len(told) == len(cases)
    wrong = [line for case, answer in zip(cases, told, strict=True) for line in _wrong(case, answer)]
    assert not wrong, "\n".join(wrong)


def _is_dry(case: Case, side: Side, major: int) -> bool:
    """Each input is independent of the others: no statement that prepares the ground for the next."""
    return case.side == side and len(case.steps) == 1 and case.runs_on(major)


def _rewrite(databases: Databases, side: Side, texts: list[str]) -> list[dict[str, Any]]:
    command = [*LINTEL, "rewrite", "--server", databases.dsns[PHYSICAL[side]], "--sees", side]
    command += [word for plan in PLANS for word in ("--plan", str(plan))]
    done = subprocess.run(command, input="\0".join(texts), capture_output=True, text=True, timeout=SECONDS, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _wrong(case: Case, answer: dict[str, Any]) -> list[str]:
    found = []
    if answer["verdict"] != case.verdict:
        found.append(f"it is {answer['verdict']}, not {case.verdict} ({answer['message']})")
    elif answer["verdict"] == "refuse":
        if answer["sqlstate"] != case.sqlstate or answer["sql"] is not None:
            found.append(f"{answer}, not {case.sqlstate}")
        if not answer["message"].startswith("lintel:"):
            found.append(f"a refusal in other words: {answer['message']}")
    elif (answer["sql"] == case.steps[0].sql) != (case.verdict == "allow"):
        found.append(f"{case.verdict}, but the text is {answer['sql']}")
    return [f"{case.name}: {case.steps[0].sql}\n    {line}" for line in found]

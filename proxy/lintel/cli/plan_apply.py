"""`lintel plan apply`: running Lintels take plans up."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lintel.cli import options

if TYPE_CHECKING:
    from lintel.cli.asking import Running
    from lintel.plan import Plan

FINDINGS = 1


def apply(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Plan files of [shield] plans.")],
    file: options.File = None,
    admin: options.Admins = None,
    force: Annotated[bool, typer.Option("--force", help="Even where parked values are left behind.")] = False,
) -> None:
    """Have running Lintels put plans in force.

    They read their configuration anew, and then these plans have to be in force as they are written. All of a
    configuration is put in force, in every worker, or nothing. A plan has to be among [shield] plans: what is in force
    only until a restart would be gone when it is needed. One that is released has to be out of force. A configuration
    is not taken that has no plan any longer for values that may be parked.
    """
    from lintel import plan
    from lintel.cli.asking import every

    plans = plan.load_all(files)
    problems = [found for running in every(file, admin) for found in _applied(running, plans, force=force)]
    for one in problems:
        print(f"lintel: {one}", file=sys.stderr)
    if problems:
        raise typer.Exit(FINDINGS)


def _applied(running: "Running", plans: "tuple[Plan, ...]", *, force: bool) -> list[str]:
    """What came of it is told; the reasons why it did not work are returned."""
    from lintel.cli.asking import Silent

    try:
        reply = running.post("/reload?force=true" if force else "/reload")
        if reply.status != 200:
            return [f"{running.address}: {'; '.join(reply.body.get('problems', {}).values()) or reply.text}"]
        status = running.get("/status").body
    except Silent as silence:
        return [str(silence)]
    in_force = {one["plan"]: one for one in status["plans"]}
    problems: list[str] = []
    for plan in plans:
        problem = _problem(plan, in_force.get(plan.id))
        if problem is None:
            typer.echo(f"{running.address}: {plan.id} is {_told(plan, in_force, status['mode'])}")
        else:
            problems.append(f"{running.address}: {plan.id} {problem}")
    return problems


def _problem(plan: "Plan", found: dict[str, Any] | None) -> str | None:
    if plan.released:
        return None if found is None else f"is in force still, from {found['file']}"
    if found is None:
        return f"is not in force: {plan.file} is not among [shield] plans there"
    return None if found["digest"] == plan.digest else f"is in force as another file has it: {found['file']}"


def _told(plan: "Plan", in_force: dict[str, Any], mode: str) -> str:
    if plan.released:
        return "out of force"
    phases = in_force[plan.id]["phases"]
    told = ", ".join(f"{name}: {phase}" for name, phase in phases.items())
    return f"in force ({told or 'nobody is connected'})" + ("" if mode == "enforce" else f"; mode {mode}")

"""`lintel status`, `off`, `on`, `healthcheck`, `wait`: a running Lintel, over its admin side."""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lintel.cli import options

if TYPE_CHECKING:
    from lintel.cli.asking import Reply, Running

FINDINGS = 1
_PAUSE_SECONDS = 0.1


def status(file: options.File = None, admin: options.Admin = None, as_json: options.Json = False) -> None:
    """Say how a running Lintel stands.

    Its mode, sessions, plans with their phases, and what was rewritten, refused and tried again. Exit code 1 where
    nobody answers.
    """
    from lintel.cli.asking import Silent, running

    try:
        reply = running(file, admin).get("/status")
    except Silent as problem:
        raise _failed(str(problem)) from None
    if reply.status != 200:
        raise _failed(reply.text)
    typer.echo(json.dumps(reply.body) if as_json else "\n".join(_told(reply.body)))


def _told(status: Mapping[str, Any]) -> Iterator[str]:
    from lintel.report.text import aligned, readable

    ready = "ready" if status["ready"] else "not ready"
    yield f"lintel {status['version']}, {ready}, mode {status['mode']}, since {readable(status['since'])} (UTC)"
    yield from aligned(_facts(status))


def _facts(status: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    age, unwritten = status["catalog_age_seconds"], status["store"]["unwritten_seconds"]
    yield "process", f"{status['pid']}, {status['workers']} worker(s)"
    yield "sessions", f"{status['sessions']:,}"
    yield "statements", _numbers(status["statements"])
    if status["refusals"]:
        yield "refusals", _numbers(status["refusals"])
    counted = ("retries", "loud_prevented", "loud_refused", "probes", "reprepared", "landed", "server_errors")
    yield "counters", _numbers({name.replace("_", " "): status[name] for name in counted})
    if any(status["referee"].values()):
        yield "referee", _numbers(status["referee"])
    yield "catalog", "nobody is connected" if age is None else f"confirmed {age:.1f} s ago"
    late = f", not written for {unwritten:.0f} s" if unwritten > 5 else ""
    yield "store", f"{status['store']['dropped']:,} observations lost{late}"
    for one in status["databases"]:
        yield f"database {one['database']}", f"{one['sessions']:,} sessions, by {one['route']}"
    for plan in status["plans"]:
        yield f"plan {plan['plan']}", plan["change"]
        yield from ((f"  in {name}", phase) for name, phase in plan["phases"].items())
    problems = {name: reason for name, reason in status["checks"].items() if reason != "ok"} | status["problems"]
    yield from ((f"! {name}", reason) for name, reason in problems.items())


def _numbers(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in numbers.items())


def off(
    file: options.File = None,
    admin: options.Admins = None,
    force: Annotated[bool, typer.Option("--force", help="Even while values may be parked.")] = False,
) -> None:
    """Switch the shield off at once.

    From then on every statement goes to the server as it came, in every worker and session. What passes is recorded all
    the same, with what would have been rewritten or refused. It stays off until `lintel on` or the end of the process.
    Refused while a plan's values may be parked.
    """
    _order(file, admin, "/off?force=true" if force else "/off")


def on(file: options.File = None, admin: options.Admins = None) -> None:
    """Switch the shield on again. What it does then is as the configuration says."""
    _order(file, admin, "/on")


def _order(file: options.File, admins: options.Admins, path: str) -> None:
    """Every Lintel is told, whatever another says."""
    from lintel.cli.asking import every

    told = [_obeyed(running, path) for running in every(file, admins)]
    if not all(told):
        raise typer.Exit(FINDINGS)


def _obeyed(running: "Running", path: str) -> bool:
    from lintel.cli.asking import Silent

    try:
        reply = running.post(path)
    except Silent as problem:
        print(f"lintel: {problem}", file=sys.stderr)
        return False
    if reply.status == 200:
        typer.echo(f"{running.address}: {reply.body['mode']}")
        return True
    print(f"lintel: {running.address}: {reply.body.get('problem', reply.text)}", file=sys.stderr)
    return False


def healthcheck(
    file: options.File = None,
    admin: options.Admin = None,
    ready: Annotated[bool, typer.Option("--ready", help="Whether it is fit for traffic, not only alive.")] = False,
    timeout: Annotated[float, typer.Option("--timeout", metavar="SECONDS", help="For its answer.")] = 2.0,
) -> None:
    """Exit with 0 if a Lintel is alive, else with 1. Made for the health checks of containers."""
    from lintel.cli.asking import Silent, running

    try:
        reply = running(file, admin).get("/readyz" if ready else "/livez", timeout)
    except Silent as problem:
        raise _failed(str(problem)) from None
    if reply.status != 200:
        raise _failed(_why(reply))


def wait(
    file: options.File = None,
    admin: options.Admin = None,
    timeout: Annotated[float, typer.Option("--timeout", metavar="SECONDS", help="For so long.")] = 30.0,
) -> None:
    """Wait until a Lintel is ready. Where it is not in time, exit with 1 and say why."""
    from lintel.cli.asking import Silent, running

    asked, deadline = running(file, admin), time.monotonic() + timeout
    while True:
        try:
            reply = asked.get("/readyz", max(0.1, deadline - time.monotonic()))
            why = None if reply.status == 200 else _why(reply)
        except Silent as problem:
            why = str(problem)
        if why is None:
            return
        if time.monotonic() >= deadline:
            raise _failed(why)
        time.sleep(_PAUSE_SECONDS)


def _why(reply: "Reply") -> str:
    checks = reply.body.get("checks")
    if not isinstance(checks, dict):
        return reply.text
    return "; ".join(f"{name}: {reason}" for name, reason in checks.items() if reason != "ok")


def _failed(why: str) -> typer.Exit:
    print(f"lintel: {why}", file=sys.stderr)
    return typer.Exit(FINDINGS)

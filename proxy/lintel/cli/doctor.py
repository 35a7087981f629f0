"""`lintel doctor`: whether this machine, this configuration and its servers have what `serve` needs."""

import asyncio
import json
from typing import TYPE_CHECKING

import typer

from lintel.cli import options
from lintel.config import Flag, load

if TYPE_CHECKING:
    from lintel.app.doctor import Finding
    from lintel.config import Admin

FINDINGS = 1


def doctor(
    file: options.File = None,
    server: options.Server = None,
    listen: options.Listen = None,
    admin: options.Admin = None,
    store: options.Store = None,
    plan: options.Plans = None,
    as_json: options.Json = False,
) -> None:
    """Look at all that `serve` needs.

    Before it starts or while it runs; nothing is changed. A line for each check: ok, warning or failure, and what to
    do. Exit code 1 where something fails.
    """
    import uvloop

    from lintel import log
    from lintel.app.doctor import examine
    from lintel.report.text import aligned

    flags = [
        Flag("--server", "server.dsn", server),
        Flag("--listen", "listen.address", listen),
        Flag("--admin", "admin.address", admin),
        Flag("--store", "record.store", store),
        Flag("--plan", "shield.plans", [str(one) for one in plan or ()]),
    ]
    settings = load(file, flags).settings
    log.configure("warning")
    running = _running(settings.admin)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # TLS as serve does it
        found = runner.run(examine(settings, running))
    if as_json:
        typer.echo(json.dumps([one._asdict() for one in found], ensure_ascii=False))
    else:
        typer.echo("\n".join(aligned((one.state, one.check, one.text) for one in found)))
    if any(one.state == "failure" for one in found):
        raise typer.Exit(FINDINGS)


def _running(admin: "Admin") -> "Finding | None":
    """What a Lintel says that answers there; None where there is none."""
    from lintel.app.doctor import Finding
    from lintel.cli.asking import Running, Silent

    try:
        reply = Running(admin.address, admin.token).get("/status")
    except Silent:
        return None
    if reply.status != 200 or not {"version", "pid", "ready"} <= reply.body.keys():
        text = f"{admin.address} answers with status {reply.status}: no Lintel, or one with another admin.token"
        return Finding("running", "failure", text)
    version, ready = reply.body["version"], reply.body["ready"]
    text = f"lintel {version}, process {reply.body['pid']}, "
    if not ready:
        return Finding("running", "warning", f"{text}not ready: `lintel status` says why")
    return Finding("running", "ok", f"{text}ready")

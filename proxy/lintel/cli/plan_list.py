"""`lintel plan list`: the plans of a configuration, how far each has come, and who is on which side."""

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from lintel.cli import options
from lintel.cli.plan_files import holding
from lintel.config import Flag, Settings, load

if TYPE_CHECKING:
    from lintel.plan import Plan
    from lintel.store import Reader, SideRow

HEADS = ("plan", "table", "kind", "phase", "old clients", "last seen", "new clients")


def list_(
    file: options.File = None,
    store: options.Store = None,
    as_json: options.Json = False,
) -> None:
    """List the plans of [shield] plans.

    With id, table, kind, phase in each database, and who is on which side. Phases and clients are those of the store,
    so as of when `serve` last wrote it.
    """
    from lintel import plan

    settings = load(file, [Flag("--store", "record.store", store)]).settings
    plans = plan.load_all(settings.shield.plans)
    found = _found(plans, settings)
    if as_json:
        typer.echo(json.dumps(found))
        return
    from lintel.report.text import aligned

    for line in aligned([HEADS, *map(_cells, found)]) if found else ["no plans"]:
        typer.echo(line)


def _found(plans: "tuple[Plan, ...]", settings: Settings) -> list[dict[str, Any]]:
    from lintel.store import Filter, Reader

    path = Path(settings.record.store)
    if not path.exists():
        return [_listed(plan, {}, []) for plan in plans]
    with closing(Reader(path)) as reader:
        sides = reader.sides(Filter())
        return [_listed(plan, _phases(plan, reader, settings), sides) for plan in plans]


def _phases(plan: "Plan", reader: "Reader", settings: Settings) -> dict[str, str]:
    from lintel.shield.phase import phase

    found = {name: phase(plan, reader.catalog(name)) for name in holding(plan, reader.databases(), settings)}
    return {name: one for name, one in found.items() if one != "unknown"}


def _listed(plan: "Plan", phases: dict[str, str], sides: "list[SideRow]") -> dict[str, Any]:
    own = [row for row in sides if (row.key.plan, row.key.table) == (plan.id, plan.table)]
    old, new = (sorted({row.key.client for row in own if row.key.side == side}) for side in ("old", "new"))
    return {
        "plan": plan.id,
        "table": plan.table,
        "kind": type(plan.change).__name__.lower(),
        "change": plan.ddl,
        "file": plan.file,
        "released": plan.released,
        "phases": phases,
        "old": old,
        "new": new,
        "last_old": max((row.last_seen for row in own if row.key.side == "old"), default=None),
    }


def _cells(found: dict[str, Any]) -> tuple[str, ...]:
    from lintel.report.wording import listed, readable

    phases = ", ".join(f"{phase} in {name}" for name, phase in found["phases"].items())
    return (
        found["plan"],
        found["table"],
        found["kind"],
        "released" if found["released"] else phases or "unknown",
        listed(found["old"], 4),
        readable(found["last_old"]) if found["last_old"] else "",
        listed(found["new"], 4),
    )

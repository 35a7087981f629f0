"""`lintel plan release`: the end of a plan, once nobody needs it."""

import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lintel.cli import options
from lintel.cli.plan_files import holding, named
from lintel.config import ConfigError, Flag, load

if TYPE_CHECKING:
    from lintel.config import Settings
    from lintel.plan import Plan
    from lintel.report.release import Obstacles

FINDINGS = 1


def release(
    plan: options.Plan,
    file: options.File = None,
    store: options.Store = None,
    quiet: Annotated[
        str, typer.Option("--quiet", metavar="AGE", help="For so long no client of the old table may have been seen.")
    ] = "7d",
    check: Annotated[bool, typer.Option("--check", help="Say whether it may be released, and change nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Whatever speaks against it.")] = False,
) -> None:
    """End a plan: every client then sees the table as it is.

    Writes `released = true` into its file; a running Lintel lets go of it when it reads its configuration anew.
    Refused, with exit code 1, while the change is not made, a client of the old table was seen within --quiet, or the
    time was not watched without gaps with the plan in force.
    """
    from lintel.report.filters import length

    settings = load(file, [Flag("--store", "record.store", store)]).settings
    found = named(plan, settings)
    seconds = length("--quiet", quiet)
    if found.released:
        typer.echo(f"{found.id} is released already")
        return
    if check or not force:
        against = _obstacles(found, settings, seconds)
        if against.reasons or against.clients:
            _tell(found.id, against, quiet)
            raise typer.Exit(FINDINGS)
    if check:
        typer.echo(f"{found.id} may be released")
        return
    _write(Path(found.file))
    typer.echo(f"{found.id} is released: {found.file} says so. `lintel plan apply` makes Lintel let go of it.")


def _obstacles(plan: "Plan", settings: "Settings", quiet: float) -> "Obstacles":
    from lintel.report.release import obstacles
    from lintel.store import Reader

    with closing(Reader(Path(settings.record.store))) as reader:
        return obstacles(reader, plan, holding(plan, reader.databases(), settings), quiet, time.time())


def _tell(plan_id: str, against: "Obstacles", quiet: str) -> None:
    from lintel.report.text import aligned
    from lintel.report.versions import HEADS, cells

    typer.echo(f"{plan_id} is not released:")
    for reason in against.reasons:
        typer.echo(f"  {reason}")
    if against.clients:
        typer.echo(f"  clients of the old table were seen within {quiet}:")
        for line in aligned([HEADS, *map(cells, against.clients)], right=(3, 4, 5)):
            typer.echo(f"  {line}")


def _write(file: Path) -> None:
    """All of it or nothing."""
    from lintel import plan

    made = plan.release(file.read_text(encoding="utf-8"), str(file))
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_text(made, encoding="utf-8")
        beside.replace(file)
    except OSError as problem:
        beside.unlink(missing_ok=True)
        raise ConfigError(str(file), "", f"cannot be written: {problem.strerror}") from None

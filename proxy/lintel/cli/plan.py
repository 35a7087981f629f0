"""`lintel plan`: plan files. `lint` and `show` are here, each of the others in a file of its own."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lintel.cli import plan_apply, plan_doc, plan_list, plan_new, plan_release

if TYPE_CHECKING:
    from lintel.plan import Plan

app = typer.Typer(help="Write, check, show and release plans.", no_args_is_help=True, rich_markup_mode=None)

app.command()(plan_new.new)
app.command("list")(plan_list.list_)
app.command()(plan_apply.apply)
app.command()(plan_release.release)
app.command()(plan_doc.doc)

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Plan files.")]


@app.command()
def lint(files: Files) -> None:
    """Check plan files. Each by itself, and all against each other; exit code 2 with the first error."""
    from lintel import plan

    for found in plan.load_all(files):
        typer.echo(f"{found.file}: fine; {found.id} is for {found.ddl}")
        for sentence in plan.advice(found):
            typer.echo(f"{found.file}: advice: {sentence}")


@app.command()
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A plan file.")],
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
) -> None:
    """Say what a plan does, every default spelt out."""
    from lintel import plan

    found = plan.load(file)
    if as_json:
        typer.echo(json.dumps({**asdict(found), "ddl": found.ddl, "imagined": _imagined(found)}))
        return
    shield = found.shield
    typer.echo(f"{found.id}: {found.purpose}")
    if found.released:
        typer.echo("  released    it has no effect any more")
    typer.echo(f"  change      {found.ddl}")
    if len(found.names) == 1:
        typer.echo(
            f"  while absent, reads {_reads(shield.absent_reads, _imagined(found))}; writes: {shield.absent_writes}"
        )
    if found.backfill is not None:
        typer.echo(f"  backfill    {_backfill(found)}")
    typer.echo(f"  old code    stars: {shield.stars}; whole rows: {shield.whole_rows}")
    for rule in shield.clients:
        typer.echo(f"  {rule.sees} table   {_who(asdict(rule))}")


def _imagined(plan: "Plan") -> str | None:
    """What the column reads as while it is absent; None: the plan does not say it."""
    try:
        return plan.imagined
    except LookupError:
        return None


def _backfill(plan: "Plan") -> str:
    """Who fills the rows that are there when the column comes, with what, and how gently."""
    backfill = plan.backfill
    assert backfill is not None
    if not plan.fills:
        return f"{backfill.expression}; left to you: not_null = false, so a NULL may be somebody's value"
    return (
        f"{backfill.expression}; by serve, {backfill.batch_rows} rows at a time where it is NULL, while replicas "
        f"are at most {backfill.max_replica_lag:g}s behind, waiting {backfill.max_lock_wait:g}s for a lock"
    )


def _reads(how: str, imagined: str | None) -> str:
    if how != "default":
        return "are refused"
    return f"as {imagined}" if imagined is not None else "as the default that the column has in the catalog"


def _who(rule: dict[str, object]) -> str:
    said = [f"{name} = {value}" for name, value in rule.items() if name not in ("sees", "tags") and value is not None]
    tags = rule["tags"]
    said += [f"tag.{name} = {value}" for name, value in tags] if isinstance(tags, tuple) else []
    return ", ".join(said) or "everybody"

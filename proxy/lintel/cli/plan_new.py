"""`lintel plan new`: a plan file from options."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lintel.config import ConfigError


class Writes(StrEnum):
    """What becomes of a write to a column that is not there."""

    refuse = "refuse"
    park = "park"
    discard = "discard"


def new(
    plan_id: Annotated[str, typer.Argument(metavar="ID", help="What the plan is to be called.")],
    table: Annotated[str, typer.Option("--table", metavar="NAME", help="As SQL writes it: public.orders.")],
    add: Annotated[str | None, typer.Option("--add", metavar="COLUMN", help="A column to come; with --type.")] = None,
    drop: Annotated[str | None, typer.Option("--drop", metavar="COLUMN", help="A column to go.")] = None,
    rename: Annotated[str | None, typer.Option("--rename", metavar="COLUMN", help="With --to.")] = None,
    retype: Annotated[str | None, typer.Option("--retype", metavar="COLUMN", help="With --type.")] = None,
    type_: Annotated[str | None, typer.Option("--type", metavar="TYPE", help="An SQL type.")] = None,
    default: Annotated[str | None, typer.Option("--default", metavar="SQL", help="An SQL expression.")] = None,
    not_null: Annotated[bool, typer.Option("--not-null", help="Of the column to come.")] = False,
    to: Annotated[str | None, typer.Option("--to", metavar="COLUMN", help="The new name.")] = None,
    using: Annotated[str | None, typer.Option("--using", metavar="SQL", help="How ALTER TYPE converts.")] = None,
    before: Annotated[str | None, typer.Option("--from", metavar="TYPE", help="The type so far.")] = None,
    purpose: Annotated[str | None, typer.Option("--purpose", metavar="TEXT", help="Why, in a sentence.")] = None,
    database: Annotated[str | None, typer.Option("--database", metavar="NAME", help="If not that of the DSN.")] = None,
    backfill: Annotated[str | None, typer.Option("--backfill", metavar="SQL", help="What rows so far get.")] = None,
    writes: Annotated[Writes | None, typer.Option("--absent-writes", help="To a column that is not there.")] = None,
    old: Annotated[
        list[str] | None, typer.Option("--old", metavar="NAME", help="An application_name of old code; * for anything.")
    ] = None,
    new_: Annotated[list[str] | None, typer.Option("--new", metavar="NAME", help="Likewise of new code.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Instead of stdout; it must not be there yet.")
    ] = None,
) -> None:
    """Write a plan file for one change.

    One of --add, --drop, --rename and --retype says which. It is checked as `plan lint` does.
    """
    from lintel.plan.drafting import Draft, drafted

    changes: dict[str, tuple[str | None, dict[str, str | bool | None]]] = {
        "add": (add, {"type": type_, "default": default, "not_null": not_null}),
        "drop": (drop, {"type": type_, "default": default}),
        "rename": (rename, {"to": to}),
        "retype": (retype, {"type": type_, "using": using, "from": before}),
    }
    given = [(kind, column, rest) for kind, (column, rest) in changes.items() if column is not None]
    if len(given) != 1:
        raise ConfigError("plan new", "", "expected one of --add, --drop, --rename and --retype")
    ((kind, column, rest),) = given
    draft = Draft(
        plan_id, table, kind, {"column": column, **rest}, purpose, database,
        {"absent_writes": writes and writes.value}, tuple(old or ()), tuple(new_ or ()), backfill,
    )  # fmt: skip
    _write(drafted(draft, str(output or "plan new")), output)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as problem:
        raise ConfigError("--output", str(output), f"cannot be written: {problem.strerror}") from None

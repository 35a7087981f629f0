"""`lintel report` and `lintel impact`: what was observed, and what of it a change would break."""

import os
import shutil
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lintel.cli import options, sources
from lintel.config import ConfigError, Flag, load


class Form(StrEnum):
    """How the findings are written."""

    text = "text"
    json = "json"


class ReportForm(StrEnum):
    """How the report is written."""

    text = "text"
    json = "json"
    html = "html"
    md = "md"
    csv = "csv"
    dot = "dot"


Since = Annotated[
    str | None,
    typer.Option("--since", metavar="TIME", help="Only what was seen since a time, or since 7d, 12h, 30m ago."),
]
Format = Annotated[Form, typer.Option("--format", help="For people, or for programs.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Instead of stdout.")]


def report(
    file: options.File = None,
    store: options.Store = None,
    table: Annotated[str | None, typer.Option("--table", metavar="NAME", help="Only this table.")] = None,
    column: Annotated[str | None, typer.Option("--column", metavar="NAME", help="Only this column.")] = None,
    client: Annotated[str | None, typer.Option("--client", metavar="NAME", help="Only this client.")] = None,
    since: Since = None,
    compare: Annotated[
        str | None,
        typer.Option("--compare", metavar="TIME", help="Say what is new since a time, or 7d ago, and what is gone."),
    ] = None,
    form: Annotated[
        ReportForm, typer.Option("--format", help="For people (html: one file), a pull request, or programs.")
    ] = ReportForm.text,
    output: Output = None,
) -> None:
    """Say who reads and writes what.

    From the store that `serve` writes: its --store, else the configuration's. No server is asked.
    """
    from lintel.report import moment, render, wanted

    filters = wanted(table, column, client, since)
    before = None if compare is None else moment("--compare", compare)
    path, width, colour = _store(file, store), _width(), _colour(output)
    _write(render(path, filters, form.value, compare=before, width=width, colour=colour), output)


def impact(
    ddl: Annotated[str | None, typer.Argument(metavar="[DDL]", help="The change: ALTER TABLE ...")] = None,
    plan: Annotated[Path | None, typer.Option("--plan", metavar="FILE", help="The change of a plan instead.")] = None,
    file: options.File = None,
    store: options.Store = None,
    server: options.Server = None,
    since: Since = None,
    form: Format = Form.text,
    output: Output = None,
) -> None:
    """Say what a change would break among what was seen.

    Against the catalog of --server, else the one that the store keeps. Exit code 0: nothing, 1: findings,
    3: not enough traffic was seen to say.
    """
    from lintel.report import breakage

    change = _change(ddl, plan)
    path = _store(file, store)
    live = None if server is None else breakage.Catalog(sources.database(server), *sources.world(server, None))
    verdict = breakage.run(path, change, form.value, catalog=live, since=since, width=_width(), colour=_colour(output))
    _write([verdict.output], output)
    raise typer.Exit(verdict.code)


def _change(ddl: str | None, file: Path | None) -> str:
    if (ddl is None) == (file is None):
        raise ConfigError("lintel impact", "", "expected either DDL or --plan FILE")
    if file is None:
        return ddl or ""
    from lintel.plan import load as load_plan

    return load_plan(file).ddl


def _store(file: Path | None, store: str | None) -> Path:
    return Path(load(file, [Flag("--store", "record.store", store)]).settings.record.store)


def _width() -> int:
    return shutil.get_terminal_size((120, 24)).columns


def _colour(output: Path | None) -> bool:
    return output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _write(text: Iterable[str], output: Path | None) -> None:
    if output is None:
        sys.stdout.writelines(text)
        sys.stdout.flush()
        return
    try:
        with output.open("w", encoding="utf-8", newline="") as file:
            file.writelines(text)
    except OSError as problem:
        raise ConfigError("--output", str(output), f"cannot be written: {problem.strerror}") from None

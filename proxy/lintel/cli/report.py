"""`lintel report`: what was observed, from the store. No server is asked."""

import os
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lintel.cli import options
from lintel.config import Flag, load


class Form(StrEnum):
    """How the report is written."""

    text = "text"
    json = "json"


def report(
    file: options.File = None,
    store: options.Store = None,
    table: Annotated[str | None, typer.Option("--table", metavar="NAME", help="Only this table.")] = None,
    column: Annotated[str | None, typer.Option("--column", metavar="NAME", help="Only this column.")] = None,
    client: Annotated[str | None, typer.Option("--client", metavar="NAME", help="Only this client.")] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="Only what was seen since a time, or since 7d, 12h, 30m ago."),
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="For people, or for programs.")] = Form.text,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Instead of stdout.")] = None,
) -> None:
    """Say who reads and writes what.

    From the store that `serve` writes: its --store, else the configuration's.
    """
    from lintel.report import render, wanted

    path = Path(load(file, [Flag("--store", "record.store", store)]).settings.record.store)
    terminal = output is None and sys.stdout.isatty()
    options.write(
        render(
            path,
            wanted(table, column, client, since),
            form.value,
            width=shutil.get_terminal_size((120, 24)).columns,
            colour=terminal and not os.environ.get("NO_COLOR"),
        ),
        output,
    )

"""`lintel report`: what was observed."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lintel.cli import options
from lintel.cli import output as to


class Form(StrEnum):
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
        Form, typer.Option("--format", help="For people (html: one file), a pull request, or programs.")
    ] = Form.text,
    output: Output = None,
) -> None:
    """Say who reads and writes what.

    From the store that `serve` writes: its --store, else the configuration's. No server is asked.
    """
    from lintel.report import moment, render, wanted

    filters = wanted(table, column, client, since)
    before = None if compare is None else moment("--compare", compare)
    path, width, colour = to.store_path(file, store), to.width(), to.colour(output)
    to.write(render(path, filters, form.value, compare=before, width=width, colour=colour), output)

"""`lintel plan doc`: the page of a plan."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from lintel.cli import options, output
from lintel.cli.plan_files import named
from lintel.config import Flag, load


def doc(
    plan: options.Plan,
    file: options.File = None,
    store: options.Store = None,
    to: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Instead of stdout.")] = None,
) -> None:
    """Write a plan's page, in Markdown.

    With its purpose, the steps, the way back, who sees what and who was affected. Who was affected is told where there
    is a store; it is what was seen so far.
    """
    from lintel.report.plan_page import plan_page
    from lintel.store import Filter, Reader

    settings = load(file, [Flag("--store", "record.store", store)]).settings
    found = named(plan, settings)
    path = Path(settings.record.store)
    if store is None and not path.exists():
        output.write([plan_page(found)], to)
        return
    with closing(Reader(path)) as reader:
        affected = [row for row in reader.sides(Filter()) if (row.key.plan, row.key.table) == (found.id, found.table)]
        output.write([plan_page(found, (reader.carried(found.id), affected))], to)

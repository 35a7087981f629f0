"""Options that several commands share, so that they are spelt and explained alike."""

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[
    Path | None,
    typer.Option("-c", "--config", metavar="FILE", help="The configuration; without it lintel.toml here, if any."),
]
Server = Annotated[
    str | None, typer.Option("--server", metavar="DSN", help="The Postgres, as libpq writes it: a URI or key=value.")
]
Schema = Annotated[
    Path | None, typer.Option("--schema", metavar="FILE", help="CREATE statements, instead of a live catalog.")
]
Plan = Annotated[str, typer.Argument(metavar="PLAN", help="A plan file, or the id of a plan in [shield] plans.")]
Admin = Annotated[
    str | None,
    typer.Option("--admin", metavar="HOST:PORT", help="The admin side of a running Lintel; else the configuration's."),
]
Admins = Annotated[
    list[str] | None,
    typer.Option("--admin", metavar="HOST:PORT", help="The admin side of a running Lintel; may be repeated."),
]
Json = Annotated[bool, typer.Option("--json", help="One line of JSON.")]
Listen = Annotated[str | None, typer.Option("--listen", metavar="HOST:PORT", help="Where clients connect.")]
Plans = Annotated[list[Path] | None, typer.Option("--plan", metavar="FILE", help="A plan; may be repeated.")]
Store = Annotated[str | None, typer.Option("--store", metavar="FILE", help="Where what was observed is kept (SQLite).")]

"""Options that several commands share, so that they are spelt and explained alike."""

from pathlib import Path
from typing import Annotated

import typer

from lintel.config import Flag

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
Plans = Annotated[list[Path] | None, typer.Option("--plan", metavar="FILE", help="A plan; may be repeated.")]


def flags(**given: object) -> list[Flag]:
    """Options as configuration flags: section__key=value, with the option's own name in front where it differs."""
    return [Flag(NAMES[name], name.replace("__", "."), value) for name, value in given.items()]


NAMES = {
    "server__dsn": "--server",
    "listen__address": "--listen",
    "admin__address": "--admin",
    "record__store": "--store",
    "shield__plans": "--plan",
    "log__level": "--log-level",
}

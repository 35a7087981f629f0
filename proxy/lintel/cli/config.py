"""`lintel config`: whether the configuration can be used, and what is in force and why."""

import json
from typing import Annotated

import typer

from lintel.cli import options
from lintel.config import Database, Loaded, load
from lintel.config.load import DEFAULT_FILE
from lintel.config.settings import KEYS, SECTIONS, Key

app = typer.Typer(help="Check and show the configuration.", no_args_is_help=True, rich_markup_mode=None)

MASK = "***"


@app.command()
def check(file: options.File = None) -> None:
    """Check the configuration and all files that it names.

    Plans, secrets and certificates are read as `serve` would read them; exit code 2 with the first error.
    """
    from lintel.app import configuration

    loaded = load(file)
    read = configuration.of(loaded.settings)
    read.check_alone()
    named = loaded.file or f"defaults and LINTEL_* variables (no {DEFAULT_FILE} here)"
    typer.echo(f"{named}: fine; {len(read.plans)} plan{'' if len(read.plans) == 1 else 's'}")


@app.command()
def show(
    file: options.File = None,
    origin: Annotated[bool, typer.Option("--origin", help="Say for each value where it came from.")] = False,
) -> None:
    """Print the configuration in force as TOML. Passwords and tokens are masked."""
    loaded = load(file)
    for section in SECTIONS:
        typer.echo(f"[{section}]")
        for key in KEYS.values():
            if key.section == section:
                typer.echo(_line(key, loaded, origin))
        typer.echo()
    if loaded.settings.databases:
        typer.echo("[databases]")
    for database in loaded.settings.databases:
        typer.echo(_database(database, origin))


def _database(database: Database, origin: bool) -> str:
    from lintel.log import safe

    dsn, control_dsn = (_toml(safe(text)) for text in (database.dsn, database.control_dsn))
    said = f"{{ dsn = {dsn}, control_dsn = {control_dsn} }}" if database.control_dsn else dsn
    return f"{_toml(database.name)} = {said}" + (f"  # {database.file}" if origin else "")


def _line(key: Key, loaded: Loaded, origin: bool) -> str:
    value = getattr(getattr(loaded.settings, key.section), key.name)
    comment = f"  # {loaded.origins[key.dotted]}" if origin else ""
    return f"{key.name} = {_toml(_masked(key, value))}{comment}"


def _masked(key: Key, value: object) -> object:
    if not key.secret or not value:
        return value
    from lintel.log import safe

    return safe(value) if key.name != "token" else MASK


def _toml(value: object) -> str:
    # A JSON string or list of strings is TOML, too.
    if isinstance(value, float):
        return f'"{value:g}s"'
    if isinstance(value, int):
        return str(value)
    return json.dumps(list(value) if type(value) is tuple else str(value), ensure_ascii=False)

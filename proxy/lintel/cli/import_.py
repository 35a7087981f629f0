"""`lintel import`: dependencies from before the proxy was there."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from lintel.cli import options
from lintel.config import Flag, load

app = typer.Typer(
    help="Add what a server has counted or logged to the store.", no_args_is_help=True, rich_markup_mode=None
)

Logs = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Log files, gzipped or not, the oldest first.")]
Zone = Annotated[
    str | None,
    typer.Option("--timezone", metavar="NAME", help="The server's log_timezone, where the log says too little."),
]
AsJson = Annotated[bool, typer.Option("--json", help="A line of JSON for each source.")]


@app.command("pg_stat_statements")
def pg_stat_statements(
    file: options.File = None,
    store: options.Store = None,
    server: options.Server = None,
    as_json: AsJson = False,
) -> None:
    """Add the statements that a server has counted.

    Those since the last import, or since its statistics were reset.
    """
    from lintel.imports import import_statements, importing

    settings = load(file, [Flag("--store", "record.store", store), Flag("--server", "server.dsn", server)]).settings
    with importing(Path(settings.record.store), settings.server.dsn) as (target, catalogs):
        _tell("pg_stat_statements", import_statements(target, catalogs)._asdict(), as_json)
    _warn(catalogs.unknown)


@app.command()
def csvlog(
    files: Logs,
    file: options.File = None,
    store: options.Store = None,
    server: options.Server = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Add the statements of csvlog files. What was imported before is not counted again."""
    _logs("csvlog", files, _store(file, store), server, zone, as_json)


@app.command()
def jsonlog(
    files: Logs,
    file: options.File = None,
    store: options.Store = None,
    server: options.Server = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Add the statements of jsonlog files. What was imported before is not counted again."""
    _logs("jsonlog", files, _store(file, store), server, zone, as_json)


def _logs(form: str, files: list[Path], store: Path, server: str | None, zone: str | None, as_json: bool) -> None:
    from lintel.imports import import_log, importing

    with importing(store, server) as (target, catalogs):
        for path in files:
            _tell(str(path), import_log(path, form, target, catalogs, zone)._asdict(), as_json)
    _warn(catalogs.unknown)


def _store(file: Path | None, store: str | None) -> Path:
    return Path(load(file, [Flag("--store", "record.store", store)]).settings.record.store)


def _tell(source: str, summary: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"source": source, **summary}))
    elif summary["already"]:
        typer.echo(f"{source}: nothing new")
    else:
        typer.echo(
            f"{source}: {summary['calls']:,} calls; of what uses tables, {summary['statements']:,} statements by"
            f" {summary['clients']:,} clients, {summary['opaque']:,} of them not understood{_unread(summary['unread'])}"
        )


def _unread(entries: int) -> str:
    return f"; {entries:,} entries could not be read" if entries else ""


def _warn(databases: Iterable[str]) -> None:
    for name in sorted(databases):
        typer.echo(f"lintel: no catalog of database {name} is known, so nothing was understood there; give --server",
                   err=True)  # fmt: skip

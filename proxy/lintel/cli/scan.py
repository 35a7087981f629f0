"""`lintel scan`: who in source code uses a table's columns."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lintel.cli import options, sources
from lintel.config import ConfigError

CLEAN, FINDINGS, OPAQUE = 0, 1, 3


class Form(StrEnum):
    """How the result is written."""

    text = "text"
    json = "json"


def scan(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Directories or files.")],
    dialect: Annotated[
        str | None, typer.Option("--dialect", metavar="NAME", help="Of the SQL, where it is not Postgres': snowflake.")
    ] = None,
    table: Annotated[str | None, typer.Option("--table", metavar="NAME", help="Only this table.")] = None,
    column: Annotated[str | None, typer.Option("--column", metavar="NAME", help="Only this column.")] = None,
    store: options.Store = None,
    schema: options.Schema = None,
    server: options.Server = None,
    form: Annotated[Form, typer.Option("--format", help="For people, or for programs.")] = Form.text,
) -> None:
    """Say who in source code uses a table's columns.

    SQL files, SQL in strings of other languages, notebooks, dbt projects, models and serializers; the tables are those
    of --server, --schema or the catalog that --store keeps. Exit code 0: nobody, 1: findings, 3: nobody that could be
    understood.
    """
    from lintel.report.filters import name
    from lintel.scan import Target, render
    from lintel.scan import scan as run

    if dialect is not None:
        _check(dialect)
    world = _world(store, schema, server)
    wanted = None if table is None else name("--table", table, 2)
    target = Target(*world, wanted, None if column is None else name("--column", column, 1))
    result = run(paths, target, dialect)
    typer.echo(render(result, form.value), nl=False)
    raise typer.Exit(FINDINGS if result.uses else OPAQUE if result.opaque else CLEAN)


def _check(dialect: str) -> None:
    from lintel.dialects import dialects

    known = dialects()
    if dialect not in known and dialect != "postgresql":
        raise ConfigError("--dialect", dialect, f"expected one of {', '.join(known)}")


def _world(store: str | None, schema: Path | None, server: str | None) -> sources.World:
    given = [option for option in (store, schema, server) if option is not None]
    if len(given) != 1:
        raise ConfigError("lintel scan", "", "expected one of --server, --schema and --store")
    return sources.world(server, schema) if store is None else _kept(Path(store))


def _kept(store: Path) -> sources.World:
    """The catalog that a store keeps, if it is of one database."""
    from lintel.store import Reader

    reader = Reader(store)
    try:
        found = [(database, reader.catalog(database)) for database in reader.databases()]
    finally:
        reader.close()
    kept = [(database, schema) for database, schema in found if schema is not None]
    if len(kept) != 1:
        said = "no catalog" if not kept else "catalogs of " + ", ".join(database for database, _ in kept)
        raise ConfigError("--store", str(store), f"keeps {said}; give --server")
    return sources.World(kept[0][1], sources.PUBLIC)

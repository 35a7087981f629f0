"""`lintel demo`: the whole of it in a minute, on a server of its own."""

from pathlib import Path
from typing import Annotated

import typer

from lintel.config import ConfigError


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End by itself; exit 0 only if Lintel kept all errors away.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="End stdout with one line of JSON.")] = False,
    pg_bindir: Annotated[
        Path | None, typer.Option("--pg-bindir", metavar="DIR", help="Where initdb and postgres are.")
    ] = None,
) -> None:
    """Play a column change under three live services.

    First straight at a throw-away Postgres, then the same through Lintel.
    """
    try:
        from lintel.demo.run import main
    except ModuleNotFoundError as missing:
        raise ConfigError("lintel demo", "", f"needs the extra pg-lintel[demo] ({missing.name} is missing)") from None
    raise typer.Exit(main(once=once, as_json=as_json, bindir=pg_bindir))

"""All commands in one application, and what becomes of an error: one line on stderr and an exit code."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from lintel import __version__
from lintel.cli import check, config, demo, doctor, impact, import_, operations, plan, report, scan, serve, statements
from lintel.config import ConfigError

USAGE = 2

app = typer.Typer(
    name="lintel",
    help="Carries live Postgres traffic while a table column goes in.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command()(serve.serve)
app.command()(report.report)
app.command()(impact.impact)
app.command()(check.check)
app.command()(impact.explain)
app.command()(statements.analyze)
app.command()(statements.rewrite)
app.add_typer(import_.app, name="import")
app.command()(scan.scan)
app.add_typer(plan.app, name="plan")
app.add_typer(config.app, name="config")
app.command()(doctor.doctor)
app.command()(operations.status)
app.command()(operations.off)
app.command()(operations.on)
app.command()(operations.healthcheck)
app.command()(operations.wait)
app.command()(demo.demo)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"lintel {__version__}")
        raise typer.Exit


@app.callback()
def _lintel(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    pass


def run(arguments: Sequence[str]) -> int:
    """The exit code of the command that the arguments name."""
    try:
        app(list(arguments), prog_name="lintel")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except ConfigError as problem:
        return _failed(problem)
    except Exception as problem:
        from lintel.store import StoreError

        if not isinstance(problem, StoreError):
            raise
        return _failed(problem)
    return 0


def _failed(problem: Exception) -> int:
    print(f"lintel: {problem}", file=sys.stderr)
    return USAGE

"""`lintel check`: migration files in CI."""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lintel.cli import options, sources
from lintel.cli import output as to
from lintel.cli.report import Output, Since
from lintel.config import ConfigError

if TYPE_CHECKING:
    from lintel.gate import Result
    from lintel.report.breakage import Catalog

Paths = Annotated[list[Path], typer.Argument(metavar="PATH...", help="Migrations or plans: files, or directories.")]


class Form(StrEnum):
    """How the result is written."""

    text = "text"
    json = "json"
    github = "github"
    sarif = "sarif"
    junit = "junit"


class Adapter(StrEnum):
    """Whose migrations they are."""

    auto = "auto"
    sql = "sql"
    alembic = "alembic"
    django = "django"


def check(
    paths: Paths,
    file: options.File = None,
    store: options.Store = None,
    server: options.Server = None,
    database: Annotated[
        str | None, typer.Option("--database", metavar="NAME", help="Which, where the store keeps several.")
    ] = None,
    since: Since = None,
    at_least: Annotated[
        str,
        typer.Option("--at-least", metavar="TIME", help="Nothing found in less time than this is exit code 3: 7d."),
    ] = "0s",
    since_commit: Annotated[
        str | None,
        typer.Option("--since-commit", metavar="REF", help="Only files that changed since the branch left REF."),
    ] = None,
    adapter: Annotated[Adapter, typer.Option("--adapter", help="Whose migrations they are.")] = Adapter.auto,
    python: Annotated[
        str | None,
        typer.Option("--python", metavar="PATH", help="The Python that has the project's Alembic or Django."),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", metavar="FILE", help="Findings that are known and accepted.")
    ] = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Accept what is found now: write it to --baseline.")
    ] = False,
    form: Annotated[Form, typer.Option("--format", help="For people, or for programs.")] = Form.text,
    output: Output = None,
) -> None:
    """Say what migrations would break among what was seen.

    Each after those before it: SQL files, Alembic's and Django's migrations, plans. Exit code 0: nothing, 1: findings,
    2: something cannot be judged, 3: not enough was seen to say.
    """
    from lintel import gate

    if write_baseline and baseline is None:
        raise ConfigError("--write-baseline", "", "expected --baseline FILE as well")
    request = gate.Request(tuple(paths), adapter.value, since_commit, python)
    source = gate.Source(to.store_path(file, store), _live(server), database, *_period(since, at_least))
    result = gate.check(request, source, None if write_baseline else baseline)
    if write_baseline and baseline is not None:
        raise typer.Exit(_accept(baseline, result))
    to.write(gate.render(result, form.value, width=to.width(), colour=to.colour(output)), output)
    if form is Form.github:
        _summarise(result)
    raise typer.Exit(result.code)


def _period(since: str | None, at_least: str) -> tuple[str | None, float]:
    from lintel.report.filters import length, moment

    return None if since is None else moment("--since", since), length("--at-least", at_least)


def _live(server: str | None) -> "Catalog | None":
    from lintel.report.breakage import Catalog

    return None if server is None else Catalog(sources.database(server), *sources.world(server, None))


def _accept(baseline: Path, result: "Result") -> int:
    from lintel.gate.baseline import write

    number = write(baseline, (found for judged in result.judged for found in judged.found))
    typer.echo(f"{baseline}: {number} accepted")
    return result.code if result.code == 2 else 0


def _summarise(result: "Result") -> None:
    from lintel.gate.github import step_summary

    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        with Path(path).open("a", encoding="utf-8") as summary:
            summary.write(step_summary(result) + "\n")
    except OSError as problem:
        raise ConfigError("GITHUB_STEP_SUMMARY", path, f"cannot be written: {problem.strerror}") from None

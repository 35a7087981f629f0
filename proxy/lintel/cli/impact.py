"""`lintel impact`: what of all that was seen a change would break. `lintel explain`: what its rules mean."""

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lintel.cli import options, output, sources
from lintel.cli.report import Output, Since
from lintel.config import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lintel.impact import Script
    from lintel.report.breakage import Catalog
    from lintel.report.code_uses import CodeUse
    from lintel.schema import Schema


class Form(StrEnum):
    """How the findings are written."""

    text = "text"
    json = "json"


def impact(
    changes: Annotated[
        list[str] | None, typer.Argument(metavar="[DDL | FILE...]", help="ALTER TABLE ..., or .sql files in order.")
    ] = None,
    scripts: Annotated[
        list[Path] | None, typer.Option("-f", "--file", metavar="FILE", help="A file of DDL; may be repeated.")
    ] = None,
    plan: Annotated[Path | None, typer.Option("--plan", metavar="FILE", help="The change of a plan instead.")] = None,
    file: options.File = None,
    store: options.Store = None,
    server: options.Server = None,
    since: Since = None,
    at_least: Annotated[
        str, typer.Option("--at-least", metavar="TIME", help="Nothing found in less time than this is exit code 3: 7d.")
    ] = "0s",
    code: Annotated[
        list[Path] | None, typer.Option("--code", metavar="PATH", help="Source code to look through as well.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="For people, or for programs.")] = Form.text,
    target: Output = None,
) -> None:
    """Say what a change would break among what was seen.

    And what the DDL itself locks, rewrites and scans. Against the catalog of --server, else the one that the store
    keeps. Exit code 0: nothing, 1: findings, 3: not enough traffic was seen to say.
    """
    from lintel.report import breakage
    from lintel.report.filters import length, moment

    change = _change(changes or [], scripts or [], plan)
    verdict = breakage.run(
        output.store_path(file, store),
        change,
        form.value,
        catalog=None if server is None else _live(server),
        period=breakage.Period(
            None if since is None else moment("--since", since),
            length("--at-least", at_least),
            partial(_uses_in, code) if code else None,
        ),
        width=output.width(),
        colour=output.colour(target),
    )
    output.write([verdict.output], target)
    raise typer.Exit(verdict.code)


def _uses_in(code: list[Path], schema: "Schema", search_path: tuple[str, ...]) -> "Iterator[CodeUse]":
    """As `lintel scan` finds them."""
    from lintel.report.code_uses import CodeUse
    from lintel.scan import Target, scan

    for use in scan(code, Target(schema, search_path)).uses:
        yield CodeUse(use.file, use.line, use.table, use.column, use.kind, use.reader, use.sure)


def _live(server: str) -> "Catalog":
    from lintel.report import breakage

    world = sources.world(server, None)
    return breakage.Catalog(sources.database(server), *world, look=partial(sources.activity, server))


def _change(given: list[str], files: list[Path], plan: Path | None) -> "str | list[Script]":
    """One of them: DDL, files, a plan."""
    named = [Path(text) for text in given if text.endswith(".sql")]
    if (
        bool(given) + bool(files) + (plan is not None) != 1
        or (named and len(named) < len(given))
        or (not named and len(given) > 1)
    ):
        raise ConfigError("lintel impact", "", "expected one of DDL, .sql files and --plan FILE")
    if plan is not None:
        from lintel.plan import load

        return load(plan).ddl
    if files or named:
        return [_script(path) for path in (*files, *named)]
    return given[0]


def _script(path: Path) -> "Script":
    from lintel.impact import Script

    try:
        return Script(path.read_bytes(), str(path))
    except OSError as problem:
        raise ConfigError(str(path), "", f"cannot be read: {problem.strerror}") from None


def explain(
    rule: Annotated[str | None, typer.Argument(metavar="[RULE]", help="Such as ADD-01; without it, all.")] = None,
) -> None:
    """Say what a rule of `impact` means. With an example, and what to do about it."""
    from lintel.impact import explanations

    if rule is None:
        typer.echo(explanations.listed())
        return
    try:
        typer.echo(explanations.explained(rule.upper()))
    except KeyError:
        raise ConfigError("explain", "", f"there is no rule {rule}; `lintel explain` lists all") from None

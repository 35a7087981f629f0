"""`lintel analyze` and `lintel rewrite`: one statement, dry. One line of JSON per input, flushed as it is known."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from lintel.cli import options, sources
from lintel.config import ConfigError

Sql = Annotated[
    str | None,
    typer.Argument(metavar="[SQL]", help="One text; without it NUL-separated texts from stdin.", show_default=False),
]


class Side(StrEnum):
    """Which table a client was built for."""

    old = "old"
    new = "new"


def analyze(sql: Sql = None, server: options.Server = None, schema: options.Schema = None) -> None:
    """Say which columns a statement reads and writes."""
    from lintel.analysis import analyze as facts_of

    world = sources.world(server, schema)
    for text in sources.inputs(sql):
        facts = facts_of(text, world.schema, world.search_path)
        _print({"sql": _as_given(text), **facts.as_dict()})


def rewrite(
    plan: Annotated[list[str], typer.Option("--plan", metavar="FILE", help="A plan; may be repeated.")],
    sql: Sql = None,
    server: options.Server = None,
    schema: options.Schema = None,
    sees: Annotated[Side | None, typer.Option("--sees", help="Built for the table before or after the change.")] = None,
    client: Annotated[
        list[str] | None,
        typer.Option("--client", metavar="KEY=VALUE", help="application_name, user, database, address or tag.NAME."),
    ] = None,
) -> None:
    """Say what becomes of a statement under a plan."""
    from lintel.cli.dry import judge
    from lintel.plan import in_force, load_all

    plans = in_force(load_all(plan))
    verdict = judge(sources.world(server, schema), plans, sees.value if sees else None, _pairs(client or []))
    for text in sources.inputs(sql):
        _print(verdict(text))


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = {}
    for pair in given:
        key, equals, value = pair.partition("=")
        if not equals:
            raise ConfigError("--client", "", "expected KEY=VALUE")
        pairs[key] = value
    return pairs


def _as_given(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def _print(answer: dict[str, object]) -> None:
    print(json.dumps(answer), flush=True)

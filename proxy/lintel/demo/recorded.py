"""What Lintel wrote down of the shop's table while the story was played, and what follows from it for the change."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from lintel.demo import shop
from lintel.impact import RULES
from lintel.report import breakage
from lintel.schema import Schema
from lintel.store import Filter, Reader, UseRow

TABLE = "public.orders"
SECONDS = 2.0  # by then what was observed is in the store


@dataclass
class Usage:
    """How one client depends on the table."""

    client: str
    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    stars: dict[str, int] = field(default_factory=dict)  # statement -> calls
    positional: dict[str, int] = field(default_factory=dict)


def usages(store: Path) -> list[Usage]:
    """By client."""
    with closing(Reader(store)) as reader:
        return sorted(_by_client(reader.uses(Filter(table=TABLE))), key=lambda usage: usage.client)


def _by_client(rows: Iterable[UseRow]) -> Iterable[Usage]:
    found: defaultdict[str, list[UseRow]] = defaultdict(list)
    for row in rows:
        found[row.client].append(row)
    return [_usage(client, rows) for client, rows in found.items()]


def _usage(client: str, rows: Iterable[UseRow]) -> Usage:
    usage = Usage(client)
    columns = {"read": usage.reads, "write": usage.writes}
    calls = {"star": usage.stars, "positional": usage.positional}
    for row in rows:
        if row.use.kind in columns and row.use.column is not None:
            columns[row.use.kind].add(row.use.column)
        elif row.use.kind in calls:
            calls[row.use.kind][row.statement] = row.calls
    return usage


class Warned(NamedTuple):
    """What `lintel impact` says of one client."""

    rule: str
    client: str
    effect: str  # SQLSTATE, or "silent"
    title: str
    calls: int


def warnings(store: Path, before: Schema) -> list[Warned]:
    """What `lintel impact` says of the ALTER, asked with the schema as it was before."""
    verdict = breakage.run(store, shop.ALTER, "json", catalog=breakage.Catalog("shop", before))
    calls: Counter[tuple[str, str]] = Counter()
    for finding in json.loads(verdict.output)["findings"]:
        if finding["client"] is not None:
            calls[finding["client"], finding["rule"]] += finding["calls"]
    rules = ((client, RULES[rule], count) for (client, rule), count in sorted(calls.items()))
    return [Warned(rule.id, client, rule.sqlstate or "silent", rule.title, count) for client, rule, count in rules]

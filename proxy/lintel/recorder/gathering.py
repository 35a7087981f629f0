"""From counts of Statements to rows of the store. Runs in the store's thread."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from lintel.analysis.facts import Facts
from lintel.policy.statement import Statement
from lintel.recorder.identity import tagged_name
from lintel.store import Batch, Observation, Recorded, split, uses_of

MAX_CLIENTS = 10_000  # distinct names a process brings to the store; the others are one
OTHERS = "(other clients)"
MAX_KNOWN = 2_000
SLICE = 1_000

Key = tuple[Statement, str, str]  # statement, client, database


class Counts(NamedTuple):
    """What was observed from `since` to `until`."""

    since: float
    until: float
    calls: dict[Key, int]
    errors: dict[tuple[Key, str], int]
    dropped: int


class Gathering:
    """Makes batches; remembers what it has made of a Statement."""

    def __init__(self, targets: tuple[str, ...] = ()) -> None:
        self._targets = targets
        self._known: dict[tuple[Statement, str], Recorded | None] = {}
        self._clients: set[str] = set()

    def batches(self, counts: Counts) -> Iterator[Batch]:
        """The rows that these counts come to, a slice at a time: what lives long costs the event loop GC pauses."""
        errors: dict[Key, dict[str, int]] = {}
        for (key, sqlstate), calls in counts.errors.items():
            errors.setdefault(key, {})[sqlstate] = calls
        items = iter(counts.calls.items())
        left, dropped = len(counts.calls), counts.dropped
        while True:
            left -= SLICE
            yield self._batch(
                Batch(counts.since, counts.until, dropped=dropped, last=left <= 0), islice(items, SLICE), errors
            )
            dropped = 0
            if left <= 0:
                return

    def _batch(self, batch: Batch, calls: Iterable[tuple[Key, int]], errors: dict[Key, dict[str, int]]) -> Batch:
        rows: dict[tuple[Recorded, str], Observation] = {}
        for key, number in calls:
            row = self._row(key, rows)
            if row is None:
                batch.other += number
                continue
            statement = key[0]
            row.calls += number
            row.verdicts[statement.verdict] = row.verdicts.get(statement.verdict, 0) + number
            row.refusal = (statement.message if statement.facts.verb else None) or row.refusal
            for sqlstate, failed in errors.get(key, {}).items():
                row.errors[sqlstate] = row.errors.get(sqlstate, 0) + failed
        batch.observations.extend(rows.values())
        return batch

    def _row(self, key: Key, rows: dict[tuple[Recorded, str], Observation]) -> Observation | None:
        statement, client, database = key
        recorded = self._recorded(statement, database)
        if recorded is None:
            return None
        name = self._bounded(tagged_name(statement.tags) or client)
        found = rows.get((recorded, name))
        if found is None:
            found = rows[recorded, name] = Observation(recorded, name)
        return found

    def _recorded(self, statement: Statement, database: str) -> Recorded | None:
        key = (statement, database)
        if key not in self._known:
            while len(self._known) >= MAX_KNOWN:
                del self._known[next(iter(self._known))]
            self._known[key] = recorded(statement, database) if is_target(statement.facts, self._targets) else None
        return self._known[key]

    def _bounded(self, client: str) -> str:
        if client not in self._clients:
            if len(self._clients) >= MAX_CLIENTS:
                return OTHERS
            self._clients.add(client)
        return client


def recorded(statement: Statement, database: str) -> Recorded:
    """The row of a statement."""
    facts = statement.facts
    uses = frozenset(uses_of(facts))
    return Recorded(database, statement.search_path, statement.shape, facts.verb, _without_text(facts), uses)


def _without_text(facts: Facts) -> str | None:
    """Why it is opaque. A syntax error quotes the text, which may be a literal; other reasons only name names."""
    return (
        facts.opaque
        if facts.opaque is None or facts.verb
        else facts.opaque.partition('"')[0].removesuffix(" at or near ")
    )


def is_target(facts: Facts, targets: tuple[str, ...]) -> bool:
    """Whether a statement is recorded in full: it touches a target table, or nobody can tell."""
    if facts.opaque is not None or not targets:
        return bool(facts.opaque or facts.tables)
    tables = {*facts.tables, *(split(name)[0] for name in facts.base_reads + facts.base_writes)}
    return any(_names(target, table) for target in targets for table in tables)


def _names(target: str, table: str) -> bool:
    """`public.orders`, `orders` in any schema, or `public.*`."""
    schema, bare = split(table)
    return target in (table, bare, f"{schema}.*")

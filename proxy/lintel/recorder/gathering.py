"""From counts of Statements to rows of the store. Runs in the store's thread."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

import structlog

from lintel.analysis.facts import Facts
from lintel.policy.statement import Statement
from lintel.policy.targets import is_named
from lintel.recorder.changes import Changes
from lintel.recorder.count import Count
from lintel.recorder.identity import tagged_name
from lintel.recorder.tally import Taken
from lintel.sql.stored import shown
from lintel.store import Batch, Observation, Recorded, SideKey, UnplannedKey, split, uses_of

MAX_CLIENTS = 10_000  # distinct names a process brings to the store; the others are one
OTHERS = "(other clients)"
MAX_KNOWN = 2_000
SLICE = 500

_log = structlog.get_logger(__name__)


class Counts(NamedTuple):
    """What was observed from `since` to `until`."""

    since: float
    until: float
    taken: list[Taken]
    dropped: Counter[str]  # by database
    closing: bool = False  # the last of them
    plans: Mapping[str, float] = {}  # in force, by id: since when

    @property
    def calls(self) -> Counter[str]:
        """How many, by database."""
        calls: Counter[str] = Counter()
        for taken in self.taken:
            calls[taken.database] += sum(count.calls for count in taken.counts.values())
        return calls


class Gathering:
    """Makes batches; remembers what it has made of a Statement."""

    def __init__(self, targets: tuple[str, ...] = (), changes: Changes | None = None) -> None:
        self.other_clients = 0  # calls of clients beyond MAX_CLIENTS
        self._targets = targets
        self._changes = changes or Changes(0.0)
        self._known: dict[tuple[Statement, str], Recorded | None] = {}
        self._clients: set[str] = set()

    def batches(self, counts: Counts) -> Iterator[Batch]:
        """The rows that these counts come to, a slice at a time: what lives long costs the event loop GC pauses."""
        observed = _observed(counts.taken)
        left = sum(len(taken.counts) for taken in counts.taken)
        while True:
            left -= SLICE
            batch = Batch(counts.since, counts.until, last=left <= 0, closing=counts.closing, plans=counts.plans)
            yield self._filled(batch, islice(observed, SLICE))
            if left <= 0:
                return

    def _filled(self, batch: Batch, observed: Iterable["_Observed"]) -> Batch:
        rows: dict[tuple[str, str], Observation] = {}
        for one in observed:
            row = self._row(one, rows)
            if row is None:
                batch.other[one.database] = batch.other.get(one.database, 0) + one.counted.calls
            else:
                _add(row, one)
            for sided in one.statement.sides:
                client = self._bounded(tagged_name(one.statement.tags) or one.client, 0)
                batch.sides[SideKey(one.database, client, *sided), one.statement.verdict] += one.counted.calls
            self._unplanned(batch, one)
        batch.observations.extend(rows.values())
        return batch

    def _unplanned(self, batch: Batch, one: "_Observed") -> None:
        """What it changed that no plan announced; what failed of itself changed nothing."""
        refused = one.statement.verdict == "refuse"
        calls = one.counted.calls if refused else one.counted.calls - sum(one.errors.values())
        for change in one.statement.unplanned if calls > 0 else ():
            client = self._bounded(tagged_name(one.statement.tags) or one.client, 0)
            key = UnplannedKey(one.database, change.table, change.change, client)
            batch.unplanned[key, refused] += calls
            self._changes.tell("refused" if refused else "run", key, calls, warn=change.warn)

    def _row(self, one: "_Observed", rows: dict[tuple[str, str], Observation]) -> Observation | None:
        recorded = self._recorded(one.statement, one.database)
        if recorded is None:
            return None
        name = self._bounded(tagged_name(one.statement.tags) or one.client, one.counted.calls)
        key = (recorded.id, name)
        found = rows.get(key)
        if found is None:
            found = rows[key] = Observation(recorded, name)
        return found

    def _recorded(self, statement: Statement, database: str) -> Recorded | None:
        key = (statement, database)
        if key not in self._known:
            while len(self._known) >= MAX_KNOWN:
                del self._known[next(iter(self._known))]
            _explain(statement, database)
            wanted = bool(statement.unplanned) or is_target(statement.facts, self._targets)
            self._known[key] = recorded(statement, database) if wanted else None
        return self._known[key]

    def _bounded(self, client: str, calls: int) -> str:
        if client not in self._clients:
            if len(self._clients) >= MAX_CLIENTS:
                self.other_clients += calls
                return OTHERS
            self._clients.add(client)
        return client


def _explain(statement: Statement, database: str) -> None:
    """Say once of a statement which rules have edited it, or why it was refused; shapes and names only."""
    if statement.verdict == "allow":
        return
    told = {"database": database, "plans": statement.plans, "sql": shown(statement.shape)}
    if statement.sqlstate is None:
        _log.debug("statement rewritten", verdict=statement.verdict, rules=statement.rules, **told)
    else:  # of what is no SQL the message quotes the text
        why = statement.message if statement.facts.verb else None
        _log.info("statement refused", verdict=statement.verdict, sqlstate=statement.sqlstate, why=why, **told)


class _Observed(NamedTuple):
    """One statement of one client."""

    client: str
    database: str
    statement: Statement
    counted: Count
    errors: dict[str, int]


def _observed(every: list[Taken]) -> Iterator[_Observed]:
    for taken in every:
        errors: defaultdict[Statement, dict[str, int]] = defaultdict(dict)
        for (statement, sqlstate), calls in taken.errors.items():
            errors[statement][sqlstate] = calls
        for statement, count in taken.counts.items():
            yield _Observed(taken.client, taken.database, statement, count, errors.get(statement, {}))


def _add(row: Observation, one: _Observed) -> None:
    statement = one.statement
    row.calls += one.counted.calls
    row.verdicts[statement.verdict] = row.verdicts.get(statement.verdict, 0) + one.counted.calls
    row.refusal = (statement.message if statement.facts.verb else None) or row.refusal
    for sqlstate, failed in one.errors.items():
        row.errors[sqlstate] = row.errors.get(sqlstate, 0) + failed
    row.rows += one.counted.rows
    for bucket, timed in one.counted.buckets.items():
        row.timed[bucket] = row.timed.get(bucket, 0) + timed


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
        return bool(facts.opaque or facts.tables or facts.row_types)
    tables = {*facts.tables, *facts.row_types, *(split(name)[0] for name in facts.base_reads + facts.base_writes)}
    return any(is_named(targets, *split(table)) for table in tables)

"""What a relaying process says of itself, and what several of them come to. Plain values: they travel over a pipe."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace

from lintel.metrics import CatalogState, Counters, Exporter, LoopLag, RecorderState
from lintel.shield.phase import Phase


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """One database, by the name that clients ask for."""

    name: str
    route: str
    sessions: int
    age_seconds: float | None  # of its catalog; None: not read yet, or nobody is in it
    phases: dict[str, Phase]  # of its plans, by id
    settled: bool = True  # there is what its plans need, or it is known why not

    def plus(self, other: "DatabaseState") -> "DatabaseState":
        """The same database in two processes; one that nobody is in knows less of it."""
        known, more = sorted((self, other), key=lambda one: -one.sessions)
        ages = [age for age in (self.age_seconds, other.age_seconds) if age is not None]
        phases = {**more.phases, **{i: p for i, p in known.phases.items() if p != "unknown" or i not in more.phases}}
        sessions, settled = self.sessions + other.sessions, self.settled and other.settled
        return DatabaseState(self.name, self.route, sessions, max(ages, default=None), phases, settled)


@dataclass(frozen=True, slots=True)
class State:
    """The totals of one process, or of several."""

    counters: Counters = field(default_factory=Counters)
    lag: LoopLag = field(default_factory=LoopLag)
    catalog: CatalogState = field(default_factory=CatalogState)
    recorder: RecorderState = field(default_factory=RecorderState)
    decisions: int = 0
    databases: tuple[DatabaseState, ...] = ()

    def plus(self, other: "State") -> "State":
        """Both together. A database that both follow is one; the oldest catalog is the one that matters."""
        return State(
            _counters(self.counters, other.counters),
            _lag(self.lag, other.lag),
            _catalog(self.catalog, other.catalog),
            _recorder(self.recorder, other.recorder),
            self.decisions + other.decisions,
            _databases(self.databases + other.databases),
        )

    def of_the_past(self) -> "State":
        """What remains of a process that has ended: what only ever grows."""
        counters = _counters(self.counters, Counters())
        counters.sessions = 0
        recorder = self.recorder
        return State(
            counters,
            self.lag,
            CatalogState(0, None, self.catalog.refreshes, self.catalog.failures),
            replace(recorder, pending=0, unwritten_seconds=0.0),
        )

    def exporter(self, *, compiled: bool, enforced: bool) -> Exporter:
        """For Prometheus."""
        return Exporter(
            self.counters,
            self.lag,
            catalog=lambda: self.catalog,
            recorder=lambda: self.recorder,
            decisions=lambda: self.decisions,
            compiled=compiled,
            enforced=enforced,
        )


def total(states: Iterable[State]) -> State:
    """All of them together."""
    result = State()
    for state in states:
        result = result.plus(state)
    return result


def _databases(every: Iterable[DatabaseState]) -> tuple[DatabaseState, ...]:
    found: dict[tuple[str, str], DatabaseState] = {}
    for one in every:
        key = (one.route, one.name)
        found[key] = found[key].plus(one) if key in found else one
    return tuple(found.values())


def _counters(one: Counters, other: Counters) -> Counters:
    result = Counters()
    for each in fields(Counters):
        setattr(result, each.name, _sum(getattr(one, each.name), getattr(other, each.name)))
    return result


def _sum(one: int | dict[str, int], other: int | dict[str, int]) -> int | dict[str, int]:
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: one.get(key, 0) + other.get(key, 0) for key in {**one, **other}}
    assert isinstance(one, int)
    assert isinstance(other, int)
    return one + other


def _lag(one: LoopLag, other: LoopLag) -> LoopLag:
    result = LoopLag()
    result.counts = [a + b for a, b in zip(one.counts, other.counts, strict=True)]
    result.total_seconds = one.total_seconds + other.total_seconds
    return result


def _catalog(one: CatalogState, other: CatalogState) -> CatalogState:
    return CatalogState(
        max(one.databases, other.databases),
        max((age for age in (one.age_seconds, other.age_seconds) if age is not None), default=None),
        one.refreshes + other.refreshes,
        one.failures + other.failures,
    )


def _recorder(one: RecorderState, other: RecorderState) -> RecorderState:
    both = RecorderState(*(getattr(one, each.name) + getattr(other, each.name) for each in fields(RecorderState)))
    return replace(both, unwritten_seconds=max(one.unwritten_seconds, other.unwritten_seconds))

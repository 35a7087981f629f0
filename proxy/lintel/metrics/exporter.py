"""The counters as Prometheus families, made at scrape time.

Where catalog and recorder live is not known here: the composition root passes functions that read their state.
Names are `lintel_*` in base units; labels are verdict, reading, direction, side, how and SQLSTATE, each from a closed
set.
"""

import platform
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from lintel import __version__
from lintel.metrics.counters import Counters
from lintel.metrics.lag import LoopLag


@dataclass(frozen=True, slots=True)
class CatalogState:
    """All live catalogs together (a label per database would be as unbounded as the databases are)."""

    databases: int = 0
    age_seconds: float | None = None  # of the oldest snapshot that sessions depend on; None: no catalog yet
    refreshes: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class RecorderState:
    """How far what was observed has reached the store."""

    pending: int = 0  # aggregated rows not flushed yet
    flushes: int = 0
    failures: int = 0
    dropped: int = 0  # observations lost for good
    other_clients: int = 0  # calls of clients beyond the bound on names
    log_dropped: int = 0  # lines that the query log has not got
    unwritten_seconds: float = 0.0  # how long the store could not be written, up to now
    unplanned_run: int = 0  # changes of target tables that no plan announced
    unplanned_refused: int = 0
    unplanned_past: int = 0  # that only the catalog showed


@dataclass(frozen=True, slots=True)
class Exporter(Collector):
    """A prometheus_client collector over plain state; `collect` is all it does."""

    counters: Counters
    lag: LoopLag | None = None
    catalog: Callable[[], CatalogState] | None = None
    recorder: Callable[[], RecorderState] | None = None
    decisions: Callable[[], int] | None = None  # texts in the decision caches, all contexts together
    compiled: bool = False
    enforced: bool = True

    def collect(self) -> Iterable[Metric]:
        """Every family that there is a source for."""
        yield _build(self.compiled)
        yield _gauge("lintel_enforced", "0: switched off, or dry-run.", int(self.enforced))
        yield from _sessions(self.counters)
        yield from _statements(self.counters)
        if self.decisions is not None:
            yield _gauge("lintel_decisions_cached", "Statement texts in the decision caches.", self.decisions())
        if self.catalog is not None:
            yield from _catalog(self.catalog())
        if self.recorder is not None:
            yield from _recorder(self.recorder())
        if self.lag is not None:
            yield _loop_lag(self.lag)


def _build(compiled: bool) -> Metric:
    family = InfoMetricFamily("lintel_build", "This build of Lintel.")
    labels = {"version": __version__, "python": platform.python_version(), "compiled": str(compiled).lower()}
    family.add_metric([], labels)
    return family


def _sessions(counters: Counters) -> Iterator[Metric]:
    yield _gauge("lintel_sessions", "Client sessions open now.", counters.sessions)
    yield _counter("lintel_sessions_total", "Client sessions accepted.", counters.sessions_total)
    stalled = "Sessions closed because a side did not read, by side."
    yield _by_label("lintel_sessions_stalled_total", stalled, "side", counters.stalled)
    directions = {"client_to_server": counters.client_bytes, "server_to_client": counters.server_bytes}
    yield _by_label("lintel_relayed_bytes_total", "Bytes read, by direction.", "direction", directions)


def _statements(counters: Counters) -> Iterator[Metric]:
    yield _by_label("lintel_statements_total", "Statements, by verdict.", "verdict", counters.statements)
    yield _by_label("lintel_refusals_total", "Refusals sent to clients, by SQLSTATE.", "sqlstate", counters.refusals)
    yield _counter("lintel_server_errors_total", "Errors of the server's own, passed on.", counters.errors_passed)
    yield _counter("lintel_retries_total", "Loud texts decided and sent again.", counters.retries)
    prevented = "Loud texts that would have failed in a transaction, and were decided again."
    yield _counter("lintel_loud_prevented_total", prevented, counters.prevented)
    refused = "Loud texts that failed where they could not be sent again, and were refused."
    yield _counter("lintel_loud_refused_total", refused, counters.loud_refused)
    yield _counter("lintel_probes_total", "Tables locked and looked at before a loud text.", counters.probes)
    yield _counter("lintel_reprepared_total", "Prepared statements parsed again.", counters.reprepared)
    readings = "Rewritten statements that the referee was asked about, by what it said."
    yield _by_label("lintel_referee_readings_total", readings, "reading", counters.readings)
    yield _counter("lintel_landed_rows_total", "Parked values moved into their column.", counters.landed)
    yield _counter("lintel_filled_rows_total", "Rows that got what their plan's backfill gives.", counters.filled)


def _catalog(state: CatalogState) -> Iterator[Metric]:
    yield _gauge("lintel_catalog_databases", "Databases with a live catalog.", state.databases)
    if state.age_seconds is not None:
        yield _gauge("lintel_catalog_age_seconds", "Time since the oldest catalog was confirmed.", state.age_seconds)
    yield _counter("lintel_catalog_refreshes_total", "Catalog snapshots read.", state.refreshes)
    yield _counter("lintel_catalog_failures_total", "Catalog reads that failed.", state.failures)


def _recorder(state: RecorderState) -> Iterator[Metric]:
    yield _gauge("lintel_recorder_pending", "Aggregated rows not in the store yet.", state.pending)
    yield _counter("lintel_recorder_flushes_total", "Flushes to the store.", state.flushes)
    yield _counter("lintel_recorder_failures_total", "Flushes that failed and were kept for later.", state.failures)
    yield _counter("lintel_recorder_dropped_total", "Observations lost for good.", state.dropped)
    yield _counter(
        "lintel_recorder_other_clients_total", "Calls of clients that were too many to be named.", state.other_clients
    )
    changes = {"run": state.unplanned_run, "refused": state.unplanned_refused, "past": state.unplanned_past}
    unplanned = "Changes of target tables that no plan announced: run, refused, or made past Lintel."
    yield _by_label("lintel_unplanned_ddl_total", unplanned, "how", changes)
    yield _counter("lintel_query_log_dropped_total", "Lines that the query log has lost.", state.log_dropped)
    yield _gauge(
        "lintel_recorder_unwritten_seconds", "How long the store could not be written so far.", state.unwritten_seconds
    )


def _loop_lag(lag: LoopLag) -> Metric:
    family = HistogramMetricFamily("lintel_loop_lag_seconds", "How late the event loop ran a timer.")
    family.add_metric([], lag.buckets(), lag.total_seconds)
    return family


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_text, value=value)


def _counter(name: str, help_text: str, value: float) -> Metric:
    return CounterMetricFamily(name, help_text, value=value)


def _by_label(name: str, help_text: str, label: str, values: dict[str, int]) -> Metric:
    family = CounterMetricFamily(name, help_text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family

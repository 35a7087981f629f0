"""What a scrape shows: the right values under bounded names and labels."""

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from lintel.metrics import (
    CatalogState,
    Counters,
    Exporter,
    LoopLag,
    RecorderState,
    exposition,
    registry,
)

NAME = re.compile(r"^lintel_[a-z_]+$")
LABELS = {"verdict", "reading", "how", "direction", "side", "sqlstate", "le", "version", "python", "compiled"}


def full(counters: Counters, lag: LoopLag | None = None) -> Exporter:
    return Exporter(
        counters,
        lag=lag or LoopLag(),
        catalog=lambda: CatalogState(databases=2, age_seconds=0.25, refreshes=7, failures=1),
        recorder=lambda: RecorderState(pending=3, flushes=11, failures=2, dropped=5),
        decisions=lambda: 42,
    )


def scrape(exporter: Exporter) -> dict[tuple[str, str], float]:
    """Samples by (name, the one label's value or ""); lintel's own only."""
    text = exposition(registry(exporter))[0].decode()
    families = [family for family in text_string_to_metric_families(text) if family.name.startswith("lintel_")]
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_hot_path_counts_are_what_the_scrape_shows() -> None:
    counters = Counters()
    counters.session_opened()
    counters.session_opened()
    counters.session_closed()
    counters.client_bytes += 100
    counters.server_bytes += 2000
    counters.rewrite += 3
    counters.errors_passed += 4
    counters.retries += 5
    counters.prevented += 2
    counters.loud_refused += 4
    counters.reprepared += 6
    counters.stalled["client"] += 7
    counters.refused("42703")
    seen = scrape(full(counters))
    assert seen["lintel_sessions", ""] == 1
    assert seen["lintel_sessions_total", ""] == 2
    assert seen["lintel_relayed_bytes_total", "client_to_server"] == 100
    assert seen["lintel_relayed_bytes_total", "server_to_client"] == 2000
    assert seen["lintel_statements_total", "rewrite"] == 3
    assert seen["lintel_statements_total", "opaque"] == 0
    assert seen["lintel_refusals_total", "42703"] == 1
    assert seen["lintel_server_errors_total", ""] == 4
    assert seen["lintel_retries_total", ""] == 5
    assert seen["lintel_loud_prevented_total", ""] == 2
    assert seen["lintel_loud_refused_total", ""] == 4
    assert seen["lintel_reprepared_total", ""] == 6
    assert seen["lintel_sessions_stalled_total", "client"] == 7


def test_state_that_others_hold_is_read_at_scrape_time() -> None:
    seen = scrape(full(Counters()))
    assert seen["lintel_catalog_age_seconds", ""] == 0.25
    assert seen["lintel_catalog_refreshes_total", ""] == 7
    assert seen["lintel_catalog_failures_total", ""] == 1
    assert seen["lintel_recorder_pending", ""] == 3
    assert seen["lintel_recorder_flushes_total", ""] == 11
    assert seen["lintel_recorder_dropped_total", ""] == 5
    assert seen["lintel_decisions_cached", ""] == 42


def test_a_catalog_that_was_never_read_has_no_age() -> None:
    seen = scrape(Exporter(Counters(), catalog=CatalogState))
    assert ("lintel_catalog_age_seconds", "") not in seen
    assert seen["lintel_catalog_databases", ""] == 0


@pytest.mark.check(21)
def test_names_and_labels_come_from_closed_sets() -> None:
    text = exposition(registry(full(Counters())))[0].decode()
    for family in text_string_to_metric_families(text):
        assert NAME.match(family.name) or family.name.startswith("process_"), family.name
        assert all(set(sample.labels) <= LABELS for sample in family.samples), family.name
        assert family.documentation


@pytest.mark.check(21)
def test_sqlstates_are_capped() -> None:
    counters = Counters()
    for number in range(1000):
        counters.refused(f"X{number:04d}")
    assert len(counters.refusals) <= 33
    assert sum(counters.refusals.values()) == 1000


@pytest.mark.parametrize(("seconds", "bound"), [(0.0, "0.002"), (0.002, "0.002"), (0.03, "0.05"), (99.0, "+Inf")])
def test_lag_falls_into_its_bucket(seconds: float, bound: str) -> None:
    lag = LoopLag()
    lag.observe(seconds)
    first = next(upper for upper, count in lag.buckets() if count == 1)
    assert first == bound
    seen = scrape(full(Counters(), lag))
    assert seen["lintel_loop_lag_seconds_count", ""] == 1
    assert seen["lintel_loop_lag_seconds_sum", ""] == seconds

"""What several processes come to: sums, but for what they share."""

import pickle

from lintel.app.state import State, total
from lintel.metrics import CatalogState, Counters, LoopLag, RecorderState


def state(sessions: int, age: float | None) -> State:
    counters = Counters(sessions=sessions, sessions_total=10, client_bytes=100)
    counters.allow = 5
    counters.refused("42703")
    lag = LoopLag()
    lag.observe(0.003)
    return State(counters, lag, CatalogState(1, age, 2, 1), RecorderState(3, 4, 5, 6, 7, 8, 9.0), 7)


def test_two_processes_add_up() -> None:
    both = total([state(2, 0.5), state(3, 1.5)])
    assert (both.counters.sessions, both.counters.sessions_total, both.counters.client_bytes) == (5, 20, 200)
    assert both.counters.statements["allow"] == 10
    assert both.counters.refusals == {"42703": 2}
    assert sum(both.lag.counts) == 2
    assert both.catalog == CatalogState(1, 1.5, 4, 2), "a database that both follow is one; the oldest catalog matters"
    assert both.recorder == RecorderState(6, 8, 10, 12, 14, 16, 9.0)
    assert both.decisions == 14


def test_of_a_process_that_has_ended_what_only_grows_is_left() -> None:
    past = state(2, 0.5).of_the_past()
    assert (past.counters.sessions, past.counters.sessions_total, past.decisions) == (0, 10, 0)
    assert past.recorder == RecorderState(0, 4, 5, 6, 7, 8)
    assert past.catalog.age_seconds is None


def test_it_travels() -> None:
    sent = pickle.loads(pickle.dumps(state(2, None)))
    assert total([sent]).counters.statements["allow"] == 5

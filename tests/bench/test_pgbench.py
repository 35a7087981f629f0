"""pgbench's report and its log, read; runs that measured nothing are errors."""

import pytest
from bench.failure import BenchFailure
from bench.pgbench import Load, Outcome, logged, outcome

REPORT = """\
pgbench (18.6)
transaction type: <builtin: select only>
query mode: prepared
number of clients: 8
duration: 1 s
number of transactions actually processed: 27671
number of failed transactions: {failed} (0.000%)
latency average = 0.288 ms
initial connection time = 7.041 ms
tps = 27790.513214 (without initial connection time)
"""


def test_the_report_is_read() -> None:
    assert outcome(REPORT.format(failed=0)) == Outcome(27671, 27790.513214)


@pytest.mark.parametrize("output", ["", REPORT.format(failed=3), REPORT.replace("27671", "0")])
def test_a_run_that_measured_nothing_is_an_error(output: str) -> None:
    with pytest.raises(BenchFailure):
        outcome(output)


def test_latencies_come_from_the_third_column() -> None:
    assert logged("0 1 412 0 1763695000 123456\n3 2 97 0 1763695000 123999\n") == [412, 97]


def test_a_load_in_pgbenchs_words() -> None:
    load = Load("prepared", ("-b", "select-only"), clients=8, seconds=3)
    assert load.options() == ["-n", "-M", "prepared", "-c", "8", "-T", "3", "-b", "select-only"]

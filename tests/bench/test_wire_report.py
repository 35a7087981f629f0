"""What ./dev wire-report makes of tests that pass, fail and are skipped."""

import pytest
from bench.wire_report import CHECKS, Watch

TESTS = """
import pytest

@pytest.mark.check(1, 2)
def test_good(record_property):
    record_property("seen", "p99 12 ms")

@pytest.mark.check(2)
@pytest.mark.parametrize("value", [1, 2])
def test_half(value):
    assert value == 1

@pytest.mark.check(3)
@pytest.mark.skip(reason="no such machine")
def test_elsewhere():
    pass

@pytest.fixture
def broken():
    raise OSError

@pytest.mark.check(4)
def test_without_its_fixture(broken):
    pass
"""


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Watch:
    directory = tmp_path_factory.mktemp("report")
    (directory / "pytest.ini").write_text("[pytest]\nmarkers = check\n")
    (directory / "test_some.py").write_text(TESTS)
    watching = Watch()
    pytest.main(["-q", "-p", "no:asyncio", "-p", "no:cacheprovider", str(directory)], plugins=[watching])
    return watching


def test_results(watch: Watch) -> None:
    found = [watch.seen[number].verdict for number in (1, 2, 3, 4, 5)]
    assert found == ["passed", "FAILED", "not seen", "FAILED", "missing"]


def test_words(watch: Watch) -> None:
    assert watch.seen[1].words == "1 test; p99 12 ms"
    assert watch.seen[2].words == "failed: test_some.py::test_half[2]; 2 tests; p99 12 ms"
    assert watch.seen[3].words == "skipped: no such machine"
    assert watch.seen[5].words == ""


def test_numbers_have_no_gaps() -> None:
    assert list(CHECKS) == list(range(1, 35))

"""What `./dev bench suites` makes of other people's reports; the suites themselves are fetched only when it runs."""

import tarfile
from pathlib import Path

from bench.suites import plans, regress
from bench.suites.drivers import _DJANGO, _passed
from bench.suites.golang import _PASSED
from bench.suites.run import Compared

from lintel.plan.load import load

REPORT = """<testsuites><testsuite>
<testcase classname="tests.test_a.A" name="test_good" />
<testcase classname="tests.test_a.A" name="test_bad"><failure message="no">trace</failure></testcase>
<testcase classname="tests.test_a.A" name="test_left"><skipped message="why" /></testcase>
<testcase classname="tests.test_a.A" name="test_broken"><error message="no">trace</error></testcase>
</testsuite></testsuites>"""
DJANGO = """test_one (backends.tests.A.test_one) ... ok
test_two (backends.tests.A.test_two)
What it is about. ... ok
test_three (backends.tests.A.test_three) ... skipped 'no'
test_four (backends.tests.A.test_four) ... FAIL
"""


def test_only_what_passed_counts(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    assert _passed(tmp_path / "report.xml") == {"tests.test_a.A::test_good"}
    assert _DJANGO.findall(DJANGO) == ["backends.tests.A.test_one", "backends.tests.A.test_two"]


def test_differences_are_named() -> None:
    compared = Compared("a", {"same", "lost"}, {"lintel": {"same", "gained"}, "plan": {"same", "lost"}})
    assert compared.shown()[1:] == ["    only direct, not lintel: lost", "    only lintel: gained"]
    assert compared.lost
    assert compared.as_json() == {
        "suite": "a", "direct": 2, "lintel": {"passed": 2, "lost": ["lost"], "gained": ["gained"]},
        "plan": {"passed": 2, "lost": [], "gained": []},
    }  # fmt: skip


def test_what_go_prints_is_read() -> None:
    printed = (
        "=== RUN   TestA\n--- PASS: TestA (0.00s)\n    --- PASS: TestA/sub (0.00s)\n--- FAIL: TestB\n--- SKIP: TestC"
    )
    assert _PASSED.findall(printed) == ["TestA", "TestA/sub"]


def test_the_plan_is_one(tmp_path: Path) -> None:
    plan = load(plans.write(tmp_path, "suite", "t1"))
    assert (plan.database, plan.schema, plan.name) == ("suite", "public", "t1")


def test_the_schedule_is_read_in_its_order(tmp_path: Path) -> None:
    source = tmp_path / "pg" / "src" / "test" / "regress"
    source.mkdir(parents=True)
    (source / "parallel_schedule").write_text("# first\ntest: one\n\ntest: two three\n")
    with tarfile.open(tmp_path / "pg.tar", "w") as archive:
        archive.add(tmp_path / "pg", "pg")
    assert regress.unpack(tmp_path / "pg.tar", tmp_path / "unpacked").files == ["one", "two", "three"]

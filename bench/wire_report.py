"""`./dev wire-report`: runs every test that names a check of the catalogue, and says by check what was seen.

A test names it with `@pytest.mark.check(7)`. A check that no test names is shown as missing, one whose tests were all
skipped as not seen. It may say more with `record_property("seen", "p99 12 ms")`.
"""

import contextlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Column, Table

CHECKS = {
    1: "a recorded session in any slicing: the same bytes",
    2: "malformed frames: 08P01 or 54000, nothing allocated",
    3: "pipelines: an error skips to Sync, a refusal likewise",
    4: "several statements in a Query; Query before Sync",
    5: "a refusal in a transaction block",
    6: "names, portals, DISCARD, PREPARE, Flush, NOTIFY as direct",
    7: "COPY in, out, both; replication untouched",
    8: "protocol 2.0 to 3.99, _pq_ options, long cancel keys",
    9: "half-close; TLS records of at most 8 KiB",
    10: "bytes stuffed behind an encryption request",
    11: "encryption requests repeated; sslmode, direct TLS",
    12: "TLS required; a bad certificate gets no password",
    13: "SCRAM over every pair of legs",
    14: "bad SASL, wrong passwords, revoked roles",
    15: "a client's options never touch Lintel's own queries",
    16: "cancel requests reach their session and no other",
    17: "half-open startups; the cap of a startup packet",
    18: "session limit; out of file descriptors",
    19: "stalled readers: back-pressure, bounded memory",
    20: "SQL bombs",
    21: "a million distinct texts and names",
    22: "networks and servers that fail",
    23: "clients that reset; clocks that jump",
    24: "a store that is locked, full, corrupt, gone",
    25: "names, paths and roundabout ways past the shield",
    26: "other encodings; backslashes that escape",
    27: "a change between Parse and Bind, or behind a lock",
    28: "kill -9: nothing acknowledged is lost",
    29: "every statement of the server's log is recorded",
    30: "no literal kept; names forge no line and no page",
    31: "SIGTERM, restart under load: nobody refused",
    32: "a bad reload changes nothing",
    33: "the admin side: token, Host and Origin",
    34: "the off-switch",
}


@dataclass
class Seen:
    """What the tests of one check did."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """In one word."""
        if self.failed:
            return "FAILED"
        if self.passed:
            return "passed"
        return "not seen" if self.skipped else "missing"

    @property
    def words(self) -> str:
        """In some more."""
        counted = [f"{self.passed} test{'s' if self.passed > 1 else ''}"] if self.passed else []
        failed = [f"failed: {name}" for name in self.failed]
        return "; ".join([*failed, *counted, *self.said, *(f"skipped: {reason}" for reason in sorted(self.skipped))])


class Watch:
    """Pytest tells it what it runs."""

    def __init__(self) -> None:
        self.seen = {number: Seen() for number in CHECKS}
        self._checks: dict[str, list[int]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Whose tests are whose."""
        for item in items:
            named = [number for marker in item.iter_markers("check") for number in marker.args]
            self._checks[item.nodeid] = [number for number in named if number in CHECKS]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test is set up, run, or taken down."""
        for number in self._checks.get(report.nodeid, ()):
            seen = self.seen[number]
            if report.failed:
                seen.failed.append(report.nodeid)
            elif report.skipped:
                seen.skipped.add(_reason(report))
            elif report.when == "call":
                seen.passed += 1
                seen.said += [str(value) for name, value in report.user_properties if name == "seen"]


def _reason(report: pytest.TestReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def main(arguments: Sequence[str]) -> int:
    """0: each check has been seen to hold. The arguments are pytest's (--long, -k), and --json."""
    watch = Watch()
    rest = [argument for argument in arguments if argument != "--json"]
    with contextlib.redirect_stdout(sys.stderr):  # stdout is for the report
        pytest.main(["-q", "--no-header", "-m", "check", *rest], plugins=[watch])
    show(watch.seen)
    if "--json" in arguments:
        found = {number: {"result": seen.verdict, "seen": seen.words} for number, seen in watch.seen.items()}
        print(json.dumps(found))
    return 0 if all(seen.verdict == "passed" for seen in watch.seen.values()) else 1


def show(found: dict[int, Seen]) -> None:
    """The table."""
    table = Table(Column("check", justify="right"), "about", "result", Column("seen", overflow="fold"), box=SIMPLE_HEAD)
    for number, seen in found.items():
        table.add_row(str(number), CHECKS[number], seen.verdict, seen.words)
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

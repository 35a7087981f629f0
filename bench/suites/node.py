"""Suites of node-postgres' companions, over its current client: the last releases that npm has with their tests."""

import json
from dataclasses import dataclass

from bench.suites.command import Connection, run
from bench.suites.sources import Place

_PACKAGES = (
    "pg@8.23.1", "pg-cursor@2.7.4", "pg-query-stream@3.0.0", "pg-pool@3.6.0", "mocha@10", "expect.js@0.3.1", "co@4.6.0",
    "lodash@4", "bluebird@3.4.1", "JSONStream@0.7", "concat-stream@1.0", "stream-spec@0.3.5", "through@2.3",
)  # fmt: skip
_UNSERVED = "stream-tester"  # wants a package that npm has only by way of another site


@dataclass(frozen=True, slots=True)
class Mocha:
    """One package's tests."""

    name: str
    planned: tuple[str, str]

    def passed(self, place: Place, connection: Connection) -> set[str]:
        """The full titles of the tests that passed."""
        modules = place.node_modules(_PACKAGES)
        report = place.directory / f"{self.name}.json"
        report.unlink(missing_ok=True)
        options = ["--reporter", "json", "--reporter-option", f"output={report}", "--exit", "--timeout", "20000"]
        found = (modules / self.name / "test").glob("*.js")
        tests = sorted(str(path) for path in found if _UNSERVED not in path.read_text())
        # pg-pool's tests end at any warning, and the client deprecates what they use.
        command = ["node", "--no-deprecation", str(modules / "mocha" / "bin" / "mocha.js"), *options, *tests]
        run(command, modules / self.name, place.printed(self.name), connection)
        return {test["fullTitle"] for test in json.loads(report.read_text())["passes"]} if report.exists() else set()


NODE_SUITES = tuple(Mocha(name, ("suite", "stuff")) for name in ("pg-cursor", "pg-query-stream", "pg-pool"))

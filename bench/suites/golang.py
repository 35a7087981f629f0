"""The suites of Go's drivers, as Debian packages them with their tests; they want `go` (Debian: golang-go)."""

import re
import shutil
from dataclasses import dataclass

from bench.failure import BenchFailure
from bench.suites.command import Connection, run
from bench.suites.sources import Place

_PASSED = re.compile(r"^\s*--- PASS: (\S+)", re.MULTILINE)
# What they are tested with besides what they depend on.
_PACKAGES = (
    "golang-github-lib-pq-dev", "golang-github-jackc-pgx-v4-dev", "golang-github-jackc-pgmock-dev",
    "golang-github-masterminds-semver-dev",
)  # fmt: skip
_PGX = "host={PGHOST} port={PGPORT} user={PGUSER} password={PGPASSWORD} dbname=suite"


@dataclass(frozen=True, slots=True)
class Go:
    """The tests of one Go package."""

    name: str
    package: str
    planned: tuple[str, str]
    environment: tuple[tuple[str, str], ...] = ()

    def passed(self, place: Place, connection: Connection) -> set[str]:
        """The names of the tests that passed."""
        if shutil.which("go") is None:
            raise BenchFailure(f"{self.name}: go is not installed (Debian: golang-go)")
        root = place.debian(_PACKAGES, "golang-") / "usr" / "share" / "gocode"
        caches = {"GO111MODULE": "off", "GOPATH": str(root), "GOCACHE": str(place.directory / "go-cache")}
        dsn = _PGX.format(**connection)
        pgx = {"PGX_TEST_DATABASE": dsn, "PGX_TEST_CONN_STRING": dsn, "PGX_TEST_TCP_CONN_STRING": dsn}
        command = ["go", "test", "-v", "-vet=off", "-count=1", "-timeout=10m", "."]
        environment = {**connection, **caches, **pgx, **dict(self.environment)}
        printed = run(command, root / "src" / self.package, place.printed(self.name), environment)
        return set(_PASSED.findall(printed))


GO_SUITES = (
    Go("lib-pq", "github.com/lib/pq", ("suite", "temp")),
    Go("lib-pq-binary", "github.com/lib/pq", ("suite", "temp"), (("PQTEST_BINARY_PARAMETERS", "yes"),)),
    Go("pgx", "github.com/jackc/pgx/v4", ("suite", "foo")),
    Go("pgx-stdlib", "github.com/jackc/pgx/v4/stdlib", ("suite", "ledger")),
    Go("pgx-pool", "github.com/jackc/pgx/v4/pgxpool", ("suite", "ledger")),
    Go("pgconn", "github.com/jackc/pgconn", ("suite", "foo")),
)

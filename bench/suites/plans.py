"""The plan that is active where a suite is run with one: a column goes in, and every client was built before."""

from pathlib import Path

_PLAN = """id = "bench-suites"
purpose = "nothing that a suite does may notice it"
table = "{table}"
database = "{database}"

[add]
column = "lintel_bench"
type = "smallint"
default = "0"
not_null = true

[[shield.clients]]
match = {{ application_name = "*" }}
sees = "old"
"""


def write(directory: Path, database: str, table: str) -> Path:
    """A plan file for that table, which need not be there yet."""
    path = directory / "plan.toml"
    path.write_text(_PLAN.format(database=database, table=table))
    return path

"""What is run: the scripts of pgbench beside this file, and which of them make a workload."""

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PLAN = HERE / "plan.toml"
NEW_CLIENT = "bench-new"  # the plan's rule for the client that was built for the new table
SELECT_ONLY = ("-b", "select-only")


@dataclass(frozen=True, slots=True)
class Workload:
    """One kind of traffic; `statements` of it make a transaction."""

    name: str
    mode: str
    script: tuple[str, ...] = SELECT_ONLY
    statements: int = 1
    application: str = "pgbench"
    lintel_script: tuple[str, ...] | None = None  # where only Lintel can serve what is asked

    def script_for(self, relay: str) -> tuple[str, ...]:
        """The script for this relay."""
        return self.lintel_script if self.lintel_script and relay == "lintel" else self.script


def _file(name: str) -> tuple[str, ...]:
    return ("-f", str(HERE / name))


# The targets are set on these; select-only in simple mode has a new text nearly every time (a million accounts).
MAIN = (
    Workload("simple", "simple", _file("repeating.sql")),
    Workload("extended", "extended"),
    Workload("prepared", "prepared"),
    Workload("simple_unique", "simple"),
)
# Reported apart: a lock probe may precede a statement in a block, and a new client's statements are rewritten.
APART = (
    Workload("transaction", "prepared", _file("transaction.sql"), statements=3),
    Workload("rewritten", "prepared", application=NEW_CLIENT, lintel_script=_file("new.sql")),
)

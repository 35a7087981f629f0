"""Did Lintel record what it relayed? A figure for speed means nothing if it was reached by leaving work out."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.relays import lintel_command

TABLE = "public.pgbench_accounts"


@dataclass(frozen=True, slots=True)
class Recorded:
    """Statements on the planned table that were sent through Lintel, and those that its store knows of."""

    sent: int
    stored: int | None  # None: the report could not be had

    @property
    def complete(self) -> bool:
        """Not one is missing, none is counted twice."""
        return self.sent == self.stored


def recorded(store: Path, sent: int, program: Path | None) -> Recorded:
    """Ask `lintel report`, once Lintel has ended and flushed."""
    command = [*lintel_command(program), "report", "--store", str(store)]
    command += ["--format", "json", "--table", TABLE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return Recorded(sent, reads(json.loads(done.stdout)["uses"], "abalance"))
    except (ValueError, KeyError):
        return Recorded(sent, None)


def reads(uses: list[dict[str, object]], column: str) -> int:
    """How many statements read the column."""
    counts = (use["calls"] for use in uses if use["column"] == column and use["kind"] == "read")
    return sum(count for count in counts if isinstance(count, int))

"""A database with a table and a plan on it, a running Lintel in front, and clients of either side by their name."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from tests.e2e.proxy import Proxy

# The column that most plans here add; [add] may go on behind it.
PRIO = """
id = "p"
purpose = "x"
table = "public.o"
[add]
column = "prio"
type = "int"
default = "0"
"""
RULES = """
[[shield.clients]]
match = { application_name = "old" }
sees = "old"
[[shield.clients]]
match = { application_name = "new" }
sees = "new"
"""

SECONDS = 60.0  # on a machine with much else to do

Client = psycopg.Connection[tuple[Any, ...]]
Start = Callable[..., Proxy]


def through(proxy: Proxy, database: str, name: str = "new", **options: Any) -> Client:
    """Through Lintel, in autocommit; `name` is the application's."""
    dsn = make_conninfo(database, host=proxy.host, port=proxy.port, application_name=name)
    return psycopg.connect(dsn, autocommit=True, **options)


def until(holds: Callable[[], bool]) -> None:
    """Wait for what comes by itself."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@dataclass
class Planned:
    """`direct` is somebody else, past Lintel."""

    database: str
    proxy: Proxy
    direct: Client
    stack: ExitStack  # closes the connections

    def connect(self, name: str, **options: Any) -> Client:
        """Through Lintel, in autocommit; `name` is the application's: old, new, or one without a rule."""
        return self.stack.enter_context(through(self.proxy, self.database, name, **options))

    def counted(self, metric: str) -> int:
        """What /metrics says, of all labels together."""
        lines = [
            line for line in self.proxy.get("/metrics").splitlines() if line.startswith((f"{metric} ", f"{metric}{{"))
        ]
        return int(sum(float(line.split()[-1]) for line in lines))


@dataclass
class Planning:
    """Call it with the change as a plan has it, what is to be run first, and rules where they are not RULES."""

    database: str
    lintel: Callable[..., Proxy]
    directory: Path
    stack: ExitStack

    def __call__(self, change: str, *setup: str, rules: str = RULES) -> Planned:
        direct = self.stack.enter_context(psycopg.connect(self.database, autocommit=True))
        for text in setup:
            direct.execute(text)
        plan = self.directory / "plan.toml"
        plan.write_text(f'id = "p"\npurpose = "x"\ntable = "public.o"\n{change}\n{rules}')
        return Planned(self.database, self.lintel(self.database, "--plan", str(plan)), direct, self.stack)

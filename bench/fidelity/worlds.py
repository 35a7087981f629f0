"""The two databases of a set of plans, one `lintel serve` in front of all the second ones, and what it says dry."""

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from tests.catalog.snapshots import taken
from tests.shield import proxy
from tests.shield.one_change import CLIENT, PHYSICAL, Change, contents
from tests.shield.wire_client import Client

from bench.failure import BenchFailure
from bench.fidelity.both import Both
from bench.fidelity.corpora import Corpus, Stored, columns
from lintel import plan
from lintel.demo.postgres import Server
from lintel.policy import Context, ContextKey, Policy

_FEW = 8  # tables that are all looked at after a write
_SETTINGS = ("jit = off", "statement_timeout = '5s'")


@dataclass(frozen=True, slots=True)
class World:
    """The sessions of a client built for one side of some plans, where the database is on the other."""

    both: Both
    context: Context


class Worlds:
    """Makes the databases of one corpus, one set of plans after the other."""

    def __init__(self, server: Server, corpus: Corpus, stack: ExitStack) -> None:
        self._server = server
        self._base = f"{corpus.name}_base"
        _execute(server.dsn(), f"CREATE DATABASE {self._base}")
        with psycopg.connect(server.dsn(self._base), autocommit=True) as connection:
            corpus.make(connection)
            stored, types = columns(connection)
        self._stored = corpus.stored or stored
        self.sets = [(list(changes), statements) for changes, statements in corpus.sets(stored, types)]
        self._names = [(f"{corpus.name}_l{number}", f"{corpus.name}_p{number}") for number in range(len(self.sets))]
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lintel-fidelity-")))
        files = [file for number in range(len(self.sets)) for file in self._plans(directory, number)]
        self._port = stack.enter_context(proxy.in_front_of(server.dsn(), files)).port

    def _plans(self, directory: Path, number: int) -> Iterator[Path]:
        for at, change in enumerate(self.sets[number][0]):
            file = directory / f"{number}-{at}.toml"
            file.write_text(change.file(self._names[number][1]))
            yield file

    @contextmanager
    def world(self, number: int) -> Iterator[World]:
        """The databases of one set, made and dropped."""
        changes, own, physical = self.sets[number][0], *self._names[number]
        with ExitStack() as stack:
            for name in (own, physical):
                _execute(self._server.dsn(), f"CREATE DATABASE {name} TEMPLATE {self._base}")
                stack.callback(_execute, self._server.dsn(), f"DROP DATABASE {name} WITH (FORCE)")
                for setting in _SETTINGS:
                    _execute(self._server.dsn(), f"ALTER DATABASE {name} SET {setting}")
            _execute(self._server.dsn(own), *(change.logical(there=_there(change)) for change in changes))
            _execute(self._server.dsn(physical), *(change.before() for change in changes))
            direct = stack.enter_context(Client(self._server.dsn(own), CLIENT))
            through = stack.enter_context(self._through(physical, CLIENT))
            context = self._change(changes, physical)
            yield World(Both(direct, through, *self._reading(changes), self._named), context)

    def _through(self, database: str, application_name: str) -> Client:
        return Client(self._server.dsn(database), application_name, host="127.0.0.1", port=self._port)

    def _change(self, changes: Sequence[Change], database: str) -> Context:
        """Make the change, through Lintel as well, once it has seen the table as it was."""
        plans = tuple(plan.parse(change.planned, "p.toml") for change in changes)
        dsn = self._server.dsn(database)
        policy = Policy(taken(dsn), plans)
        with self._through(database, "deploy") as deploying:
            for change in changes:
                reply = deploying.simple(change.physical(own=False) or "SELECT")
                if reply.error:
                    raise BenchFailure(f"{change}: {reply.error['M']}")
        sides = tuple((p.id, change.side) for p, change in zip(plans, changes, strict=True))
        return policy.follow(taken(dsn)).context(ContextKey(sides=sides))

    def _reading(self, changes: Sequence[Change]) -> tuple[Callable[[str], str], Callable[[str], str]]:
        pairs = [(change, False) for change in changes]

        def own(sql: str) -> str:
            return contents(self._named(sql), pairs, physical=False).decode()

        def other(sql: str) -> str:
            return contents(self._named(sql), pairs, physical=True).decode() + PHYSICAL

        return own, other

    def _named(self, sql: str) -> Stored:
        if len(self._stored) <= _FEW:
            return self._stored
        words = set(re.findall(r"\w+", sql.lower()))
        return {table: listed for table, listed in self._stored.items() if table in words}


def _there(change: Change) -> bool:
    """Whether the database that Lintel stands before has the column, under whichever name and type."""
    return change.kind in ("rename", "retype") or not change.seen


def _execute(dsn: str, *statements: str) -> None:
    # The foreign keys of what was filled by chance, or out of order, do not hold.
    with psycopg.connect(dsn, autocommit=True, options="-c session_replication_role=replica") as connection:
        for statement in statements:
            connection.execute((statement or "SELECT").encode())

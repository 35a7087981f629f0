"""The databases that the shield is judged by, and sessions with them, with and without Lintel in between.

`bare` has the old clients' schema, `fresh` the new clients' as it is right after the change (defaults everywhere),
`filled` the same with other values; `moving` is for tests that make the change themselves; `renamed` is `bare` with
other names for some columns; `resetting` is `fresh` with triggers that undo writes to the planned ones, `retyped` is
`bare` with other types. All are copies of one database, so that the OIDs of tables and row types are the same in each.
"""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.shield.case import Case
from tests.shield.outcome import Outcome, perform
from tests.shield.wire_client import Client, Reply

from lintel.demo.postgres import Server

HERE = Path(__file__).parent
# In the order in which change.sql adds the columns: so they stand in the table that new clients were built for.
PLANS = tuple(
    HERE / "plans" / f"{name}.toml"
    for name in (
        "orders-priority", "invoices-priority", "invoices-due", "parcels-label", "parcels-weight", "parcels-carrier",
        "docs-rank", "items-metadata", "measures-unit", "animals-legs",
    )
)  # fmt: skip
NAMES = ("bare", "fresh", "filled", "moving", "renamed", "resetting", "retyped")


def script(name: str) -> str:
    """One of the .sql files beside this module."""
    return (HERE / f"{name}.sql").read_text()


@dataclass
class Databases:
    """The four databases of one server, by name, and a direct session with each."""

    dsns: dict[str, str]
    direct: dict[str, Client] = field(default_factory=dict)

    def run(self, name: str, sql: str) -> Reply:
        """Several statements, directly; they must not fail."""
        if name not in self.direct:
            self.direct[name] = Client(self.dsns[name], "direct")
        reply = self.direct[name].simple(sql)
        if reply.error:
            self.direct[name].simple("ROLLBACK")
        assert reply.error is None, (reply.error, sql)
        return reply

    def contents(self, name: str) -> list[list[tuple[bytes | None, ...]]]:
        """The rows of every table, in the columns that both schemas have."""
        return [result.rows for result in self.run(name, script("contents")).results]

    def strays(self, name: str) -> list[tuple[bytes | None, ...]]:
        """Rows of `filled` whose planned column somebody has touched."""
        return self.run(name, script("strays")).rows

    def restore(self, name: str) -> None:
        """Back to the rows of the beginning."""
        self.run(name, script("restore"))

    def rewind(self, name: str) -> None:
        """The one sequence, which no ROLLBACK turns back."""
        self.run(name, "SELECT setval('orders_id_seq', 1000, false)")


@contextmanager
def databases(server: Server) -> Iterator[Databases]:
    """Make them, and drop them at the end."""
    run = uuid.uuid4().hex[:8]
    made = Databases({name: server.dsn(f"shield_{name}_{run}") for name in NAMES})
    with Client(server.dsn(), "direct") as control:
        _build(server, control, made, run)
        yield made
        for client in made.direct.values():
            client.close()
        for name in (*NAMES, "seed"):
            _checked(control, f"DROP DATABASE shield_{name}_{run} WITH (FORCE)")


def _build(server: Server, control: Client, made: Databases, run: str) -> None:
    _checked(control, f"CREATE DATABASE shield_seed_{run}")
    with Client(server.dsn(f"shield_seed_{run}"), "direct") as seed:
        _checked(seed, script("schema"))
    for name in NAMES:
        _checked(control, f"CREATE DATABASE shield_{name}_{run} TEMPLATE shield_seed_{run}")
    for name in ("fresh", "filled"):
        made.run(name, script("change"))
    made.run("filled", script("filling"))
    made.run("renamed", script("renaming"))
    made.run("retyped", script("retyping"))
    made.run("resetting", script("change"))
    made.run("resetting", script("resetting"))
    for name in NAMES:
        made.run(name, script("keep"))


def _checked(client: Client, sql: str) -> None:
    reply = client.simple(sql)
    assert reply.error is None, (reply.error, sql)


@dataclass
class Sessions:
    """Sessions kept open from case to case, by database, application_name and way (through Lintel or not)."""

    databases: Databases
    through: Mapping[str, str]  # the DSNs through Lintel
    _open: dict[tuple[str, str, bool], Client] = field(default_factory=dict)

    @contextmanager
    def session(self, name: str, application_name: str, *, through: bool, keep: bool = True) -> Iterator[Client]:
        """A session in no transaction, closed after use unless it is to be kept."""
        key = (name, application_name, through)
        client = self._open.pop(key, None) or self.connect(name, application_name, through=through)
        try:
            yield client
        except BaseException:
            client.close()
            raise
        if keep:
            self._open[key] = client
        else:
            client.close()

    def perform(self, name: str, application_name: str, case: Case, mode: str, *, through: bool) -> Outcome:
        """What a case comes to; what it wrote is still there."""
        if case.writes:
            self.databases.rewind(name)
        with self.session(name, application_name, through=through, keep=len(case.steps) == 1) as client:
            return perform(client, case, mode)

    def connect(self, name: str, application_name: str, *, through: bool = True) -> Client:
        """A session of the caller's own."""
        return Client((self.through if through else self.databases.dsns)[name], application_name)

    def close(self) -> None:
        """Close what was kept."""
        for client in self._open.values():
            client.close()
        self._open.clear()

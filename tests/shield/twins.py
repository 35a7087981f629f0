"""Two databases that a new client cannot tell apart: one has its columns, one parks them behind a Lintel.

Says where the two differ; knows nothing of how statements are made.
"""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tests.shield import proxy
from tests.shield.planned import until
from tests.shield.random_dml import by_data, chosen
from tests.shield.wire_client import Client, Reply, Row

from lintel.demo.postgres import Server

OTHER_PLANS = (
    "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off; SET enable_hashagg = off",
    "SET enable_nestloop = off; SET enable_indexscan = off; SET enable_sort = off; SET enable_material = off",
    "SET enable_seqscan = on",
)

LEFT_OUT = re.compile(r"DO NOTHING|DO UPDATE SET .* WHERE ")
Contents = list[list[Row]]


class Told(NamedTuple):
    """What a client hears of a statement; rows as a multiset, as nothing says in which order they come."""

    error: str | None
    tags: tuple[str | None, ...] = ()
    fields: tuple[object, ...] = ()
    parameters: tuple[object, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Tables:
    """What the two are made of."""

    plans: Mapping[str, str]  # by id, as a file has it
    tables: str
    columns: str  # the ALTER that the plans announce
    rows: str
    values: Sequence[str]  # what new clients write then
    stored: Mapping[str, Sequence[str]]  # columns by table, the client's


@dataclass
class Twins:
    """`real` and `parked` are a new client of each; `direct` is past Lintel."""

    made: Tables
    real: Client
    parked: Client
    direct: Client
    connect_real: Callable[[], Client]
    connect_parked: Callable[[], Client]
    refused: dict[str, int] = field(default_factory=dict)  # how often, by Lintel's words
    served: int = 0
    undecided: int = 0
    going: bool = True  # the last statement left a transaction as it was

    def restore(self) -> None:
        """The rows of the beginning; parked values by the new client."""
        for client in (self.real, self.parked):
            client.simple("ROLLBACK")
        for past, new in ((self.real, self.real), (self.direct, self.parked)):
            done(past, self.made.rows)
            for statement in self.made.values:
                done(new, statement)

    def contents(self, client: Client) -> Contents:
        """Of all tables, as this client sees them."""
        return [
            done(client, f"SELECT {', '.join(columns)} FROM {table} ORDER BY {', '.join(columns)}")
            for table, columns in self.made.stored.items()
        ]

    def differs(self, sql: str, parameters: int = 0) -> str | None:
        """Run it in both, each parameter a 3; how the two differ then, in what they say or what they hold.

        A transaction that it has ended, or made useless, is rolled back in both; then `going` is False.
        """
        before, self.going = self.contents(self.real), True
        reply = asked(self.parked, sql, parameters)
        if (why := _refusal(reply)) is not None:
            self.refused[why] = self.refused.get(why, 0) + 1
            return self._given_up(reply)
        wanted, got = told(asked(self.real, sql, parameters)), told(reply)
        held = [] if wanted.error or got.error else [self.contents(client) for client in (self.real, self.parked)]
        if alike(wanted, got) and (not held or held[0] == held[1]):
            self.served += 1
            return self._given_up(reply)
        self.restore()
        self.going = False
        if is_known(sql, wanted, got) or self._is_undecided(sql, parameters, before, (wanted, held[:1])):
            self.undecided += 1
            return None
        return f"{sql}\n  wanted {wanted}\n  got    {got} {reply.error}\n  wanted {held[:1]}\n  got    {held[1:]}"

    def simply(self, sql: str) -> None:
        """What must not fail in either."""
        for client in (self.real, self.parked):
            done(client, sql)

    def _given_up(self, reply: Reply) -> None:
        if reply.error is not None:
            self.going = reply.status == "I"
            for client in (self.real, self.parked):
                client.simple("ROLLBACK")

    def _is_undecided(
        self, sql: str, parameters: int, before: Contents, answered: tuple[Told, Sequence[Contents]]
    ) -> bool:
        """Whether the server itself answers otherwise by other plans, or where its rows lie in another order."""
        if chosen(sql):
            return True
        with self.connect_real() as client:
            return any(
                self._otherwise(client, how, sql, parameters, rows) != answered
                for how in OTHER_PLANS
                for rows in (before, [held[::-1] for held in before])
            )

    def _otherwise(
        self, client: Client, how: str, sql: str, parameters: int, before: Contents
    ) -> tuple[Told, Sequence[Contents]]:
        done(client, f"BEGIN; {how}; TRUNCATE {', '.join(self.made.stored)}")
        for (table, columns), rows in zip(self.made.stored.items(), before, strict=True):
            for row in rows:
                values = ", ".join("NULL" if value is None else f"'{value.decode()}'" for value in row)
                done(client, f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})")
        again = told(asked(client, sql, parameters))
        held = [] if again.error else [self.contents(client)]
        client.simple("ROLLBACK")
        return again, held

    def land(self, dsn: str, during: Callable[[], None]) -> None:
        """The columns come and the values land; `during` runs while somebody keeps them from landing."""
        with Client(dsn, "blocker") as blocker:
            done(blocker, "BEGIN; " + "".join(f'SELECT FROM lintel."parking_{name}";' for name in self.made.plans))
            done(self.direct, self.made.columns)
            during()
        until(lambda: not done(self.direct, "SELECT 1 FROM pg_namespace WHERE nspname = 'lintel'"))


@contextmanager
def twins(server: Server, made: Tables, directory: Path) -> Iterator[tuple[Twins, str]]:
    """Them, and the DSN of the one that is to get the columns."""
    files = []
    for name, text in made.plans.items():
        files.append(directory / f"{name}.toml")
        files[-1].write_text(text)
    run = uuid.uuid4().hex[:8]
    with ExitStack() as stack:
        control = stack.enter_context(Client(server.dsn(), "direct"))
        dsns = []
        for which in ("real", "parked"):
            done(control, f"CREATE DATABASE twin_{which}_{run}")
            stack.callback(done, control, f"DROP DATABASE twin_{which}_{run} WITH (FORCE)")
            dsns.append(server.dsn(f"twin_{which}_{run}"))
        direct = stack.enter_context(Client(dsns[1], "direct"))
        with Client(dsns[0], "direct") as first:
            done(first, made.tables + made.columns)
        done(direct, made.tables)
        port = stack.enter_context(proxy.in_front_of(dsns[1], files)).port

        def connect_real() -> Client:
            return Client(dsns[0], "new")

        def connect_parked() -> Client:
            return Client(dsns[1], "new", host="127.0.0.1", port=port)

        real, parked = stack.enter_context(connect_real()), stack.enter_context(connect_parked())
        yield Twins(made, real, parked, direct, connect_real, connect_parked), dsns[1]


def asked(client: Client, sql: str, parameters: int) -> Reply:
    """As a Query, or with parameters in the extended protocol."""
    return client.extended(sql, ["3"] * parameters) if parameters else client.simple(sql)


def alike(wanted: Told, got: Told) -> bool:
    """The same, or two errors where the data make several: the server tells of the one that it meets first."""
    errors = [answer.error for answer in (wanted, got) if answer.error is not None]
    return wanted == got or (len(errors) == 2 and by_data(errors))


def is_known(sql: str, wanted: Told, got: Told) -> bool:
    """What docs/plans.md says, and what the server decides by what it meets first."""
    if wanted.error == "23502" and got.error is None:
        # A NULL that is proposed for a row that is left out, or for one that somebody has deleted meanwhile.
        none = got.tags == ("UPDATE 0",) or (sql.startswith("WITH") and not got.rows)
        return LEFT_OUT.search(sql) is not None or none
    if wanted.error is None and got.error == "21000":  # of several rows with one key none was written, or one
        return "excluded." in sql
    # REPEATABLE READ: the key's old row is in the snapshot still, and the foreign key's check finds it
    return wanted.error is None and got.error == "40001" and "INSERT INTO" in sql


def _refusal(reply: Reply) -> str | None:
    """Lintel's words where it is Lintel that will not do it; what is the client's own mistake is an answer."""
    error = reply.error or {"M": "", "C": ""}
    if not error["M"].startswith("lintel:"):
        return None
    return error["M"] if error["C"] == "42501" or "under way" in error["M"] or "not there" in error["M"] else None


def told(reply: Reply) -> Told:
    """What a client can act upon."""
    if reply.error is not None:
        return Told(reply.error["C"])
    return Told(
        None,
        tuple(result.tag for result in reply.results),
        tuple(result.fields for result in reply.results),
        tuple(result.parameters for result in reply.results),
        tuple(sorted(reply.rows, key=repr)),
    )


def done(client: Client, sql: str) -> list[Row]:
    """It must not fail."""
    reply = client.simple(sql)
    assert reply.error is None, (sql, reply.error)
    return reply.rows

"""Storms in which a column is renamed, or gets another type and its own again, while clients of several drivers work.

Nobody waits for anybody: the ALTER comes directly, again and again, and Lintel learns of it by looking only. Nobody
gets an error; every answer must be one of the client's own table, with its names and types; and what was written must
be there in the end. The draws are seeded; when the clients meet is not.
"""

import asyncio
import random
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from bench.matrix.clients import PYTHON, found
from bench.matrix.drivers import EXTENDED, PREPARED, SIMPLE, Answer, Failed, Program, Session, Value
from bench.matrix.play import Driver
from tests.shield.planned import Planned, Planning

pytestmark = pytest.mark.in_turn

FEW, MANY = 25, 1000  # turns of each client
PAUSE = 0.02  # at most, between two changes
KEPT = 12  # rows of a client
ROWS = 100_000  # of a client; the next has the next
FOREIGN = {"total": 501, "amount": 502}  # what another table has under either name
TABLES = f"""
CREATE TABLE o (id int PRIMARY KEY, total {{}}, note text);
CREATE TABLE p AS SELECT {FOREIGN["total"]} AS total, {FOREIGN["amount"]} AS amount;
"""


@dataclass(frozen=True)
class Own:
    """How a side knows the column."""

    name: str
    type: str
    more: str = "{} + 1"

    @property
    def declared(self) -> str:
        """The type, in full."""
        return f"{self.type}(9)" if self.type == "character varying" else self.type

    def written(self, value: int) -> Value:
        """As a parameter."""
        return str(value) if self.more == WORD else value


@dataclass(frozen=True)
class Storm:
    """What is done to the column, and back."""

    plan: str
    do: str
    undo: str
    old: Own
    new: Own

    def own(self, side: str) -> Own:
        """Of that side."""
        return self.old if side == "old" else self.new


WORD = "({}::int + 1)::text"
INT = Own("total", "integer")
STORMS = {
    "rename": Storm(
        '[rename]\ncolumn = "total"\nto = "amount"',
        "ALTER TABLE o RENAME total TO amount", "ALTER TABLE o RENAME amount TO total", INT, Own("amount", "integer"),
    ),
    "bigint": Storm(
        '[retype]\ncolumn = "total"\ntype = "bigint"',
        "ALTER TABLE o ALTER total TYPE bigint", "ALTER TABLE o ALTER total TYPE int", INT, Own("total", "bigint"),
    ),
    "text": Storm(
        '[retype]\ncolumn = "total"\ntype = "text"', "ALTER TABLE o ALTER total TYPE text",
        "ALTER TABLE o ALTER total TYPE varchar(9)",
        Own("total", "character varying", WORD), Own("total", "text", WORD),
    ),
}  # fmt: skip


@dataclass
class Seen:
    """What the clients have met."""

    statements: int = 0
    changes: int = 0
    wrong: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass
class Client:
    """One of them, at work on rows of its own."""

    name: str
    session: Session
    own: Own
    prepared: bool
    first: int
    seen: Seen
    dice: random.Random
    rows: dict[int, int] = field(default_factory=dict)
    _next: int = 0

    async def work(self, turns: int) -> None:
        """So many turns; an error ends its turn."""
        acts = (self._insert, self._upsert, self._update, self._look, self._block, self._several, self._delete)
        for _ in range(turns):
            try:
                await (self._insert() if len(self.rows) < 2 else self.dice.choice(acts)())
            except Failed as problem:
                self.seen.errors.append(f"{self.name}: {problem}")
                await self.session.roll_back()
            if len(self.rows) > KEPT:
                await self._delete()

    async def _run(self, sql: str, *values: Value) -> Answer:
        how = PREPARED if self.prepared else self.dice.choice((EXTENDED, SIMPLE))
        self.seen.statements += 1
        return await self.session.run(sql, values, how)

    async def _same(self, wanted: list[tuple[str, ...]], sql: str, *values: Value) -> Answer:
        answer = await self._run(sql, *values)
        if answer.rows != wanted:
            self.seen.wrong.append(f"{self.name}: {sql}: {answer.rows}, not {wanted}")
        return answer

    async def _insert(self) -> None:
        """With and without a list of columns."""
        self._next += 1
        row, value = self.first + self._next, self.dice.randrange(1000)
        listed = self.dice.choice(("", f"(id, {self.own.name}, note) ", f"(note, {self.own.name}, id) "))
        values = (row, self.own.written(value), "x")
        sql = f"INSERT INTO o {listed}VALUES ($1, $2, $3) RETURNING {self.own.name}, id"
        await self._same([(str(value), str(row))], sql, *(reversed(values) if "(note" in listed else values))
        self.rows[row] = value

    async def _upsert(self) -> None:
        row, value, c = self._any(), self.dice.randrange(1000), self.own.name
        sql = (
            f"INSERT INTO o (id, {c}) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET {c} = excluded.{c} RETURNING o.{c}"
        )
        await self._same([(str(value),)], sql, row, self.own.written(value))
        self.rows[row] = value

    async def _update(self) -> None:
        row = self._any()
        await self._more(row, self.rows[row])
        self.rows[row] += 1

    async def _more(self, row: int, value: int) -> None:
        sql = f"UPDATE o SET {self.own.name} = {self.own.more.format(self.own.name)} WHERE id = $1 RETURNING *"
        self._named(await self._same([(str(row), str(value + 1), "x")], sql, row))

    async def _look(self) -> None:
        """A row, its column by name, type and value, all rows in order, and a name that is another table's."""
        row = self._any()
        value, name = self.rows[row], self.own.name
        await self._star(row, value)
        found = f"SELECT id, pg_typeof({name})::text FROM o WHERE {name} = $1 AND id = $2"
        await self._same([(str(row), self.own.type)], found, self.own.written(value), row)
        every = f"SELECT id, {name} FROM o WHERE id >= $1 AND id < $2 ORDER BY id"
        rows = [(str(key), str(self.rows[key])) for key in sorted(self.rows)]
        await self._same(rows, every, self.first, self.first + ROWS)
        other = "total" if name == "amount" else "amount"
        captured = f"SELECT (SELECT {other} FROM o AS i WHERE i.id = $1) FROM p"
        await self._same([(str(FOREIGN[other]),)], captured, row)

    async def _star(self, row: int, value: int) -> None:
        self._named(await self._same([(str(row), str(value), "x")], "SELECT * FROM o WHERE id = $1", row))

    def _named(self, answer: Answer) -> None:
        wanted = ("id", self.own.name, "note")
        if answer.columns != wanted:
            self.seen.wrong.append(f"{self.name}: the columns {answer.columns}, not {wanted}")

    async def _block(self) -> None:
        """Read and written in a transaction, which is committed or not."""
        row = self._any()
        value = self.rows[row]
        await self.session.begin()
        if self.dice.random() < 0.5:
            await self._same([(str(value),)], f"SELECT {self.own.name} FROM o WHERE id = $1 FOR UPDATE", row)
        await self._more(row, value)
        await self._star(row, value + 1)
        if self.dice.random() < 0.5:
            await self.session.commit()
            self.rows[row] = value + 1
        else:
            await self.session.roll_back()

    async def _several(self) -> None:
        """Two changes in one Query: both or none."""
        row, other, name = self._any(), self._any(), self.own.name
        more = f"UPDATE o SET {name} = {self.own.more.format(name)} WHERE id = "
        if self.name.startswith("psycopg"):  # the others do not send that, or do not tell the answers
            self.seen.statements += 2
            await self.session.run(f"{more}{row}; {more}{other}", (), SIMPLE)
            self.rows[row] += 1
            self.rows[other] += 1
        await self._star(row, self.rows[row])

    async def _delete(self) -> None:
        row = self._any()
        sql = f"DELETE FROM o WHERE id = $1 AND {self.own.name} = $2 RETURNING {self.own.name}"
        await self._same([(str(self.rows[row]),)], sql, row, self.own.written(self.rows[row]))
        del self.rows[row]

    def _any(self) -> int:
        return self.dice.choice(list(self.rows))


@pytest.mark.parametrize("turns", [FEW, pytest.param(MANY, marks=[pytest.mark.long, pytest.mark.timeout(3600)])])
@pytest.mark.parametrize("kind", list(STORMS))
def test_storm(planned: Planning, tmp_path: Path, kind: str, turns: int) -> None:
    """All at once: with --long on every driver that there is, else on those of Python."""
    front = planned(STORMS[kind].plan, TABLES.format(STORMS[kind].old.declared))
    drivers = found(tmp_path)[0] if turns == MANY else PYTHON
    seen, clients = asyncio.run(_blown(front, STORMS[kind], drivers, turns))
    left = front.direct.execute("SELECT id, total FROM o").fetchall()
    assert not seen.wrong, "\n".join(seen.wrong[:5])
    assert seen.errors == []
    assert {row: int(value) for row, value in left} == {
        row: value for client in clients for row, value in client.rows.items()
    }
    assert seen.changes > 5


async def _blown(front: Planned, storm: Storm, drivers: dict[str, Driver], turns: int) -> tuple[Seen, list[Client]]:
    seen, clients = Seen(), list[Client]()
    for number, (name, driver) in enumerate(drivers.items()):
        for which in range(4):
            side, prepared = ("old", "new")[which % 2], which > 1
            session = await driver(_url(front), side, prepared)
            first, dice = (1 + number * 4 + which) * ROWS, random.Random(number * 4 + which)
            clients.append(Client(f"{name} {side}", session, storm.own(side), prepared, first, seen, dice))
    over = asyncio.Event()
    changing = asyncio.create_task(_change(front, storm, seen, over))
    try:
        await asyncio.gather(*(client.work(turns) for client in clients))
    finally:
        over.set()
        await changing
        await asyncio.gather(*(client.session.close() for client in clients))
        await Program.end_all()
    return seen, clients


async def _change(front: Planned, storm: Storm, seen: Seen, over: asyncio.Event) -> None:
    """There and back, past Lintel, until the clients have done."""
    dice = random.Random(7)
    connection = await asyncpg.connect(front.database)
    while not over.is_set():
        for sql in (storm.do, storm.undo):
            await connection.execute(sql)
            seen.changes += 1
            await asyncio.sleep(dice.random() * PAUSE)
    await connection.close()


def _url(front: Planned) -> str:
    """The way through Lintel."""
    where = urlsplit(front.database)
    return where._replace(netloc=f"{where.netloc.rpartition(':')[0]}:{front.proxy.port}").geturl()

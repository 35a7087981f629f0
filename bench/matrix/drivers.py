"""One way to speak to a database for each driver: asyncpg and psycopg in this process, others as a program of theirs.

Statements have $1, $2 .. in order. What comes back is text, so that answers of all drivers compare; what fails raises
Failed. Nothing here knows what the statements are about.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self
from urllib.parse import unquote, urlsplit

import asyncpg
import psycopg

Value = int | str
PREPARED, EXTENDED, SIMPLE = "prepared", "extended", "simple"  # how a statement is sent

_LONGEST_LINE = 1 << 20


class Failed(Exception):
    """The server's error, or the driver's own (sqlstate "")."""

    def __init__(self, sqlstate: str | None, message: str) -> None:
        super().__init__(f"{sqlstate} {message}")
        self.sqlstate = sqlstate or ""


class Answer(NamedTuple):
    """Columns are empty where the driver does not tell them without rows."""

    columns: tuple[str, ...]
    rows: list[tuple[str | None, ...]]


class Session(Protocol):
    """One connection, in autocommit but between begin and commit or roll_back."""

    async def run(self, sql: str, values: Sequence[Value], how: str) -> Answer:
        """One statement; where the driver has no such way, in the nearest that it has."""
        ...

    async def begin(self) -> None:
        """As programs on this driver do it: some have BEGIN sent by itself, some with the next statement."""
        ...

    async def commit(self) -> None:
        """COMMIT, and autocommit again."""
        ...

    async def roll_back(self) -> None:
        """Also where no transaction is open."""
        ...

    async def close(self) -> None:
        """Terminate."""
        ...


Connect = Callable[[str, str, bool], "asyncio.Future[Session]"]


@dataclass(slots=True)
class Asyncpg:
    """asyncpg: every statement is prepared; without its cache under no name."""

    connection: "asyncpg.Connection[asyncpg.Record]"

    @classmethod
    async def connect(cls, dsn: str, application_name: str, prepared: bool) -> Self:
        """A session; `prepared` says whether it may keep statements."""
        settings = {"application_name": application_name}
        cached = {} if prepared else {"statement_cache_size": 0}
        return cls(await asyncpg.connect(dsn, server_settings=settings, **cached))

    async def run(self, sql: str, values: Sequence[Value], how: str) -> Answer:
        """A Query only where nothing is asked for, as asyncpg gives no rows of one."""
        try:
            if how == SIMPLE and not sql.startswith("SELECT") and "RETURNING" not in sql:
                await self.connection.execute(literal(sql, values))
                return Answer((), [])
            records = await self.connection.fetch(sql, *values)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as problem:
            raise Failed(getattr(problem, "sqlstate", ""), str(problem)) from None
        columns = tuple(records[0].keys()) if records else ()
        return Answer(columns, [tuple(map(_text, record.values())) for record in records])

    async def begin(self) -> None:
        """BEGIN."""
        await self.run("BEGIN", (), SIMPLE)

    async def commit(self) -> None:
        """COMMIT."""
        await self.run("COMMIT", (), SIMPLE)

    async def roll_back(self) -> None:
        """ROLLBACK, always: what was parsed and could then not be encoded holds its locks until something is sent."""
        await self.run("ROLLBACK", (), SIMPLE)

    async def close(self) -> None:
        """Terminate."""
        await self.connection.close(timeout=5)


@dataclass(slots=True)
class Psycopg:
    """psycopg 3 with its raw cursor, which takes $1."""

    connection: psycopg.AsyncConnection

    @classmethod
    async def connect(cls, dsn: str, application_name: str, prepared: bool) -> Self:
        """A session; `prepared` says whether it may keep statements."""
        threshold = 0 if prepared else None
        made = await psycopg.AsyncConnection.connect(
            dsn, application_name=application_name, autocommit=True, prepare_threshold=threshold,
            cursor_factory=psycopg.AsyncRawCursor,
        )  # fmt: skip
        return cls(made)

    async def run(self, sql: str, values: Sequence[Value], how: str) -> Answer:
        """Without parameters it is a Query."""
        try:
            if how == SIMPLE:
                cursor = await self.connection.execute(literal(sql, values), prepare=False)
            else:
                cursor = await self.connection.execute(sql, values)
            if cursor.description is None:
                return Answer((), [])
            rows = [tuple(map(_text, row)) for row in await cursor.fetchall()]
        except psycopg.Error as problem:
            raise Failed(problem.sqlstate, str(problem)) from None
        return Answer(tuple(column.name for column in cursor.description), rows)

    async def begin(self) -> None:
        """The driver begins with the next statement."""
        await self.connection.set_autocommit(False)

    async def commit(self) -> None:
        """COMMIT, and autocommit again."""
        await self._end(self.connection.commit)

    async def roll_back(self) -> None:
        """ROLLBACK, and autocommit again."""
        await self._end(self.connection.rollback)

    async def _end(self, how: Callable[[], "asyncio.Future[None]"]) -> None:
        try:
            await how()
            await self.connection.set_autocommit(True)
        except psycopg.Error as problem:
            raise Failed(problem.sqlstate, str(problem)) from None

    async def close(self) -> None:
        """Terminate."""
        await self.connection.close()


class Program:
    r"""A driver of another language: a process that is told a line for each call, and answers with one.

    Fields of a line are separated by tabs; in them \t, \n, \r and \\ are escaped, \N is NULL. It serves one session
    at a time, and another one when that is closed.
    """

    _idle: dict[tuple[str, ...], list[asyncio.subprocess.Process]] = {}  # noqa: RUF012 - of all of them

    def __init__(self, command: tuple[str, ...], process: asyncio.subprocess.Process) -> None:
        self._command = command
        self._process = process

    @classmethod
    async def connect(cls, command: tuple[str, ...], dsn: str, application_name: str, prepared: bool) -> Self:
        """A session; `prepared` says whether the driver may keep statements where it decides by itself."""
        idle = cls._idle.setdefault(command, [])
        made = cls(command, idle.pop() if idle else await _begun(command))
        where = urlsplit(dsn)
        fields = (where.hostname or "", str(where.port), unquote(where.username or ""), unquote(where.password or ""))
        await made._ask("connect", *fields, where.path[1:], application_name, PREPARED if prepared else EXTENDED)
        return made

    @classmethod
    async def end_all(cls) -> None:
        """End the processes that nobody uses."""
        for process in [process for idle in cls._idle.values() for process in idle]:
            assert process.stdin is not None
            process.stdin.close()
            await process.wait()
        cls._idle.clear()

    async def run(self, sql: str, values: Sequence[Value], how: str) -> Answer:
        """The way is told to the program."""
        if how == SIMPLE:
            answer = await self._ask("run", how, literal(sql, values))
        else:
            answer = await self._ask("run", how, sql, *(f"{'i' if isinstance(v, int) else 's'}{v}" for v in values))
        width = int(answer[0] or 0)
        cells = answer[1 + width :]
        rows = [tuple(cells[at : at + width]) for at in range(0, len(cells), width)] if width else []
        return Answer(tuple(name or "" for name in answer[1 : 1 + width]), rows)

    async def begin(self) -> None:
        """As programs of this driver do it."""
        await self._ask("begin")

    async def commit(self) -> None:
        """Likewise."""
        await self._ask("commit")

    async def roll_back(self) -> None:
        """Likewise."""
        await self._ask("rollback")

    async def close(self) -> None:
        """End the session and keep the process."""
        await self._ask("close")
        self._idle[self._command].append(self._process)

    async def _ask(self, *fields: str) -> list[str | None]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\t".join(map(_escaped, fields)).encode() + b"\n")
        line = await self._process.stdout.readline()
        if not line:
            raise Failed("", f"{self._command[0]} has ended")
        word, *answer = line.decode().rstrip("\n").split("\t")
        if word != "ok":
            raise Failed(_unescaped(answer[0]), _unescaped(answer[1]) or "")
        return [_unescaped(field) for field in answer]


async def _begun(command: tuple[str, ...]) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=_LONGEST_LINE)


def literal(sql: str, values: Sequence[Value]) -> str:
    """The statement with its values in it; they are numbers and words."""
    for number in range(len(values), 0, -1):
        value = values[number - 1]
        sql = sql.replace(f"${number}", str(value) if isinstance(value, int) else f"'{value}'")
    return sql


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _escaped(field: str) -> str:
    return field.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _unescaped(field: str) -> str | None:
    if field == "\\N":
        return None
    return (
        field.replace("\\\\", "\0").replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r").replace("\0", "\\")
    )

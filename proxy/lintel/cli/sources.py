"""What the dry commands judge by: a schema and search_path from a live catalog or a DDL file; inputs from stdin."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from lintel.config import ConfigError
from lintel.schema import Schema

if TYPE_CHECKING:  # what takes long to import is imported where a server is asked
    import asyncpg

    from lintel import catalog
    from lintel.impact.blockers import Standing

Answer = TypeVar("Answer")
PUBLIC = ("public",)
CHUNK = 1 << 16


class World(NamedTuple):
    """A schema, and what a fresh session of its database searches."""

    schema: Schema
    search_path: tuple[str, ...]


def world(server: str | None, schema: Path | None) -> World:
    """From --schema FILE, else from the catalog of --server (or PG* variables)."""
    if server is not None and schema is not None:
        raise ConfigError("--schema", "", "expected either --server or --schema, not both")
    return _from_server(server or "") if schema is None else World(_from_file(schema), PUBLIC)


def _from_file(file: Path) -> Schema:
    from lintel.analysis import ddl
    from lintel.sql.grammar import TooDeep

    try:
        return ddl.schema_of(file.read_bytes())
    except OSError as problem:
        raise ConfigError(str(file), "", f"cannot be read: {problem.strerror}") from None
    except ddl.DdlProblem as problem:
        raise ConfigError(f"{file}:{problem.line}", "", f"expected DDL that PostgreSQL accepts: {problem}") from None
    except TooDeep as problem:
        raise ConfigError(str(file), "", f"expected DDL of a size and depth that can be read: {problem}") from None


def _from_server(dsn: str) -> World:
    from lintel import catalog

    async def read(endpoint: catalog.Endpoint, connection: "asyncpg.Connection") -> World:
        schema = replace(await catalog.read(connection), code=await catalog.read_code(connection))
        return World(schema, await catalog.fresh_search_path(endpoint))

    return _asked(dsn, read)


def activity(dsn: str, tables: Iterable[str]) -> "dict[str, Standing]":
    """How large tables are and who has locks on them right now, by name as SQL writes it."""
    from lintel import catalog

    async def read(_: catalog.Endpoint, connection: "asyncpg.Connection") -> "dict[str, Standing]":
        return await catalog.read_activity(connection, tables)

    return _asked(dsn, read)


def _asked(dsn: str, question: "Callable[[catalog.Endpoint, asyncpg.Connection], Awaitable[Answer]]") -> Answer:
    """What a question has for an answer over a connection of its own; ConfigError names the server that gave none."""
    import asyncpg

    from lintel import catalog

    endpoint = catalog.resolve(dsn)

    async def ask() -> Answer:
        connection = await catalog.connect(endpoint)
        try:
            return await question(endpoint, connection)
        finally:
            await connection.close()

    try:
        return asyncio.run(ask())
    except (
        OSError,
        TimeoutError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,
    ) as problem:
        given = "" if dsn else 'expected a DSN, such as "postgresql://user@host/database"; without one, '
        raise ConfigError("--server", "", f"{given}{endpoint.where} cannot be read: {problem or 'timed out'}") from None


def database(server: str) -> str:
    """The name of the database that a DSN means."""
    from lintel import catalog

    return catalog.resolve(server).database


def inputs(given: str | None) -> Iterator[bytes]:
    """The argument, or NUL-separated texts from stdin, each as soon as its NUL has come."""
    if given is not None:
        yield given.encode("utf-8", "surrogateescape")
        return
    pieces: list[bytes] = []
    whole = 0
    # read() would wait for a whole chunk; what has come is to be answered now.
    while chunk := os.read(sys.stdin.fileno(), CHUNK):
        first, *others = chunk.split(b"\0")
        pieces.append(first)
        for piece in others:
            yield b"".join(pieces)
            pieces = [piece]
            whole += 1
    rest = b"".join(pieces)
    if rest.strip() or (rest and not whole):
        yield rest

"""Reading again only what has changed: after every kind of DDL the same snapshot as one that is read from scratch."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import psycopg
import pytest
from tests.catalog.changes import CHANGES, EVERY_DAY, SETUP, USERS

from lintel.catalog import connect, load, resolve
from lintel.schema import Schema

CLEAN = """
DROP SCHEMA IF EXISTS public, s, s2, more, private CASCADE;
CREATE SCHEMA public;
"""


@dataclass
class Followed:
    """A database, a session that changes it, and a loader that follows it."""

    session: psycopg.Connection
    connection: asyncpg.Connection
    loader: load.Loader

    async def read(self) -> Schema:
        reading = await self.loader.read(self.connection)
        assert reading.complete
        return reading.schema

    def execute(self, statements: str) -> None:
        self.session.execute(statements.encode())


@pytest.fixture
async def followed(database: str) -> AsyncIterator[Followed]:
    connection = await connect(resolve(database))
    with psycopg.connect(database, autocommit=True) as session:
        session.execute(SETUP)
        made = Followed(session, connection, load.Loader())
        yield made
        await made.connection.close()


def same(one: Schema, other: Schema) -> bool:
    """All that a snapshot holds, and the look-ups that it makes of that."""
    return (
        dict(one.relations) == dict(other.relations)
        and one.functions == other.functions
        and (one.schemas, one.users) == (other.schemas, other.users)
        and one.procedures == other.procedures
        and one.domains.items() >= other.domains.items()  # one that has gone is not looked for
        and one.rows_of == other.rows_of
        and one.by_name == other.by_name
        and one.children == other.children
    )


async def test_after_every_change_it_is_what_a_fresh_reading_is(followed: Followed) -> None:
    for change in [*CHANGES, *USERS]:
        followed.execute(CLEAN + SETUP)
        before = await followed.read()
        assert before.by_name  # made now, so that they are carried over
        assert before.children
        assert before.rows_of
        followed.execute(change)
        after = await followed.read()
        assert same(after, await load.read(followed.connection)), change
        assert (after is before) == same(before, after), change


async def test_daily_work_leaves_the_snapshot_as_it_is(followed: Followed) -> None:
    before = await followed.read()
    for statement in EVERY_DAY:
        followed.execute(statement)
        assert await followed.read() is before, statement


async def test_what_did_not_change_stays_the_same_objects(followed: Followed) -> None:
    before = await followed.read()
    followed.execute("ALTER TABLE u ADD COLUMN b int")
    after = await followed.read()
    changed = {r.name for oid, r in after.relations.items() if before.relations[oid] is not r}
    assert changed == {"u"}
    assert after.functions["f"][0] is before.functions["f"][0]
    assert after.functions["all_u"][0].columns == ("id", "a", "b")


async def test_transactions_that_overlap_readings(followed: Followed, database: str) -> None:
    with psycopg.connect(database) as slow:
        slow.execute("ALTER TABLE u ADD COLUMN b int")
        before = (await followed.loader.read(followed.connection)).schema
        for number in range(3):  # later transactions that are over sooner
            followed.execute(f"CREATE TABLE n{number} (x int)")
            await followed.loader.read(followed.connection)
        slow.commit()
    after = await followed.read()
    assert after is not before
    assert same(after, await load.read(followed.connection))


async def test_a_subtransaction_has_a_later_id_than_its_parent(followed: Followed, database: str) -> None:
    with psycopg.connect(database) as slow:
        slow.execute("SELECT pg_current_xact_id()")
        followed.execute("CREATE TABLE n (x int)")
        await followed.read()
        with slow.transaction():
            slow.execute("ALTER TABLE u RENAME COLUMN a TO z")
        await followed.read()
        slow.commit()
    assert same(await followed.read(), await load.read(followed.connection))


@pytest.mark.parametrize("change", [None, "DROP RULE quiet ON ruled", "ALTER TABLE u RENAME COLUMN a TO z"])
async def test_a_new_connection_trusts_nothing(followed: Followed, database: str, change: str | None) -> None:
    before = await followed.read()
    await followed.connection.close()
    followed.execute("CREATE TEMP TABLE scratch (id int PRIMARY KEY)")
    followed.connection = await connect(resolve(database))
    if change is not None:
        followed.execute(change)
    after = await followed.read()
    assert (after is before) == (change is None)
    followed.execute("ALTER TABLE t DROP CONSTRAINT t_pkey")
    assert same(await followed.read(), await load.read(followed.connection))


async def test_a_reading_that_breaks_off_is_forgotten(followed: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    await followed.read()
    followed.execute("ALTER TABLE u RENAME COLUMN a TO z; DROP TABLE part")
    with monkeypatch.context() as patch:
        patch.setattr(load.queries, "RELATIONS", "SELECT 1 / 0 AS oid, $1::oid[]")
        with pytest.raises(asyncpg.DivisionByZeroError):
            await followed.read()
    assert same(await followed.read(), await load.read(followed.connection))


async def test_behind_a_pooler_that_knows_no_prepared_statements(followed: Followed) -> None:
    before = await followed.read()
    await followed.connection.execute("DEALLOCATE ALL")  # as if another server connection answered
    followed.execute("CREATE TABLE n (x int)")
    after = await followed.read()
    assert after is not before
    assert same(after, await load.read(followed.connection))

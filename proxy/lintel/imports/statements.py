"""`lintel import pg_stat_statements`: what a server has counted since its statistics were reset (manual F.30).

The view has counts and no times: an entry was seen between the reset, or the last import, and now. What each entry
counted at the last import is kept, so that only what came since is added. Texts come normalised, constants as $n.
"""

import json
import time
from typing import Any, NamedTuple

import asyncpg

from lintel import catalog
from lintel.config import ConfigError
from lintel.imports.catalogs import Catalogs, Known, answered
from lintel.imports.tallies import Summary, Tallies
from lintel.policy import ContextKey
from lintel.recorder.identity import shown
from lintel.sql.quoting import quote_ident
from lintel.store import Store

SOURCE = "pg_stat_statements"
_EXTENSION = """
SELECT n.nspname, string_to_array(e.extversion, '.')::int[] AS version
  FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
 WHERE e.extname = 'pg_stat_statements'
"""
# Two standbys have the identifier of their primary, and statistics of their own.
_SERVER = """
SELECT s.system_identifier || CASE WHEN pg_is_in_recovery()
           THEN concat('@', host(inet_server_addr()), ':', inet_server_port()) ELSE '' END
  FROM pg_catalog.pg_control_system() s
"""
_ROWS = """
SELECT /* lintel import */ s.dbid, s.userid, s.queryid, s.query, s.calls, d.datname, r.rolname,
       {toplevel} AS toplevel, extract(epoch FROM {since})::float8 AS since
  FROM {view} s
  LEFT JOIN pg_catalog.pg_database d ON d.oid = s.dbid
  LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.userid
 WHERE s.queryid IS NOT NULL AND coalesce(s.query, '') NOT LIKE 'SELECT /* lintel import */%'
"""
_INFO = "SELECT /* lintel import */ extract(epoch FROM stats_reset)::float8 AS reset, dealloc FROM {view}_info"


class Statistics(NamedTuple):
    """What the server has, and since when; `reset` and `dealloc` are None where the extension is too old to say."""

    server: str
    rows: list[asyncpg.Record]
    reset: float | None = None
    dealloc: int = 0  # entries that were thrown out to make room
    everything: bool = False  # top-level statements of every kind are counted


def import_statements(store: Store, catalogs: Catalogs) -> Summary:
    """Add what the server of the catalogs has counted since the last import; ConfigError where it has no statistics."""
    endpoint = catalogs.endpoint
    assert endpoint is not None
    found = answered(endpoint, _read(endpoint))
    source, now = f"{SOURCE} {found.server}", time.time()
    before = {key: json.loads(value) for key, value in store.imported(source).items()}
    tallies = Tallies()
    marks = {}
    for row in found.rows:
        key = f"{row['dbid']}/{row['userid']}/{row['queryid']}/{row['toplevel']}"
        marks[source, key] = json.dumps([row["calls"], now, found.reset])
        _add(row, before.get(key), found, now, (catalogs, tallies))
    _write(store, tallies, found, marks, now)
    return tallies.summary


def _add(
    row: asyncpg.Record, before: list[Any] | None, found: Statistics, now: float, into: tuple[Catalogs, Tallies]
) -> None:
    catalogs, tallies = into
    calls, since = _news(row, before, found, now)
    if not calls:
        return
    if row["query"] is None or row["datname"] is None or row["query"].startswith("<insufficient"):
        tallies.unread += 1
        return
    known: Known = catalogs.of(row["datname"])
    path = known.search_path(row["datname"], row["rolname"] or "")
    decision = known.policy.context(ContextKey(search_path=path)).decide(row["query"].encode())
    client = SOURCE if row["rolname"] is None else shown(f"{row['rolname']}@{SOURCE}")
    tallies.add(decision.statement, row["datname"], client, calls, (since, now))


def _news(row: asyncpg.Record, before: list[Any] | None, found: Statistics, now: float) -> tuple[int, float]:
    """Calls since the last import, and from when on they may have been."""
    since = row["since"] or found.reset
    if before is None:
        return row["calls"], since or now
    calls, imported, reset = before
    anew = row["calls"] < calls or reset != found.reset or (since is not None and since > imported)
    return (row["calls"], since or imported) if anew else (row["calls"] - calls, imported)


def _write(store: Store, tallies: Tallies, found: Statistics, marks: dict[tuple[str, str], str], now: float) -> None:
    batch = tallies.batch(marks)
    batch.until = now
    if found.everything and found.reset is not None:
        batch.since, batch.watched, batch.closing = found.reset, True, True
        batch.dropped = {"": found.dealloc} if found.dealloc else {}
    store.add(batch)


async def _read(endpoint: catalog.Endpoint) -> Statistics:
    connection = await catalog.connect(endpoint)
    try:
        return await _asked(connection, endpoint)
    finally:
        await connection.close()


async def _asked(connection: asyncpg.Connection, endpoint: catalog.Endpoint) -> Statistics:
    extension = await connection.fetchrow(_EXTENSION)
    if extension is None:
        problem = "has no extension pg_stat_statements; CREATE EXTENSION it there, or name the database that has it"
        raise ConfigError("--server", "", f"database {endpoint.database} {problem}")
    view, version = f"{quote_ident(extension['nspname'])}.pg_stat_statements", tuple(extension["version"])
    rows = await connection.fetch(
        _ROWS.format(
            view=view,
            toplevel="s.toplevel" if version >= (1, 9) else "true",
            since="s.stats_since" if version >= (1, 11) else "NULL::timestamptz",
        )
    )
    server = str(await connection.fetchval(_SERVER))
    if version < (1, 9):
        return Statistics(server, rows)
    info = await connection.fetchrow(_INFO.format(view=view))
    track, utility = [
        await connection.fetchval(f"SHOW pg_stat_statements.{name}") for name in ("track", "track_utility")
    ]
    return Statistics(server, rows, info["reset"], info["dealloc"], track != "none" and utility == "on")

"""Questions to a store, read-only, so that they can be asked while Lintel serves.

    with closing(Reader(path)) as reader:
        reader.window(since, database)   Window: from, to, gaps, dropped and opaque counts; per_day(calls)
        reader.uses(Filter(...))         UseRow: who uses which table and column how, by which statement, how often
        reader.traffic(Filter(...))      Traffic: a statement of a client: calls, errors by SQLSTATE, rows, quantiles
        reader.slots(Filter(...))        Slot: the same calls over time, by hour, and by day where they are older
        reader.activity(Filter(...))     Activity: the same by table and client
        reader.statements(database)      Recorded, with its callers: what `impact` judges
        reader.sides(Filter(...))        SideRow: which client was built for which table of a plan
        reader.unplanned(Filter(...))    UnplannedRow: changes of tables that no plan announced
        reader.carried(plan)             Window: when that plan was in force
        reader.databases(), reader.catalog(database)

Times are text as the store writes them, UTC (`rows.utc`, `rows.seconds`). With Filter.since the counts are those since
then, by the hour (by the day where hours have been added up, the whole of the first one); first_seen and last_seen are
not cut. "Nobody uses it" may be said where a Filter finds nothing and its window is `whole`, together with how long it
is. Times and rows of statements are of a sample: the first call of each second and every 16th after it.
Every method raises StoreError.
"""

import json
import zlib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lintel.schema import Schema
from lintel.store import snapshot
from lintel.store.errors import StoreError, naming
from lintel.store.migrations import VERSION
from lintel.store.rows import (
    Activity,
    Recorded,
    Run,
    SideKey,
    SideRow,
    Slot,
    Traffic,
    UnplannedKey,
    UnplannedRow,
    Use,
    UseRow,
    Window,
)
from lintel.store.sqlite import check, connect
from lintel.store.windows import watched


class Filter(NamedTuple):
    """What a report is about; None: everything."""

    table: str | None = None  # "orders" or "public.orders", as SQL writes it
    column: str | None = None
    client: str | None = None  # with * as a wildcard
    since: str | None = None  # UTC, as the store writes it
    database: str | None = None


class Caller(NamedTuple):
    """A client of a statement."""

    client: str
    calls: int
    last_seen: str


class Reader:
    """A store open for reading."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise StoreError(f"{path}: there is no store; `lintel serve` makes one")
        with naming(path):
            self._connection = connect(path, read_only=True)
        self._path = path
        with naming(path):
            version = check(self._connection, path)
            if not version:
                raise StoreError(f"{path}: the store is empty; `lintel serve` fills it")
            if version < VERSION:
                raise StoreError(f"{path}: is of version {version}; `lintel serve` brings it up to version {VERSION}")

    def close(self) -> None:
        """Done with it."""
        self._connection.close()

    def uses(self, wanted: Filter) -> list[UseRow]:
        """Every use that the filter lets through, by table, column, kind and client."""
        conditions, values = _conditions(wanted)
        rows = self._rows(
            f'{_COUNTS} SELECT u."table", nullif(u."column", \'\'), u.kind, c.client, s.id, s.database, s.sql, n.calls,'
            " n.refused, c.refusal, c.first_seen, c.last_seen, coalesce(e.calls, 0), s.verb,"
            " n.would_refuse"
            " FROM use u JOIN caller c ON c.statement = u.statement JOIN statement s ON s.id = u.statement"
            " JOIN counts n ON n.key = c.key LEFT JOIN failures e ON e.key = c.key"
            f" WHERE {conditions} ORDER BY 1, 2, 3, 4, n.calls DESC, s.sql",
            values,
        )
        known: dict[str, str] = {}  # many rows are of one statement, and SQLite makes a text for each
        return [
            UseRow(Use(table, column, kind), client, key, base, known.setdefault(sql, sql), *rest)
            for table, column, kind, client, key, base, sql, *rest in rows
        ]

    def statements(self, database: str | None = None, since: str | None = None) -> list[tuple[Recorded, list[Caller]]]:
        """Every statement with the clients that sent it."""
        conditions, values = _conditions(Filter(database=database, since=since))
        callers: dict[str, list[Caller]] = {}
        about: dict[str, Recorded] = {}
        for key, base, path, sql, verb, opaque, client, calls, last_seen in self._rows(
            f"{_COUNTS} SELECT s.id, s.database, s.search_path, s.sql, s.verb, s.opaque, c.client, n.calls, c.last_seen"
            f" FROM {_SENT} WHERE {conditions} ORDER BY s.sql, s.id, c.client",
            values,
        ):
            about[key] = Recorded(base, tuple(json.loads(path)), sql, verb, opaque)
            callers.setdefault(key, []).append(Caller(client, calls, last_seen))
        return [(about[key], found) for key, found in callers.items()]

    def traffic(self, wanted: Filter) -> list[Traffic]:
        """Every statement and client that the filter lets through (a table or column: where it is used), by calls."""
        about, values = _about(wanted)
        errors, timed = self._numbers("error", "sqlstate", values), self._numbers("latency", "bucket", values)
        rows = self._rows(
            f"{_COUNTS} SELECT c.key, s.id, c.client, s.database, n.calls, n.rewritten, n.refused, n.rows,"
            " c.first_seen, c.last_seen, n.would_refuse"
            f" FROM {_SENT} WHERE {about} ORDER BY n.calls DESC, s.sql, c.client",
            values,
        )
        return [
            Traffic(statement, client, base, calls, rewritten, refused, errors.get(key, {}), timed.get(key, {}), *rest)
            for key, statement, client, base, calls, rewritten, refused, *rest in rows
        ]

    def slots(self, wanted: Filter) -> list[Slot]:
        """Calls over time, of every statement and client that the filter lets through, oldest first."""
        about, values = _about(wanted)
        rows = self._rows(
            "SELECT t.slot, s.id, c.client, t.calls, coalesce((SELECT sum(e.calls) FROM error e"
            " WHERE e.slot = t.slot AND e.key = t.key), 0)"
            " FROM calls t JOIN caller c ON c.key = t.key JOIN statement s ON s.id = c.statement"
            f" WHERE {_SINCE.format('t.slot')} AND {about} ORDER BY t.slot, s.id, c.client",
            values,
        )
        return [Slot(*row) for row in rows]

    def activity(self, wanted: Filter, *, by_day: bool) -> list[Activity]:
        """Calls over time, added up by table, client and slot, which is an hour or a day; oldest first."""
        conditions, values = _conditions(wanted)
        rows = self._rows(
            'SELECT w."table", w.client, substr(t.slot, 1, :length) AS at, sum(t.calls) FROM calls t JOIN ('
            ' SELECT DISTINCT u."table", c.client, c.key FROM use u JOIN caller c ON c.statement = u.statement'
            f" JOIN statement s ON s.id = u.statement WHERE {conditions}) w ON w.key = t.key"
            f" WHERE {_SINCE.format('t.slot')} GROUP BY 1, 2, 3 ORDER BY 3, 1, 2",
            {**values, "length": 10 if by_day else 13},
        )
        return [Activity(*row) for row in rows]

    def _numbers(self, table: str, column: str, values: dict[str, str]) -> dict[str, dict[Any, int]]:
        found: defaultdict[str, dict[Any, int]] = defaultdict(dict)
        for key, name, calls in self._rows(
            f"SELECT key, {column}, sum(calls) FROM {table} WHERE {_SINCE.format('slot')} GROUP BY 1, 2", values
        ):
            found[key][name] = calls
        return found

    def window(self, since: str | None = None, database: str | None = None) -> Window:
        """What was watched since then; counts of drops and opaque statements of one database, or of all."""
        values = {"since": since or "", "database": database or ""}
        runs = self._rows(
            "SELECT started, heartbeat, interval, closed FROM run WHERE heartbeat >= :since ORDER BY started", values
        )
        ((dropped, opaque),) = self._rows(
            "SELECT coalesce(sum(dropped), 0), coalesce(sum(opaque), 0) FROM watched"
            f" WHERE {_SINCE.format('slot')} AND (:database = '' OR database IN (:database, ''))",
            values,
        )
        return watched([Run(*row) for row in runs], since)._replace(dropped=dropped, opaque=opaque)

    def sides(self, wanted: Filter) -> list[SideRow]:
        """Who is on which side of which plan, by plan and client; the filter's column does not count."""
        conditions, values = _conditions(wanted._replace(column=None), _OF_SIDES)
        rows = self._rows(
            'SELECT s.database, s.client, s.plan, s."table", s.side, s.known, sum(n.calls), sum(n.rewritten),'
            " sum(n.refused), sum(n.would_rewrite), sum(n.would_refuse), s.first_seen, s.last_seen"
            " FROM side s JOIN side_calls n ON n.key = s.key"
            f" WHERE {_SINCE.format('n.slot')} AND {conditions} GROUP BY s.key ORDER BY 3, 1, 2, 5 DESC, 6",
            values,
        )
        return [SideRow(SideKey(*row[:6]), *row[6:]) for row in rows]

    def unplanned(self, wanted: Filter) -> list[UnplannedRow]:
        """Changes that no plan announced, the last first; the filter's column does not count."""
        conditions, values = _conditions(wanted._replace(column=None), _OF_UNPLANNED)
        rows = self._rows(
            'SELECT u.database, u."table", u.change, u.client, u.calls, u.refused, u.first_seen, u.last_seen'
            f" FROM unplanned u WHERE {conditions} ORDER BY u.last_seen DESC, 1, 2, 3, 4",
            values,
        )
        return [UnplannedRow(UnplannedKey(*row[:4]), *row[4:]) for row in rows]

    def carried(self, plan: str, since: str | None = None) -> Window:
        """When a plan was in force while this was written, without counts."""
        rows = self._rows(
            "SELECT c.started, c.heartbeat, r.interval, r.closed OR c.heartbeat < r.heartbeat FROM carried c"
            " JOIN run r ON r.id = c.run WHERE c.plan = :plan AND c.heartbeat >= :since ORDER BY c.started",
            {"plan": plan, "since": since or ""},
        )
        return watched([Run(*row) for row in rows], since)

    def databases(self) -> list[str]:
        """Those that anything is known of."""
        rows = self._rows("SELECT database FROM statement UNION SELECT database FROM catalogs ORDER BY 1", {})
        return [database for (database,) in rows]

    def catalog(self, database: str) -> Schema | None:
        """The last catalog of a database that was seen."""
        for (data,) in self._rows("SELECT snapshot FROM catalogs WHERE database = :base", {"base": database}):
            try:
                return snapshot.load(data)
            except (ValueError, KeyError, TypeError, zlib.error) as problem:
                raise StoreError(f"{self._path}: the catalog of {database} cannot be read: {problem}") from problem
        return None

    def _rows(self, query: str, values: Mapping[str, str | int]) -> list[Any]:
        with naming(self._path):
            return self._connection.execute(query, values).fetchall()


# By the hour; the day in which it falls as a whole where its hours have been added up.
_SINCE = "({0} >= substr(:since, 1, 13) OR {0} = substr(:since, 1, 10))"
_COUNTS = f"""
    WITH counts AS (
        SELECT key, sum(calls) AS calls, sum(rewritten) AS rewritten, sum(refused) AS refused, sum(rows) AS rows,
               sum(would_refuse) AS would_refuse
        FROM calls WHERE {_SINCE.format("slot")} GROUP BY key
    ), failures AS (SELECT key, sum(calls) AS calls FROM error WHERE {_SINCE.format("slot")} GROUP BY key)
"""
_SENT = "statement s JOIN caller c ON c.statement = s.id JOIN counts n ON n.key = c.key"
_USING = """
    SELECT u.statement FROM use u JOIN statement s ON s.id = u.statement JOIN caller c ON c.statement = s.id WHERE {}
"""

# A star, a whole row, values by position: told with the column, where the statement reaches it.
_CONDITIONS = {
    "table": """substr('.' || u."table", -length(:table)) = :table""",
    "column": """(u."column" = :column OR u."column" = '' AND u.kind IN ('star', 'whole_row', 'positional') AND EXISTS
        (SELECT 1 FROM use x WHERE x.statement = u.statement AND x."table" = u."table" AND x."column" = :column))""",
    "client": "c.client GLOB :client",
    "since": "c.last_seen >= :since",
    "database": "s.database = :database",
}


_OF_SIDES = {
    "table": """substr('.' || s."table", -length(:table)) = :table""",
    "client": "s.client GLOB :client",
    "since": "s.last_seen >= :since",
    "database": "s.database = :database",
}


_OF_UNPLANNED = {
    "table": _CONDITIONS["table"],
    "client": "u.client GLOB :client",
    "since": "u.last_seen >= :since",
    "database": "u.database = :database",
}


def _conditions(wanted: Filter, of: Mapping[str, str] = _CONDITIONS) -> tuple[str, dict[str, str]]:
    values = {name: value for name, value in wanted._asdict().items() if value is not None}
    conditions = " AND ".join(["true", *(of[name] for name in values)])
    if "table" in values:
        values["table"] = "." + values["table"]
    return conditions, {"since": "", **values}


def _about(wanted: Filter) -> tuple[str, dict[str, str]]:
    """The same for statements, where a table or column means that it is used."""
    conditions, values = _conditions(wanted)
    plain, _ = _conditions(wanted._replace(table=None, column=None))
    if wanted.table is None and wanted.column is None:
        return plain, values
    return f"{plain} AND s.id IN ({_USING.format(conditions)})", values

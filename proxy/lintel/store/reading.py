"""Questions to a store, read-only, so that they can be asked while Lintel serves."""

import json
import zlib
from pathlib import Path
from typing import Any, NamedTuple

from lintel.schema import Schema
from lintel.store import snapshot
from lintel.store.errors import StoreError, naming
from lintel.store.rows import Recorded, Use, UseRow, Window, WindowRow, seconds
from lintel.store.sqlite import check, connect

GAP_SECONDS = 5.0  # a heartbeat comes every second; a flush may take a little


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
            if not check(self._connection, path):
                raise StoreError(f"{path}: the store is empty; `lintel serve` fills it")

    def close(self) -> None:
        """Done with it."""
        self._connection.close()

    def uses(self, wanted: Filter) -> list[UseRow]:
        """Every use that the filter lets through, by table, column, kind and client."""
        conditions, values = _conditions(wanted)
        rows = self._rows(
            'SELECT u."table", nullif(u."column", \'\'), u.kind, c.client, s.id, s.database, s.sql, c.calls,'
            " coalesce(v.calls, 0), v.message, c.first_seen, c.last_seen"
            " FROM uses u JOIN calls c ON c.statement = u.statement JOIN statements s ON s.id = u.statement"
            " LEFT JOIN verdicts v ON v.key = c.key AND v.verdict = 'refuse'"
            f" WHERE {conditions} ORDER BY 1, 2, 3, 4, c.calls DESC, s.sql",
            values,
        )
        return [UseRow(Use(*row[:3]), *row[3:]) for row in rows]

    def statements(self, database: str | None = None, since: str | None = None) -> list[tuple[Recorded, list[Caller]]]:
        """Every statement with the clients that sent it."""
        conditions, values = _conditions(Filter(database=database, since=since))
        callers: dict[str, list[Caller]] = {}
        about: dict[str, Recorded] = {}
        for key, base, path, sql, verb, opaque, client, calls, last_seen in self._rows(
            "SELECT s.id, s.database, s.search_path, s.sql, s.verb, s.opaque, c.client, c.calls, c.last_seen"
            f" FROM statements s JOIN calls c ON c.statement = s.id WHERE {conditions} ORDER BY s.sql, s.id, c.client",
            values,
        ):
            about[key] = Recorded(base, tuple(json.loads(path)), sql, verb, opaque)
            callers.setdefault(key, []).append(Caller(client, calls, last_seen))
        return [(about[key], found) for key, found in callers.items()]

    def window(self, since: str | None = None) -> Window:
        """What was watched since then."""
        rows = self._rows(
            "SELECT started, heartbeat, opaque, dropped FROM windows WHERE heartbeat >= :since ORDER BY started",
            {"since": since or ""},
        )
        return watched([WindowRow(*row) for row in rows], since)

    def databases(self) -> list[str]:
        """Those that anything is known of."""
        rows = self._rows("SELECT database FROM statements UNION SELECT database FROM catalogs ORDER BY 1", {})
        return [database for (database,) in rows]

    def catalog(self, database: str) -> Schema | None:
        """The last catalog of a database that was seen."""
        for (data,) in self._rows("SELECT snapshot FROM catalogs WHERE database = :base", {"base": database}):
            try:
                return snapshot.load(data)
            except (ValueError, KeyError, TypeError, zlib.error) as problem:
                raise StoreError(f"{self._path}: the catalog of {database} cannot be read: {problem}") from problem
        return None

    def _rows(self, query: str, values: dict[str, str]) -> list[Any]:
        with naming(self._path):
            return self._connection.execute(query, values).fetchall()


def watched(rows: list[WindowRow], since: str | None = None) -> Window:
    """Windows of writers, by start, as one; what none of them saw is a gap."""
    if not rows:
        return Window(None, None)
    start = max(rows[0].started, since or "")
    end = rows[0].heartbeat
    gaps = []
    if since is not None and seconds(rows[0].started) - seconds(since) > GAP_SECONDS:
        gaps.append((since, rows[0].started))
        start = since
    for row in rows[1:]:
        if row.started > end and seconds(row.started) - seconds(end) > GAP_SECONDS:
            gaps.append((end, row.started))
        end = max(end, row.heartbeat)
    return Window(start, end, tuple(gaps), sum(r.dropped for r in rows), sum(r.opaque for r in rows))


# A star, a whole row, values by position: told with the column, where the statement reaches it.
_CONDITIONS = {
    "table": """substr('.' || u."table", -length(:table)) = :table""",
    "column": """(u."column" = :column OR u."column" = '' AND u.kind IN ('star', 'whole_row', 'positional') AND EXISTS
        (SELECT 1 FROM uses x WHERE x.statement = u.statement AND x."table" = u."table" AND x."column" = :column))""",
    "client": "c.client GLOB :client",
    "since": "c.last_seen >= :since",
    "database": "s.database = :database",
}


def _conditions(wanted: Filter) -> tuple[str, dict[str, str]]:
    values = {name: value for name, value in wanted._asdict().items() if value is not None}
    if "table" in values:
        values["table"] = "." + values["table"]
    return " AND ".join(["true", *(_CONDITIONS[name] for name in values)]), values

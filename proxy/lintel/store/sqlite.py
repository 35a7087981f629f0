"""The SQLite store for writing: one connection, used by one thread, WAL so that readers never wait for it.

Every problem of the file becomes a StoreError; after one the Store is closed and the caller opens it anew.
"""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from lintel.schema import Schema
from lintel.store import adding, keeping, snapshot, unplanned
from lintel.store.errors import StoreError, naming
from lintel.store.migrations import APPLICATION_ID, MIGRATIONS, VERSION
from lintel.store.rows import Batch, utc

BUSY_SECONDS = 0.5
MAX_KNOWN = 50_000


class Store:
    """A store open for writing."""

    def __init__(self, path: Path, window: str | None = None) -> None:
        """Open or make it; raises StoreError. `window` continues the window of a Store that failed."""
        self.path = path
        self.window = window or uuid4().hex[:16]
        self.lost = 0  # calls of statements for which there was no room
        self._known: dict[str, int] = {}  # hashes of statements that are in the file as they are here
        with naming(path):
            self._connection = connect(path)
            try:
                self._connection.execute("PRAGMA synchronous = NORMAL")
                _migrate(self._connection, path)
                self._log = path.with_name(path.name + "-wal")
                self._inodes = _inode(path), _inode(self._log)
            except BaseException:
                self._connection.close()
                raise

    @property
    def gone(self) -> bool:
        """The file, or the log beside it, is no longer the one in use: what is written now would be lost."""
        now = _inode(self.path), _inode(self._log)
        return now[0] != self._inodes[0] or self._inodes[1] not in (None, now[1])

    def add(self, batch: Batch) -> None:
        """Add one flush, whole or not at all, and not again where it is in already."""
        statements = {o.statement.id: o.statement for o in batch.observations}
        new = {key: hash(one) for key, one in statements.items() if self._known.get(key) != hash(one)}
        with self._transaction() as connection:
            if adding.is_in(connection, self.window, batch.number):
                return
            lost = adding.beyond(connection, list(new)) if new else set()
            for key in new.keys() - lost:
                adding.add_statement(connection, statements[key])
            seen = [o for o in batch.observations if o.statement.id not in lost] if lost else batch.observations
            adding.add_observations(connection, batch, seen)
            adding.add_sides(connection, batch)
            unplanned.add(connection, batch)
            connection.executemany(
                "INSERT OR REPLACE INTO imported VALUES (?, ?, ?)",
                [(*key, value) for key, value in batch.imported.items()],
            )
            if batch.watched:
                adding.add_window(connection, self.window, batch, lost)
        if len(self._known) + len(new) > MAX_KNOWN:
            self._known.clear()
        self._known.update({key: known for key, known in new.items() if key not in lost})
        self._inodes = self._inodes[0], _inode(self._log)
        self.lost += sum(o.calls for o in batch.observations if o.statement.id in lost)

    def tidy(self, retention: float) -> bool:
        """One piece of adding up and forgetting what is old; whether there may be more. `retention` is in seconds."""
        self._known.clear()  # another writer may have forgotten what this one has not seen for long
        with self._transaction() as connection:
            return keeping.tidy(connection, time.time(), retention)

    def save_catalog(self, database: str, schema: Schema) -> None:
        """Keep the catalog, for `impact` without a server."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO catalogs VALUES (?, ?, ?) ON CONFLICT (database) DO UPDATE SET"
                " taken = excluded.taken, snapshot = excluded.snapshot",
                (database, utc(time.time()), snapshot.dump(schema)),
            )

    def add_past(self, past: unplanned.Past) -> bool:
        """Keep a change that the catalog shows and nobody ran through Lintel; whether it is one."""
        with self._transaction() as connection:
            return unplanned.add_past(connection, past)

    def save_memory(self, database: str, plan: str, kept: str) -> None:
        """Keep what a plan has to know when its column has gone."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO plan_memory VALUES (?, ?, ?)", (database, plan, kept))

    def memories(self) -> dict[tuple[str, str], str]:
        """(database, plan) -> what save_memory was given last."""
        with naming(self.path):
            rows = self._connection.execute("SELECT database, plan, kept FROM plan_memory").fetchall()
        return {(database, plan): kept for database, plan, kept in rows}

    def imported(self, source: str) -> dict[str, str]:
        """How far imports from this source have got, by key."""
        with naming(self.path):
            return dict(self._connection.execute("SELECT key, value FROM imported WHERE source = ?", (source,)))

    def close(self) -> None:
        """Close it, whatever state it is in."""
        with suppress(sqlite3.Error):
            self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with naming(self.path), self._connection:  # commits, or rolls back
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection in WAL mode that waits BUSY_SECONDS for others."""
    mode = "ro" if read_only else "rwc"
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
    except BaseException:
        connection.close()
        raise
    return connection


def check(connection: sqlite3.Connection, path: Path) -> int:
    """The version of the file, 0 for an empty one; raises StoreError where it is not ours or newer than we are."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if objects and application != APPLICATION_ID:
        raise StoreError(f"{path}: is a SQLite database, but not a store of Lintel")
    if version > VERSION:
        raise StoreError(f"{path}: is of version {version}, written by a newer Lintel; this one knows {VERSION}")
    return int(version)


def check_writable(path: Path) -> None:
    """StoreError where a Store could not be opened there and written; leaves everything as it is."""
    if not path.exists():
        try:
            tempfile.TemporaryFile(dir=path.parent).close()
        except OSError as problem:
            raise StoreError(f"{path}: cannot be made: {problem.strerror}") from None
        return
    with naming(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS,
                                               isolation_level=None)) as connection:  # fmt: skip
        version = check(connection, path)
        connection.execute("BEGIN IMMEDIATE")  # which a file that cannot be written grants too
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("ROLLBACK")


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    if check(connection, path) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")  # another writer may be migrating: look again under the lock
    for version in range(check(connection, path), VERSION):
        for statement in _statements(MIGRATIONS[version]):
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _statements(script: str) -> Iterator[str]:
    """executescript() would commit first."""
    rest = ""
    for line in script.splitlines(keepends=True):
        rest += line
        if sqlite3.complete_statement(rest):
            yield rest
            rest = ""

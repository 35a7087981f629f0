"""The query log: a JSON line for every statement, without literals. Written by a thread; `put` never waits.

A file that was renamed, as a rotation does it, is noticed before the next lines, and a new one is begun under the name:
no signal is needed. Lines that cannot be written are counted and lost; a torn one is ended, so that the next is whole.
"""

import json
import os
import threading
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import NamedTuple

import structlog

from lintel.policy.statement import Statement
from lintel.recorder.identity import tagged_name
from lintel.store import StoreError
from lintel.store.rows import digest, utc

MAX_WAITING = 20_000  # lines; what comes while so many wait is lost
_LINES = 1_000  # written at once
_MAX_KNOWN = 2_000

_log = structlog.get_logger(__name__)


class Line(NamedTuple):
    """One statement as it was completed."""

    time: float  # since 1970
    client: str
    database: str
    statement: Statement
    sqlstate: str | None
    seconds: float
    rows: int | None  # None: not known


class QueryLog:
    """`put` is the event loop's, everything else the thread's. StoreError where the file cannot be opened at first."""

    def __init__(self, path: Path) -> None:
        self.dropped = 0
        self._path = path
        self._writing = 0  # lines
        self._file = -1
        self._torn = False
        self._failing = False
        self._known: dict[tuple[Statement, str], str] = {}
        self._queue: SimpleQueue[Line | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="lintel-query-log", daemon=True)
        try:
            self._reopen()
        except OSError as problem:
            raise StoreError(f"{path}: {problem.strerror}") from problem

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def put(self, line: Line) -> None:
        """Write this, unless too many wait."""
        if self._queue.qsize() < MAX_WAITING:
            self._queue.put(line)
        else:
            self.dropped += 1

    def close(self, seconds: float) -> None:
        """Write what is there, and end within the time given; what is not written by then counts as dropped."""
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(seconds)
        if self._thread.is_alive():
            lost = self._writing + max(0, self._queue.qsize() - 1)
            self.dropped += lost
            _log.error("query log not written to its end", log=self._path, lines=lost)

    def _run(self) -> None:
        ending = False
        while not ending:
            lines = self._waiting()
            ending = lines[-1] is None
            self._writing = len(lines) - ending
            self._write([line for line in lines if line is not None])
            self._writing = 0
        os.close(self._file)

    def _waiting(self) -> list[Line | None]:
        """At least one."""
        lines = [self._queue.get()]
        with suppress(Empty):
            while lines[-1] is not None and len(lines) < _LINES:
                lines.append(self._queue.get_nowait())
        return lines

    def _write(self, lines: list[Line]) -> None:
        left = data = (("\n" if self._torn else "") + "".join(map(self._told, lines))).encode()
        try:
            self._reopen()
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as problem:
            self._torn = self._torn or len(left) < len(data)
            self.dropped += min(left.count(b"\n"), len(lines))
            if not self._failing:
                _log.warning("query log cannot be written", log=self._path, problem=problem.strerror)
            self._failing = True
        else:
            self._torn = self._failing = False

    def _reopen(self) -> None:
        """Where it is not open, or the file of that name is another one now."""
        with suppress(OSError):
            if self._file >= 0 and os.path.samestat(os.fstat(self._file), self._path.stat()):
                return
        opened = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        if self._file >= 0:
            os.close(self._file)
        self._file = opened

    def _told(self, line: Line) -> str:
        client = tagged_name(line.statement.tags) or line.client
        about = self._about(line.statement, line.database)
        first = json.dumps({"time": utc(line.time), "client": client, "database": line.database})
        last = json.dumps({"seconds": round(line.seconds, 6), "sqlstate": line.sqlstate, "rows": line.rows})
        return f"{first[:-1]}, {about}, {last[1:]}\n"

    def _about(self, statement: Statement, database: str) -> str:
        """What is the same in each of its lines."""
        key = (statement, database)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            found = self._known[key] = _described(statement, database)
        return found


def _described(statement: Statement, database: str) -> str:
    facts = statement.facts
    values = {
        "shape": digest(database, *statement.search_path, "", statement.shape),  # its id in the store
        "sql": statement.shape,
        "tables": facts.tables,
        "reads": facts.reads,
        "writes": facts.writes,
        "opaque": facts.opaque is not None,
        "verdict": statement.verdict,
    }
    return json.dumps(values)[1:-1]

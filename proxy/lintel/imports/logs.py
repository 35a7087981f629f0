"""`lintel import csvlog | jsonlog`: a log file, read once and in one pass, whatever its size."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import IO, NamedTuple
from zoneinfo import ZoneInfoNotFoundError

from lintel.config import ConfigError
from lintel.imports import csvlog, files, jsonlog
from lintel.imports.catalogs import Catalogs, Known
from lintel.imports.entry import Entry, Unreadable
from lintel.imports.messages import line_of
from lintel.imports.sessions import Run, Session, Sessions, follow, run_of
from lintel.imports.tallies import Summary, Tallies
from lintel.imports.times import Clock, UnknownZone, clock
from lintel.policy import ContextKey
from lintel.policy.search_path import schemas_of
from lintel.recorder.identity import client_name
from lintel.store import Store

FORMATS: dict[str, ModuleType] = {"csvlog": csvlog, "jsonlog": jsonlog}
ENTRIES = 100_000  # between two batches


class Log(NamedTuple):
    """A file, what its entries are read with, and what is made of them."""

    path: Path
    form: ModuleType
    clock: Clock
    catalogs: Catalogs
    sessions: Sessions
    tallies: Tallies


def import_log(path: Path, form: str, store: Store, catalogs: Catalogs, zone: str | None = None) -> Summary:
    """Add what is new in a file of this format; ConfigError where it cannot be read or is none, StoreError."""
    log = Log(path, FORMATS[form], _clock(zone), catalogs, Sessions(), Tallies())
    with files.opened(path) as file:
        key = files.identity(file, log.form.records)
        if key is None:
            return Summary(already=True)
        before = files.go_on(file, path, store.imported(form).get(key))
        after = _read(file, log, before, lambda reached: store.add(log.tallies.batch({(form, key): reached.dump()})))
    return log.tallies.summary._replace(already=after.offset == before.offset)


def _clock(zone: str | None) -> Clock:
    try:
        return clock(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigError("--timezone", str(zone), "expected a name such as Europe/Berlin") from None


def _read(file: IO[bytes], log: Log, reached: files.Reached, flush: Callable[[files.Reached], None]) -> files.Reached:
    """Read to the end; each batch goes into the store together with how far it goes."""
    number = 0
    for number, record in enumerate(files.whole(file, log.form.records), 1):
        reached = reached.after(record)
        _take(record, log)
        if log.tallies.full or number % ENTRIES == 0:
            flush(reached)
    if number and number == log.tallies.unread:
        raise ConfigError(
            str(log.path), "", f"is no {log.form.__name__.rpartition('.')[2]}: not one entry could be read"
        )
    if number:
        flush(reached)
    return reached


def _take(record: bytes, log: Log) -> None:
    try:
        entry = log.form.entry(record)
        line = line_of(entry)
        if line is not None:
            _count(entry, run_of(line, log.sessions.session(entry.session)), log)
    except (Unreadable, ValueError):
        log.tallies.unread += 1
    except UnknownZone as zone:
        problem = (
            f"tells its times in zone {zone}, which may be several; give --timezone with the server's log_timezone"
        )
        raise ConfigError(str(log.path), "", problem) from None


def _count(entry: Entry, run: Run, log: Log) -> None:
    session = log.sessions.session(entry.session)
    known = log.catalogs.of(entry.database)
    context = known.policy.context(ContextKey(search_path=_path(entry, session, known), shadowed=session.temporary))
    text = run.text.encode("utf-8", "surrogateescape")
    decision = context.decisions.get(text) or context.decide(text)
    at = log.clock(entry.time)
    client = client_name(entry.application_name, entry.user, entry.host or None)
    log.tallies.add(
        decision.statement, entry.database, client, run.calls, (at, at), entry.sqlstate if run.failed else ""
    )
    if run.calls and not run.failed:
        follow(session, run.text, decision)


def _path(entry: Entry, session: Session, known: Known) -> tuple[str, ...] | None:
    if not session.followed:
        return None
    if session.search_path is not None:
        return schemas_of(session.search_path, None, entry.user)
    return known.search_path(entry.database, entry.user)

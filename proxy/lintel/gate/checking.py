"""The check as a whole: migrations, what was seen, baseline and ignores in, a Result out."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from lintel.analysis.server_code import server_uses
from lintel.config import ConfigError
from lintel.gate import baseline
from lintel.gate.assessing import Traffic
from lintel.gate.collecting import Request, collect
from lintel.gate.ignores import applying
from lintel.gate.judging import judged
from lintel.gate.migration import Note
from lintel.gate.result import Found, Judged, Result
from lintel.report.breakage import Catalog, kept, recorded
from lintel.store import Reader


class Source(NamedTuple):
    """Where what was seen is kept, and how much of it counts."""

    store: Path
    catalog: Catalog | None = None  # a live one; None: the one that the store keeps
    database: str | None = None  # of several that it keeps
    since: str | None = None  # as the store writes times
    at_least: float = 0.0  # seconds that must have been watched for silence to count


def check(request: Request, source: Source, known: Path | None = None) -> Result:
    """Judge the migrations that are asked for; `known` is a baseline.

    Raises ConfigError for what is asked in vain, StoreError for a store that cannot be read.
    """
    accepted = frozenset[str]() if known is None else baseline.load(known)
    migrations = collect(request)
    reader = Reader(source.store)
    try:
        traffic = _traffic(reader, source)
    finally:
        reader.close()
    found = list(judged(migrations, traffic))
    wanted, ignored = _without_ignored(found)
    unread = server_uses(traffic.schema, traffic.search_path).unread
    return _without_known(Result(tuple(wanted), traffic.window, ignored, unread=unread), accepted)


def _traffic(reader: Reader, source: Source) -> Traffic:
    catalog = source.catalog or _kept(reader, source.database)
    seen = tuple(recorded(reader, catalog.database, source.since))
    window = reader.window(source.since, catalog.database)
    return Traffic(catalog.schema, catalog.search_path, seen, window, source.at_least)


def _kept(reader: Reader, database: str | None) -> Catalog:
    found = [catalog for catalog in kept(reader) if database in (None, catalog.database)]
    names = ", ".join(catalog.database for catalog in kept(reader))
    if not found:
        said = f"the store keeps catalogs of {names}" if names else "the store keeps no catalog yet; give --server"
        raise ConfigError("lintel check", "--database" if names else "", said)
    if len(found) > 1:
        raise ConfigError("lintel check", "--database", f"expected one of those that the store keeps: {names}")
    return found[0]


def _without_ignored(found: Iterable[Judged]) -> tuple[list[Judged], int]:
    kept_ones, count = [], 0
    for one in found:
        taken, notes = _ignored(one)
        count += len(taken)
        left = tuple(found for found in one.found if found not in taken)
        kept_ones.append(one._replace(found=left, notes=(*one.notes, *notes)))
    return kept_ones, count


def _ignored(one: Judged) -> tuple[set[Found], list[Note]]:
    taken: set[Found] = set()
    notes = []
    for ignore, line in applying(one.migration.ignores, one.migration.steps):
        for rule in ignore.rules:
            hits = {found for found in one.found if found.step.first == line and found.finding.rule == rule}
            taken |= hits
            if not hits and one.state in ("clean", "findings", "unknown"):
                notes.append(Note(ignore.line, f"unused: lintel: ignore {rule}"))
    return taken, notes


def _without_known(result: Result, accepted: frozenset[str]) -> Result:
    prints = {found.fingerprint for found in _all(result)}
    left = tuple(
        one._replace(found=tuple(found for found in one.found if found.fingerprint not in accepted))
        for one in result.judged
    )
    known = sum(found.fingerprint in accepted for found in _all(result))
    return result._replace(judged=left, known=known, gone=len(accepted - prints))


def _all(result: Result) -> Iterator[Found]:
    return (found for one in result.judged for found in one.found)

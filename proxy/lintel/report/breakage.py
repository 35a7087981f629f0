"""`lintel impact`: recorded statements and the catalog, judged by lintel.impact, as text for people or as JSON."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from lintel.config import ConfigError
from lintel.impact import RULES, Caller, Ddl, Finding, Impact, Place, Script, Seen, Unsupported, assess, blockers
from lintel.impact.blockers import Standing
from lintel.report.code_uses import CodeUse, Scan, met
from lintel.report.code_uses import lines as code_lines
from lintel.report.document import window_document
from lintel.report.pretty import pretty
from lintel.report.render import DEFAULT_WIDTH
from lintel.report.text import aligned, bold, window_lines
from lintel.report.wording import counted, lasting, readable
from lintel.schema import Schema
from lintel.sql.stored import is_hashed, shown
from lintel.store import Reader, Window

# Of statements that are kept as a hash only, those that may use columns; DDL and the like names them by itself.
_QUERIES = frozenset({"select", "insert", "update", "delete", "merge", "copy", "create table as", "create view"})

Look = Callable[[Iterable[str]], Mapping[str, Standing]]

NOTHING, FINDINGS, USAGE, TOO_LITTLE = 0, 1, 2, 3


class Catalog(NamedTuple):
    """A database's schema, live or as the store keeps it, and what a fresh session of it searches."""

    database: str
    schema: Schema
    search_path: tuple[str, ...] = ("public",)
    look: Look | None = None  # how its tables are right now


class Period(NamedTuple):
    """What counts: which traffic, how many seconds of it for silence to say something, which source code."""

    since: str | None = None
    at_least: float = 0.0
    scan: Scan | None = None  # how source code is looked through


_ALL = Period()


class Told(NamedTuple):
    """All that is to be said."""

    change: str
    impact: Impact
    window: Window
    now: Mapping[str, Standing]  # by table
    unseen: tuple[str, ...]  # why finding nothing would say little
    in_code: tuple[CodeUse, ...] = ()  # what it meets in source code

    @property
    def code(self) -> int:
        """The exit code."""
        return FINDINGS if self.impact.findings or self.in_code else TOO_LITTLE if self.unseen else NOTHING


class Verdict(NamedTuple):
    """What to print, and the exit code."""

    output: str
    code: int


def run(
    path: Path,
    change: str | Sequence[Script],
    form: str = "text",
    *,
    catalog: Catalog | None = None,
    period: Period = _ALL,
    width: int = DEFAULT_WIDTH,
    colour: bool = False,
) -> Verdict:
    """Judge DDL, or files of it. Without a catalog the kept one is used whose tables it names.

    ConfigError for what is no change that can be judged (exit 2), StoreError for a store that cannot be read.
    """
    scripts = [Script(change.encode())] if isinstance(change, str) else list(change)
    reader = Reader(path)
    try:
        impact, base = _assessed(reader, scripts, catalog, period.since)
        window = reader.window(period.since)
    finally:
        reader.close()
    tables = {ddl.table for ddl in impact.ddl if ddl.table}
    now = catalog.look(tables) if catalog is not None and catalog.look is not None else {}
    impact = impact._replace(findings=(*impact.findings, *blockers.findings(impact.ddl, now)))
    code = () if period.scan is None else tuple(met(period.scan(base.schema, base.search_path), impact))
    told = Told(_named(scripts), impact, window, now, tuple(unseen(impact, window, period.at_least)), code)
    if form == "json":
        return Verdict(json.dumps(document(told), indent=2, ensure_ascii=False) + "\n", told.code)
    return Verdict(_text(told, width, colour), told.code)


def _named(scripts: Sequence[Script]) -> str:
    return "; ".join(script.file or script.sql.decode("utf-8", "replace") for script in scripts)


def _assessed(
    reader: Reader, scripts: list[Script], catalog: Catalog | None, since: str | None
) -> tuple[Impact, Catalog]:
    problem: Unsupported | None = None
    for base in [catalog] if catalog is not None else kept(reader):
        try:
            return assess(scripts, base.schema, recorded(reader, base.database, since), base.search_path), base
        except Unsupported as why:
            problem = problem or why
    if problem is None:
        raise ConfigError(_named(scripts), "", "the store keeps no catalog yet; give --server")
    raise ConfigError("lintel impact" if scripts[0].file else _named(scripts), "", str(problem))


def kept(reader: Reader) -> list[Catalog]:
    """The catalogs that the store keeps."""
    pairs = ((database, reader.catalog(database)) for database in reader.databases())
    return [Catalog(database, schema) for database, schema in pairs if schema is not None]


def recorded(reader: Reader, database: str, since: str | None) -> list[Seen]:
    """The statements that a change is held against."""
    return [
        Seen(one.id, one.sql, one.search_path, tuple(Caller(*caller) for caller in callers))
        for one, callers in reader.statements(database, since)
        if one.opaque is not None or one.verb in _QUERIES or not is_hashed(one.sql)
    ]


def unseen(impact: Impact, window: Window, at_least: float) -> Iterator[str]:
    """Why finding nothing would say little: silence is a result only where all was seen, and some use."""
    if not impact.tables and not impact.unjudged:
        return
    if window.start is None:
        yield "nothing has been watched yet"
    if window.gaps:
        yield f"the window has {counted(len(window.gaps), 'gap')}"
    if window.dropped:
        yield f"{counted(window.dropped, 'observation')} got lost"
    if window.start is not None and window.seconds < at_least:
        yield f"only {lasting(window.seconds)} were watched"
    if impact.unread:
        yield f"{counted(impact.unread, 'recorded statement')} cannot be resolved again"
    if impact.tables and not impact.judged:
        yield f"no statement on {', '.join(impact.tables)} was seen"
    for place, words in impact.unjudged:
        yield f"what {words} does{_at(place)} is not judged"


def document(told: Told) -> dict[str, Any]:
    """What `lintel impact --format json` prints."""
    return {
        "change": told.change,
        "window": window_document(told.window),
        "findings": [finding_document(finding, told.window) for finding in told.impact.findings],
        "ddl": [ddl_document(ddl, told.now.get(ddl.table or "")) for ddl in told.impact.ddl],
        "not_seen": list(told.unseen),
        "code": [use._asdict() for use in told.in_code],
    }


def finding_document(finding: Finding, window: Window) -> dict[str, Any]:
    """One finding of the document."""
    return {
        "rule": finding.rule,
        "sqlstate": finding.sqlstate,
        "client": finding.client,
        "object": finding.object,
        "shape": finding.shape,
        "sql": None if finding.sql is None else shown(finding.sql),
        "calls": finding.calls,
        "calls_per_day": None if finding.client is None else window.per_day(finding.calls),
        "last_seen": finding.last_seen,
        "message": finding.message,
        "fix": finding.fix,
        "file": finding.place.file,
        "line": finding.place.line,
    }


def ddl_document(ddl: Ddl, standing: Standing | None) -> dict[str, Any]:
    """One statement of the change in the document."""
    holders = () if standing is None else blockers.in_the_way(ddl, standing)
    later = () if standing is None else blockers.in_the_way_later(ddl, standing)
    return {
        "statement": ddl.statement,
        "lock": ddl.lock,
        "rewrites_table": ddl.rewrites_table,
        "scans_table": ddl.scans_table,
        "table": ddl.table,
        "rows": None if standing is None else standing.rows,
        "bytes": None if standing is None else standing.bytes,
        "in_the_way": [holder._asdict() for holder in holders],
        "long_transactions": [holder._asdict() for holder in later],
        "warnings": list(ddl.warnings),
        "file": ddl.place.file,
        "line": ddl.place.line,
    }


def _text(told: Told, width: int, colour: bool) -> str:
    impact = told.impact
    lines = [*window_lines(told.window), ""]
    if impact.unread:
        lines[-1:] = [f"Not judged: {counted(impact.unread, 'recorded statement')} that cannot be resolved again.", ""]
    if impact.unread_objects:
        lines[-1:] = [*(f"Not all read: {name}: {why}." for name, why in impact.unread_objects), ""]
    if impact.unjudged:
        lines[-1:] = [*(f"Not judged: {words}{_at(place)}." for place, words in impact.unjudged), ""]
    for rule, found in groupby(impact.findings, lambda finding: finding.rule):
        lines += [*rule_lines(rule, list(found), told.window, width, colour), ""]
    lines += code_lines(told.in_code)
    lines += [_conclusion(told), ""]
    for ddl in impact.ddl:
        lines += _what_it_does(ddl, told.now.get(ddl.table or ""), colour)
    return "\n".join(lines).rstrip() + "\n"


def _at(place: Place) -> str:
    if place.line is None:
        return ""
    return f" in line {place.line}" if place.file is None else f" at {place.file}:{place.line}"


def _what_it_does(ddl: Ddl, standing: Standing | None, colour: bool) -> Iterator[str]:
    where = "" if ddl.place.file is None else f"  ({ddl.place.file}:{ddl.place.line})"
    yield bold(ddl.statement, colour) + where
    yield f"  takes {ddl.lock}{doing(ddl.rewrites_table, ddl.scans_table)}"
    if standing is not None:
        yield f"  {ddl.table} has {_size(standing)}"
        for holder in blockers.in_the_way(ddl, standing):
            yield f"  waits for {holder.client} ({holder.mode}, {holder.state}, {holder.seconds:.0f} s)"
        for holder in blockers.in_the_way_later(ddl, standing):
            about = ", ".join(part for part in (holder.mode, holder.state, f"{holder.seconds:.0f} s") if part)
            yield f"  open besides: a transaction of {holder.client} ({about})"
    yield from (f"  {warning}" for warning in ddl.warnings)


def _size(standing: Standing) -> str:
    rows = "a number of rows that is not known" if standing.rows is None else f"about {counted(standing.rows, 'row')}"
    return rows if standing.bytes is None else f"{rows} in {standing.bytes / 2**20:,.1f} MB"


def rule_lines(rule: str, found: list[Finding], window: Window, width: int, colour: bool) -> list[str]:
    """What was found by one rule, for people."""
    about = RULES[rule]
    states = ", ".join(dict.fromkeys(finding.sqlstate or "silent" for finding in found))
    lines = [bold(f"{rule}  {about.title}  ({states})", colour)]
    ordered = sorted(found, key=lambda finding: (finding.sql or "", finding.message))
    for (sql, message), group in groupby(ordered, lambda finding: (finding.sql, finding.message)):
        who = list(group)
        lines += [f"  {message}" + (_at(who[0].place) if who[0].place.file else "")]
        lines += [f"      {line}" for line in (pretty(sql, width - 6) if sql is not None else [])]
        lines += ["    " + line for line in aligned(_who(finding, window) for finding in who)]
    return [*lines, f"  fix: {about.fix}"]


def _who(finding: Finding, window: Window) -> tuple[str, ...]:
    if finding.client is None:
        return (finding.object or "",)
    daily = window.per_day(finding.calls)
    calls = counted(finding.calls, "call") + ("" if daily is None else f" ({daily:,.1f} a day)")
    return finding.client, calls, f"last {readable(finding.last_seen or '')}"


def doing(rewrites: bool, scans: bool) -> str:
    """What goes on under the lock."""
    return " and rewrites the table" if rewrites else " and scans the table" if scans else ", briefly"


def _conclusion(told: Told) -> str:
    impact = told.impact
    tables = ", ".join(impact.tables) or "any table's columns"
    if told.code == FINDINGS:
        clients = {finding.client for finding in impact.findings if finding.client}
        objects = {finding.object for finding in impact.findings if finding.object}
        places = f" and {counted(len(told.in_code), 'place')} in source code" if told.in_code else ""
        met_by = f"{counted(len(clients), 'client')} and {counted(len(objects), 'object')}{places}"
        return f"{met_by} meet this change of {tables}."
    if told.code == TOO_LITTLE:
        why = "; ".join(told.unseen)
        return f"Nothing was found, but too little was seen of {tables} to say that nothing breaks: {why}."
    seen = f"{counted(impact.judged, 'statement')} on {tables} in {lasting(told.window.seconds)}"
    return f"Nothing that was seen breaks ({seen})."

"""`lintel impact`: recorded statements and the catalog, judged by lintel.impact, as text for people or as JSON."""

import json
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from lintel.config import ConfigError
from lintel.impact import RULES, Caller, Finding, Impact, Seen, Unsupported, assess
from lintel.report.pretty import pretty
from lintel.report.render import DEFAULT_WIDTH, window_document
from lintel.report.text import aligned, bold, counted, readable, window_lines
from lintel.schema import Schema
from lintel.sql.stored import is_hashed, shown
from lintel.store import Reader, Window

# Of statements that are kept as a hash only, those that may use columns; DDL and the like names them by itself.
_QUERIES = frozenset({"select", "insert", "update", "delete", "merge", "copy", "create table as", "create view"})

NOTHING, FINDINGS, USAGE, TOO_LITTLE = 0, 1, 2, 3


class Catalog(NamedTuple):
    """A database's schema, live or as the store keeps it, and what a fresh session of it searches."""

    database: str
    schema: Schema
    search_path: tuple[str, ...] = ("public",)


class Verdict(NamedTuple):
    """What to print, and the exit code."""

    output: str
    code: int


def run(
    path: Path,
    change: str,
    form: str = "text",
    *,
    catalog: Catalog | None = None,
    since: str | None = None,
    width: int = DEFAULT_WIDTH,
    colour: bool = False,
) -> Verdict:
    """Judge DDL. Without a catalog the kept one is used whose tables it names.

    ConfigError for what is no change that can be judged (exit 2), StoreError for a store that cannot be read.
    """
    reader = Reader(path)
    try:
        impact = _assessed(reader, change, catalog, since)
        window = reader.window(since)
    finally:
        reader.close()
    code = _code(impact, window)
    if form == "json":
        return Verdict(json.dumps(document(change, impact, window), indent=2, ensure_ascii=False) + "\n", code)
    return Verdict(_text(impact, window, code, width, colour), code)


def _assessed(reader: Reader, change: str, catalog: Catalog | None, since: str | None) -> Impact:
    problem: Unsupported | None = None
    for base in [catalog] if catalog is not None else _kept(reader):
        try:
            return assess(change.encode(), base.schema, _seen(reader, base.database, since), base.search_path)
        except Unsupported as why:
            problem = problem or why
    raise ConfigError(
        change, "", str(problem) if problem else "the store keeps no catalog yet; give --server"
    ) from None


def _kept(reader: Reader) -> list[Catalog]:
    pairs = ((database, reader.catalog(database)) for database in reader.databases())
    return [Catalog(database, schema) for database, schema in pairs if schema is not None]


def _seen(reader: Reader, database: str, since: str | None) -> list[Seen]:
    return [
        Seen(one.id, one.sql, one.search_path, tuple(Caller(*caller) for caller in callers))
        for one, callers in reader.statements(database, since)
        if one.opaque is not None or one.verb in _QUERIES or not is_hashed(one.sql)
    ]


def _code(impact: Impact, window: Window) -> int:
    """Silence is a result only where somebody used the table and nobody went unseen."""
    if impact.findings:
        return FINDINGS
    blind = window.start is None or window.gaps or window.dropped or impact.unread or not impact.judged
    return TOO_LITTLE if impact.tables and blind else NOTHING


def document(change: str, impact: Impact, window: Window) -> dict[str, Any]:
    """As DESIGN section 6 promises it to scripts."""
    return {
        "change": change,
        "window": window_document(window),
        "findings": [_finding(finding) for finding in impact.findings],
        "ddl": [ddl._asdict() for ddl in impact.ddl],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "sqlstate": finding.sqlstate,
        "client": finding.client,
        "object": finding.object,
        "shape": finding.shape,
        "sql": None if finding.sql is None else shown(finding.sql),
        "calls": finding.calls,
        "last_seen": finding.last_seen,
        "message": finding.message,
        "fix": finding.fix,
    }


def _text(impact: Impact, window: Window, code: int, width: int, colour: bool) -> str:
    lines = [*window_lines(window), ""]
    if impact.unread:
        lines[-1:] = [f"Not judged: {counted(impact.unread, 'recorded statement')} that cannot be resolved again.", ""]
    if impact.unread_objects:
        lines[-1:] = [*(f"Not all read: {name}: {why}." for name, why in impact.unread_objects), ""]
    for rule, found in groupby(impact.findings, lambda finding: finding.rule):
        lines += [*_rule(rule, list(found), width, colour), ""]
    lines += [_conclusion(impact, code), ""]
    for ddl in impact.ddl:
        lines += [bold(ddl.statement, colour), f"  takes {ddl.lock}{_work(ddl.rewrites_table, ddl.scans_table)}"]
    return "\n".join(lines).rstrip() + "\n"


def _rule(rule: str, found: list[Finding], width: int, colour: bool) -> list[str]:
    about = RULES[rule]
    lines = [bold(f"{rule}  {about.title}  ({about.sqlstate or 'silent'})", colour)]
    for (sql, message), group in groupby(found, lambda finding: (finding.sql, finding.message)):
        who = list(group)
        lines += [f"  {message}"]
        lines += [f"      {line}" for line in (pretty(sql, width - 6) if sql is not None else [])]
        lines += ["    " + line for line in aligned(_who(finding) for finding in who)]
    return [*lines, f"  fix: {about.fix}"]


def _who(finding: Finding) -> tuple[str, ...]:
    if finding.client is None:
        return (finding.object or "",)
    return finding.client, counted(finding.calls, "call"), f"last {readable(finding.last_seen or '')}"


def _work(rewrites: bool, scans: bool) -> str:
    return " and rewrites the table" if rewrites else " and scans the table" if scans else ", briefly"


def _conclusion(impact: Impact, code: int) -> str:
    tables = ", ".join(impact.tables) or "any table's columns"
    if code == FINDINGS:
        clients = {finding.client for finding in impact.findings if finding.client}
        objects = {finding.object for finding in impact.findings if finding.object}
        return f"{counted(len(clients), 'client')} and {counted(len(objects), 'object')} meet this change of {tables}."
    if code == TOO_LITTLE:
        return f"Nothing was found, but too little was seen of {tables} to say that nothing breaks."
    return f"Nothing that was seen breaks ({counted(impact.judged, 'statement')} on {tables})."

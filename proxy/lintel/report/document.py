"""The report for programs: as JSON, and its uses as CSV."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from lintel.report.compared import Compared, compared
from lintel.report.gather import Report
from lintel.report.overview import Line, tables
from lintel.report.risks import Risks
from lintel.report.versions import Version, versions
from lintel.sql.stored import shown
from lintel.store import SideRow, Traffic, UnplannedRow, Window

_UNKNOWN: dict[str, Any] = {"errors": {}, "seconds": None, "rows": None}
QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
# A cell that begins like this is a formula to a spreadsheet, also behind white space.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def as_json(report: Report, _width: int, _colour: bool) -> Iterator[str]:
    """A line for each use: a hundred thousand of them are still read by eye, and written quickly."""
    before = "{\n  "
    for key, value in document(report).items():
        yield f"{before}{_dumped(key)}: "
        yield from [_dumped(value)] if isinstance(value, dict) else _lines(value)
        before = ",\n  "
    yield "\n}\n"


def _lines(values: Iterable[dict[str, Any]]) -> Iterator[str]:
    before = "[\n    "
    for one in values:
        yield before + _dumped(one)
        before = ",\n    "
    yield "[]" if before[0] == "[" else "\n  ]"


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def document(report: Report) -> dict[str, Any]:
    """As docs/report.md promises it to scripts; the uses as they come."""
    found = tables(report)
    told = {
        "window": window_document(report.window),
        "uses": uses(report),
        "objects": [{"object": found.object, **found.use._asdict()} for found in report.objects],
        "windows": {database: window_document(window) for database, window in report.windows.items()},
        "unread": [{"object": name, "reason": why} for name, why in report.unread],
        "whole": [{"table": table.name, **one._asdict()} for table in found for one in table.whole],
        "unused": [{"table": table.name, "column": column} for table in found for column in table.unused],
    }
    told["plans"] = map(version_document, versions(report))
    told["unplanned"] = [_changed(row) for row in report.unplanned]
    differences = compared(report)
    return told if differences is None else {**told, "compared": _compared(differences)}


def uses(report: Report) -> Iterator[dict[str, Any]]:
    """Each use of each statement by each client."""
    risks = Risks(report.uses)
    texts: dict[str, str] = {}
    measured = {key: _measured(sent) for key, sent in report.traffic.items()}
    for row in report.uses:
        sql = texts.get(row.statement)
        if sql is None:
            sql = texts[row.statement] = shown(row.sql)
        yield {
            "table": row.use.table,
            "column": row.use.column,
            "kind": row.use.kind,
            "client": row.client,
            "shape": row.statement,
            "sql": sql,
            "calls": row.calls,
            "first_seen": row.first_seen,
            "last_seen": row.last_seen,
            "database": row.database,
            "calls_per_day": None if report.daily is None else _rounded(row.calls * report.daily),
            "failed": row.failed,
            "refused": row.refused,
            "would_refuse": row.would_refuse,
            "refusal": row.refusal,
            **measured.get((row.statement, row.client), _UNKNOWN),
            "risks": list(risks.of(row)),
        }


def _measured(sent: Traffic) -> dict[str, Any]:
    """SQLSTATEs, seconds and rows; null where nothing was timed."""
    seconds = {name: _rounded(sent.seconds(part)) for name, part in QUANTILES.items()} if sent.timed else None
    return {"errors": dict(sent.errors), "seconds": seconds, "rows": _rounded(sent.rows)}


def _rounded(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.3g}") if number < 1000 else round(number)


def window_document(window: Window) -> dict[str, Any]:
    """The window, as report and impact tell it."""
    return {
        "from": window.start,
        "to": window.end,
        "gaps": [list(gap) for gap in window.gaps],
        "dropped": window.dropped,
        "opaque": window.opaque,
    }


def version_document(version: Version) -> dict[str, Any]:
    """Who is on which side of one plan."""
    last, window = version.last_old, version.window
    return {
        "plan": version.plan,
        "table": version.table,
        "database": version.database,
        "window": {"from": window.start, "to": window.end, "gaps": [list(gap) for gap in window.gaps]},
        "last_old": None if last is None else last.last_seen,
        "clients": [_client(row) for row in version.clients],
    }


def _client(row: SideRow) -> dict[str, Any]:
    key = row.key
    return {"client": key.client, "side": key.side, "known": key.known, "calls": row.calls,
            "rewritten": row.rewritten, "refused": row.refused, "would_rewrite": row.would_rewrite,
            "would_refuse": row.would_refuse, "first_seen": row.first_seen, "last_seen": row.last_seen}  # fmt: skip


def _changed(row: UnplannedRow) -> dict[str, Any]:
    """One change that no plan announced; client null: it was made past Lintel."""
    counted = {"calls": row.calls, "refused": row.refused, "first_seen": row.first_seen, "last_seen": row.last_seen}
    return {**row.key._asdict(), "client": row.key.client or None, **counted}


def _compared(found: Compared) -> dict[str, Any]:
    return {
        "since": found.moment,
        "window": window_document(found.since),
        "new": [_line(line) for line in found.new],
        "gone": [_line(line) for line in found.gone],
    }


def _line(line: Line) -> dict[str, Any]:
    return {**line.use._asdict(), "client": line.client, "calls": line.calls, "first_seen": line.first_seen,
            "last_seen": line.last_seen, "shapes": line.statements}  # fmt: skip


_COLUMNS = (
    "table", "column", "kind", "client", "database", "calls", "calls_per_day", "failed", "refused", "sqlstates",
    "first_seen", "last_seen", "p50_seconds", "p95_seconds", "p99_seconds", "rows", "risks", "shape", "sql",
)  # fmt: skip


def as_csv(report: Report, _width: int, _colour: bool) -> Iterator[str]:
    """The uses by RFC 4180; no cell is a formula to a spreadsheet."""
    yield _record(_COLUMNS)
    for use in uses(report):
        flat = _flat(use)
        yield _record([_cell(flat.get(name)) for name in _COLUMNS])


def _record(cells: Iterable[Any]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _flat(use: dict[str, Any]) -> dict[str, Any]:
    times = {f"{name}_seconds": value for name, value in (use["seconds"] or {}).items()}
    states = " ".join(f"{code}:{calls}" for code, calls in sorted(use["errors"].items()))
    return {**use, **times, "sqlstates": states, "risks": " ".join(use["risks"])}


def _cell(value: Any) -> Any:
    """None is an empty cell."""
    if isinstance(value, str) and (value.lstrip().startswith(_FORMULA) or value[:1].isspace()):
        return "'" + value
    return value

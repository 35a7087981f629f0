"""One report in one of its forms."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lintel.report.gather import Report, gather
from lintel.report.text import as_text
from lintel.sql.stored import shown
from lintel.store import Filter, Reader, Window

DEFAULT_WIDTH = 120


def render(path: Path, wanted: Filter, form: str = "text", *, width: int = DEFAULT_WIDTH, colour: bool = False) -> str:
    """The report on a store, ending with a line break; StoreError where the store cannot be read."""
    reader = Reader(path)
    try:
        return FORMATS[form](gather(reader, wanted), width, colour)
    finally:
        reader.close()


def _json(report: Report, _width: int, _colour: bool) -> str:
    return json.dumps(document(report), indent=2, ensure_ascii=False) + "\n"


def document(report: Report) -> dict[str, Any]:
    """As DESIGN section 6 promises it to scripts."""
    return {
        "window": window_document(report.window),
        "uses": [
            {
                "table": row.use.table,
                "column": row.use.column,
                "kind": row.use.kind,
                "client": row.client,
                "shape": row.statement,
                "sql": shown(row.sql),
                "calls": row.calls,
                "first_seen": row.first_seen,
                "last_seen": row.last_seen,
            }
            for row in report.uses
        ],
        "objects": [{"object": found.object, **found.use._asdict()} for found in report.objects],
    }


def window_document(window: Window) -> dict[str, Any]:
    """The window, as report and impact tell it."""
    return {
        "from": window.start,
        "to": window.end,
        "gaps": [list(gap) for gap in window.gaps],
        "dropped": window.dropped,
        "opaque": window.opaque,
    }


FORMATS: dict[str, Callable[[Report, int, bool], str]] = {"text": as_text, "json": _json}

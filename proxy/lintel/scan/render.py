"""The result of a scan, for people and for programs."""

import json
from collections.abc import Callable
from itertools import groupby

from lintel.scan.finding import Found
from lintel.scan.scanner import Result


def render(result: Result, form: str) -> str:
    """The result in one of the FORMATS, ending with a line break."""
    return FORMATS[form](result)


def _json(result: Result) -> str:
    document = {
        "uses": [one._asdict() for one in result.uses],
        "files": result.files,
        "opaque": [one._asdict() for one in result.opaque],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _text(result: Result) -> str:
    """By table and column; in each by file and line."""
    lines: list[str] = []
    by_column = sorted(result.uses, key=lambda one: (one.table, one.column or ""))
    for (table, column), found in groupby(by_column, key=lambda one: (one.table, one.column)):
        lines += [f"{table}.{column}" if column else f"{table} (as a whole)", *map(_line, found), ""]
    if result.opaque:
        lines += ["Not understood, but names a table"]
        lines += [
            f"  {one.file}:{one.line}  {one.reader}: {one.reason} ({', '.join(one.tables)})" for one in result.opaque
        ]
        lines += [""]
    readers = {(one.file, one.reader) for one in result.uses}
    return (
        "\n".join([*lines, f"{result.files:,} files read: {len(readers):,} readers, {len(result.opaque):,} opaque."])
        + "\n"
    )


def _line(one: Found) -> str:
    reason = f" ({one.reason})" if one.reason else ""
    return f"  {one.file}:{one.line}  {one.kind.replace('_', ' ')}  {one.reader}  {one.sure}{reason}"


FORMATS: dict[str, Callable[[Result], str]] = {"text": _text, "json": _json}

"""A report for people: the window first, then table by table, then who was refused."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from lintel.report.gather import Object, Report
from lintel.report.pretty import pretty
from lintel.store import UseRow, Window

_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
Line = tuple[str, ...]


def as_text(report: Report, width: int, colour: bool) -> str:
    """All of it."""
    numbers = _numbered(report.uses)
    lines = [*window_lines(report.window), ""]
    for table, rows in groupby(report.uses, lambda row: row.use.table):
        lines += [bold(table, colour), *_uses(list(rows), numbers), ""]
    if not report.uses:
        lines += [*_nobody(report), ""]
    lines += _section("Views", _views(report.objects), colour)
    lines += _section("Refused", _refused(report.uses, numbers), colour)
    lines += _section("Statements", _statements(report.uses, numbers, width), colour)
    return "\n".join(lines).rstrip() + "\n"


def window_lines(window: Window) -> Iterator[str]:
    """What was watched, and what of it is not known."""
    if window.start is None or window.end is None:
        yield "Nothing has been watched yet."
        return
    yield f"Watched from {readable(window.start)} to {readable(window.end)} (UTC)."
    yield from _unknown(window)


def _unknown(window: Window) -> Iterator[str]:
    for start, end in window.gaps:
        yield f"Not watched from {readable(start)} to {readable(end)}."
    if window.dropped:
        yield f"Lost: {counted(window.dropped, 'observation')}."
    if window.opaque:
        yield f"Not understood: {counted(window.opaque, 'statement')}; what they use is not known."


def _nobody(report: Report) -> Iterator[str]:
    """Absence is evidence only where everything was seen and understood."""
    subject = ".".join(part for part in (report.wanted.table, report.wanted.column) if part) or "any table"
    by = f" by {report.wanted.client}" if report.wanted.client else ""
    if report.window.whole and not report.objects:
        yield f"Nobody used {subject}{by} in {lasting(report.window.seconds)}."
    elif report.window.start is not None:
        yield f"No use of {subject}{by} was seen in traffic."
        if not report.window.whole:
            yield "That does not mean that there is none: not everything was watched and understood, see above."


def _uses(rows: list[UseRow], numbers: dict[str, int]) -> list[str]:
    found = [
        (
            row.use.column or "(table)",
            row.use.kind.replace("_", " "),
            row.client,
            f"{row.calls:,}",
            readable(row.last_seen),
            f"[{numbers[row.statement]}]",
        )
        for row in rows
    ]
    return aligned([("column", "use", "client", "calls", "last seen", "statement"), *found], right=(3,))


def _views(objects: Iterable[Object]) -> list[str]:
    reads: dict[tuple[str, str], list[str]] = {}
    for found in objects:
        reads.setdefault((found.object, found.use.table), []).append(found.use.column or f"({found.use.kind})")
    return aligned((name, f"{table}: {', '.join(columns)}") for (name, table), columns in reads.items())


def _refused(rows: Iterable[UseRow], numbers: dict[str, int]) -> list[str]:
    found = {(row.client, row.statement): row for row in rows if row.refused}
    return aligned(
        (
            row.client,
            f"{row.refused:,} of {counted(row.calls, 'call')}",
            f"[{numbers[row.statement]}]",
            row.refusal or "",
        )
        for row in found.values()
    )


def _statements(rows: Iterable[UseRow], numbers: dict[str, int], width: int) -> Iterator[str]:
    texts = {row.statement: row.sql for row in rows}
    for statement, number in numbers.items():
        first, *rest = pretty(texts[statement], width - 8)
        yield f"{f'[{number}]':>6}  {first}"
        yield from (f"        {line}" for line in rest)


def _numbered(rows: Iterable[UseRow]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for row in rows:
        numbers.setdefault(row.statement, len(numbers) + 1)
    return numbers


def _section(title: str, lines: Iterable[str], colour: bool) -> list[str]:
    found = list(lines)
    return [bold(title, colour), *found, ""] if found else []


def aligned(rows: Iterable[Line], right: tuple[int, ...] = ()) -> list[str]:
    """Rows of cells as columns, two spaces apart and in."""
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  "
        + "  ".join(
            c.rjust(w) if i in right else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


def lasting(seconds: float) -> str:
    """`40 minutes`, `3 hours`, `12 days`: whole ones, never more than it was."""
    for length, thing in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * length:
            return counted(int(seconds // length), thing)
    return counted(int(seconds), "second")


def counted(number: int, thing: str) -> str:
    """`1 call`, `2,000 calls`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def readable(moment: str) -> str:
    """2026-11-21 03:48:02."""
    return moment[:19].replace("T", " ")


def bold(text: str, colour: bool) -> str:
    """A heading, on a terminal."""
    return f"{_BOLD}{text}{_PLAIN}" if colour else text

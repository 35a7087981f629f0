"""A report for people: the window first, then table by table, then statements with their clients."""

from collections.abc import Iterable, Iterator

from lintel.report import changes
from lintel.report.compared import compared
from lintel.report.gather import Object, Report
from lintel.report.overview import USERS, Line, Table, tables
from lintel.report.pretty import pretty
from lintel.report.versions import HEADS, cells, versions
from lintel.report.wording import (
    counted,
    failures,
    holes,
    listed,
    nobody,
    per_day,
    printable,
    readable,
    rows,
    took,
    unused,
    window_lines,
)
from lintel.store import UseRow

__all__ = ["aligned", "as_text", "bold", "counted", "readable", "window_lines"]

_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
Cells = tuple[str, ...]


def as_text(report: Report, width: int, colour: bool) -> Iterator[str]:
    """All of it."""
    numbers = numbered(report.uses)
    lines = [*window_lines(report.window), *holes(report), ""]
    if not report.uses:
        lines += [*nobody(report), ""]
    for table in tables(report):
        if table.lines:
            lines += [bold(printable(table.name), colour), *_table(table, report, numbers), ""]
    lines += _section("In the database", _objects(report.objects), colour)
    lines += _section("Who is on which version", _versions(report), colour)
    lines += _section(changes.TITLE, _unplanned(report), colour)
    lines += _section("Validate ETL, export jobs, materialized views", _whole(tables(report)), colour)
    lines += _compared(report, colour)
    lines += _section("Refused", _refused(report.uses, numbers), colour)
    lines += _section("Would be refused", _would_be_refused(report.uses, numbers), colour)
    lines += _section("Statements", _statements(report, numbers, width), colour)
    yield "\n".join(lines).rstrip() + "\n"


def _table(table: Table, report: Report, numbers: dict[str, int]) -> Iterator[str]:
    yield from aligned((USERS[kind], listed(who)) for kind, who in table.users.items() if who)
    if table.unused:
        yield f"  {printable(unused(table.unused, report))}"
    yield ""
    days = report.daily is not None
    heads = ("column", "use", "client", "calls", *(["per day"] if days else []), "failed", "last seen")
    found = [_line(line, report, numbers, days=days) for line in table.lines]
    yield from aligned([(*heads, "statements", "at risk by"), *found], right=(3, 4, 5) if days else (3, 4))


def _line(line: Line, report: Report, numbers: dict[str, int], *, days: bool) -> Cells:
    return (
        line.use.column or "(table)",
        line.use.kind.replace("_", " "),
        line.client,
        f"{line.calls:,}",
        *([per_day(line.calls, report)] if days else []),
        f"{line.failed:,}" if line.failed else "",
        readable(line.last_seen),
        _numbers(line.statements, numbers),
        " ".join(sorted(line.risks)),
    )


def _numbers(statements: list[str], numbers: dict[str, int]) -> str:
    found = sorted(numbers[one] for one in statements)
    more = f" +{len(found) - 4}" if len(found) > 4 else ""
    return "".join(f"[{number}]" for number in found[:4]) + more


def _objects(objects: Iterable[Object]) -> list[str]:
    reads: dict[tuple[str, str], list[str]] = {}
    for found in objects:
        reads.setdefault((found.object, found.use.table), []).append(found.use.column or f"({found.use.kind})")
    return aligned((name, f"{table}: {', '.join(columns)}") for (name, table), columns in reads.items())


def _whole(found: list[Table]) -> list[str]:
    """Who reads the whole of a table notices any change of it."""
    return aligned(
        (table.name, listed(f"{one.who} ({one.how})" for one in table.whole)) for table in found if table.whole
    )


def _versions(report: Report) -> Iterator[str]:
    for one in versions(report):
        yield printable(f"  {one.plan} on {one.table} in {one.database}: {one.told}")
        yield from (f"  {line}" for line in aligned([HEADS, *map(cells, one.clients)], right=(3, 4, 5)))


def _unplanned(report: Report) -> Iterator[str]:
    if report.unplanned:
        yield from aligned([changes.HEADS, *map(changes.cells, report.unplanned)], right=(4, 5))


def _compared(report: Report, colour: bool) -> Iterator[str]:
    found = compared(report)
    if found is None:
        return
    yield from _section(f"New since {readable(found.moment)}", _changed(found.new) or ["  nothing"], colour)
    yield from _section("Gone", [f"  {found.about_gone}", *_changed(found.gone)] if found.gone else [], colour)


def _changed(lines: list[Line]) -> list[str]:
    return aligned(
        (
            f"{line.use.table}.{line.use.column}" if line.use.column else line.use.table,
            line.use.kind.replace("_", " "),
            line.client,
            counted(line.calls, "call"),
            f"{readable(line.first_seen)} .. {readable(line.last_seen)}",
        )
        for line in lines
    )


def _refused(uses: Iterable[UseRow], numbers: dict[str, int]) -> list[str]:
    found = {(row.client, row.statement): row for row in uses if row.refused}
    return aligned(_refusal(row, row.refused, numbers) for row in found.values())


def _would_be_refused(uses: Iterable[UseRow], numbers: dict[str, int]) -> list[str]:
    """While nothing was enforced."""
    found = {(row.client, row.statement): row for row in uses if row.would_refuse}
    return aligned(_refusal(row, row.would_refuse, numbers) for row in found.values())


def _refusal(row: UseRow, calls: int, numbers: dict[str, int]) -> Cells:
    of = f"{calls:,} of {counted(row.calls, 'call')}"
    return row.client, of, f"[{numbers[row.statement]}]", row.refusal or ""


def _statements(report: Report, numbers: dict[str, int], width: int) -> Iterator[str]:
    texts = {row.statement: row.sql for row in report.uses}
    sent: dict[str, list[Cells]] = {}
    for statement, client in report.traffic:
        sent.setdefault(statement, []).append(_sent(report, statement, client))
    for statement, number in numbers.items():
        first, *rest = pretty(texts[statement], width - 8)
        yield f"{f'[{number}]':>6}  {first}"
        yield from (f"        {line}" for line in rest)
        yield from (f"        {line}" for line in aligned(sent.get(statement, [])))


def _sent(report: Report, statement: str, client: str) -> Cells:
    one = report.traffic[statement, client]
    times = "  ".join(f"p{round(part * 100)} {took(one, part)}" for part in (0.5, 0.95) if one.timed)
    days = per_day(one.calls, report)
    return (
        client,
        counted(one.calls, "call") + (f", {days} a day" if days else ""),
        f"{readable(one.first_seen)} .. {readable(one.last_seen)}",
        times,
        f"rows {rows(one)}" if one.timed else "",
        f"failed {sum(one.errors.values()):,}: {failures(one.errors)}" if one.errors else "",
    )


def numbered(uses: Iterable[UseRow]) -> dict[str, int]:
    """Statements by the number that stands for them."""
    numbers: dict[str, int] = {}
    for row in uses:
        numbers.setdefault(row.statement, len(numbers) + 1)
    return numbers


def _section(title: str, lines: Iterable[str], colour: bool) -> list[str]:
    found = list(lines)
    return [bold(title, colour), *found, ""] if found else []


def aligned(table: Iterable[Cells], right: tuple[int, ...] = ()) -> list[str]:
    """Rows of cells as columns, two spaces apart and in; what would steer a terminal as ?."""
    cells = [tuple(map(printable, row)) for row in table]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  "
        + "  ".join(
            c.rjust(w) if i in right else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)) if w
        ).rstrip()
        for row in cells
    ]


def bold(text: str, colour: bool) -> str:
    """A heading, on a terminal."""
    return f"{_BOLD}{text}{_PLAIN}" if colour else text

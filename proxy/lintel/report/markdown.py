"""The report for a pull request: GitHub's Markdown. Names stand in code spans, where nothing has a meaning."""

import re
from collections.abc import Iterable, Iterator

from lintel.report import changes
from lintel.report.compared import compared
from lintel.report.gather import Report
from lintel.report.overview import Line, Table, tables
from lintel.report.text import numbered
from lintel.report.versions import HEADS, cells, versions
from lintel.report.wording import holes, listed, nobody, per_day, printable, readable, unused, window_lines
from lintel.sql.stored import shown

MAX_LINES = 300  # of a table; a pull request's comment holds 65,536 characters
MAX_STATEMENTS = 100

_TICKS = re.compile("`+")


def as_markdown(report: Report, _width: int, _colour: bool) -> Iterator[str]:
    """All of it, the statements folded away."""
    asked = ".".join(part for part in (report.wanted.table, report.wanted.column) if part)
    lines = ["## Who uses " + (code(asked) if asked else "what"), "", *_window(report), ""]
    if not report.uses:
        lines += [*map(escaped, nobody(report)), ""]
    numbers = numbered(report.uses)
    for table in tables(report):
        lines += [*_table(table, report, numbers), ""]
    lines += _versions(report)
    lines += _unplanned(report)
    lines += _compared(report)
    lines += _statements(report, numbers)
    yield "\n".join(lines).rstrip() + "\n"


def _window(report: Report) -> Iterator[str]:
    mark = "NOTE" if report.whole else "WARNING"
    yield f"> [!{mark}]"
    for line in [*window_lines(report.window), *holes(report)]:
        yield f"> {escaped(line)}  "


def _table(table: Table, report: Report, numbers: dict[str, int]) -> Iterator[str]:
    yield f"### {code(table.name)}"
    yield ""
    if table.lines:
        yield from rows(
            ("column", "use", "client", "calls", "per day", "failed", "last seen (UTC)", "statements", "at risk by"),
            (_line(line, report, numbers) for line in table.lines[:MAX_LINES]),
            "lllrrrlll",
        )
        yield ""
    if len(table.lines) > MAX_LINES:
        yield f"{len(table.lines) - MAX_LINES:,} more lines are left out.\n"
    if table.objects:
        names = sorted({one.object for one in table.objects})
        yield f"- In the database: {listed(map(code, names), 30)}"
    if table.whole:
        who = listed((f"{code(one.who)} ({escaped(one.how)})" for one in table.whole), 30)
        yield f"- Validate ETL, export jobs, materialized views: {who}"
    if table.unused:
        yield f"- Columns {escaped(unused([code(name) for name in table.unused[:50]], report))}"


def _line(line: Line, report: Report, numbers: dict[str, int]) -> tuple[str, ...]:
    return (
        code(line.use.column) if line.use.column else "(table)",
        line.use.kind.replace("_", " "),
        code(line.client),
        f"{line.calls:,}",
        per_day(line.calls, report),
        f"{line.failed:,}" if line.failed else "",
        readable(line.last_seen),
        listed((str(number) for number in sorted(numbers[one] for one in line.statements)), 5),
        " ".join(sorted(line.risks)),
    )


def _versions(report: Report) -> Iterator[str]:
    for one in versions(report):
        yield f"### Who is on which version: {code(one.plan)}"
        yield ""
        yield f"{code(one.table)} in {code(one.database)}: {escaped(one.told)}."
        yield ""
        lines = (cells(row) for row in one.clients[:MAX_LINES])
        yield from rows(HEADS, ((code(client), *map(escaped, rest)) for client, *rest in lines), "lllrrrll")
        yield ""


def _unplanned(report: Report) -> Iterator[str]:
    if report.unplanned:
        yield f"### {changes.TITLE}"
        yield ""
        lines = map(changes.cells, report.unplanned[:MAX_LINES])
        yield from rows(changes.HEADS, ((*map(code, line[:4]), *map(escaped, line[4:])) for line in lines), "llllrrl")
        yield ""


def _compared(report: Report) -> Iterator[str]:
    found = compared(report)
    if found is None:
        return
    for title, lines in (("New since " + readable(found.moment), found.new), ("Gone: " + found.about_gone, found.gone)):
        yield f"### {title}"
        yield ""
        yield from rows(
            ("column", "use", "client", "calls", "first seen", "last seen"),
            (
                (code(".".join(filter(None, line.use[:2]))), line.use.kind.replace("_", " "), code(line.client),
                 f"{line.calls:,}", readable(line.first_seen), readable(line.last_seen))
                for line in lines[:MAX_LINES]
            ),
            "lllrll",
        ) if lines else ["nothing"]  # fmt: skip
        yield ""


def _statements(report: Report, numbers: dict[str, int]) -> Iterator[str]:
    if not numbers:
        return
    texts = {row.statement: row.sql for row in report.uses}
    yield f"<details><summary>Statements ({len(numbers):,})</summary>\n"
    for statement, number in list(numbers.items())[:MAX_STATEMENTS]:
        yield f"{number}. {code(shown(texts[statement]))}"
    if len(numbers) > MAX_STATEMENTS:
        yield f"\n{len(numbers) - MAX_STATEMENTS:,} more are left out."
    yield "\n</details>"


def rows(heads: tuple[str, ...], lines: Iterable[tuple[str, ...]], sides: str) -> Iterator[str]:
    """A table; `sides` has an l or r for each column."""
    yield f"| {' | '.join(heads)} |"
    yield "|" + "|".join("---:" if side == "r" else "---" for side in sides) + "|"
    yield from (f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in lines)


def code(text: str) -> str:
    """A code span: no mention, link, tag or line break comes out of it."""
    plain = printable(text) or "?"
    fence = "`" * (1 + max(map(len, _TICKS.findall(plain)), default=0))
    space = " " if plain[:1] in "` " or plain[-1:] in "` " else ""
    return f"{fence}{space}{plain}{space}{fence}"


def escaped(text: str) -> str:
    """Words of ours around names that were given on the command line, or in code spans already."""
    return text.replace("<", "&lt;")

"""The report as one HTML file: nothing is fetched, no script is needed to read it, and names stay names.

The policy in its head allows the style and the script that are in it, by their hashes, and nothing else.
"""

import base64
import hashlib
from collections.abc import Iterator
from importlib.resources import files

from lintel.report import plots
from lintel.report.compared import compared
from lintel.report.gather import Report
from lintel.report.markup import Markup, join, tag, verbatim
from lintel.report.overview import USERS, Table, tables
from lintel.report.sections import Numbers, changed, objects, rules, statements, unplanned, uses
from lintel.report.sections import versions as sides
from lintel.report.text import numbered
from lintel.report.versions import versions
from lintel.report.wording import holes, lasting, nobody, readable, unused, window_lines

MAX_LINES = 5_000  # of a page; more than that nobody reads, and browsers struggle
MAX_PLOTS = 40
MAX_NAMES = 40  # of clients, in one line

_VALIDATE = tag("span", "ETL, export jobs, materialized views: ", class_="check")


def as_html(report: Report, _width: int, _colour: bool) -> Iterator[str]:
    """The whole file."""
    found = tables(report)
    style, script = (files(__package__).joinpath(name).read_text("utf-8") for name in ("page.css", "page.js"))
    title = _title(report)
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        verbatim("style", style),
    )
    body = tag("body", _top(report, title, found), tag("main", *_main(report, found)), verbatim("script", script))
    yield f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _policy(style: str, script: str) -> str:
    def allowed(code: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"

    return (
        f"default-src 'none'; style-src {allowed(style)}; script-src {allowed(script)}; base-uri 'none';"
        " form-action 'none'"
    )


def _title(report: Report) -> str:
    asked = ".".join(part for part in (report.wanted.table, report.wanted.column) if part)
    return f"Who uses {asked or 'what'}" + (f": {report.wanted.client}" if report.wanted.client else "")


def _top(report: Report, title: str, found: list[Table]) -> Markup:
    told = [*window_lines(report.window), *holes(report)]
    if report.whole:
        told.append(f"All of it was seen and understood, {lasting(report.window.seconds)}: no use is missing from it.")
    elif report.window.start is not None:
        told.append("What is not in this report may have been used all the same.")
    state = "whole" if report.whole else "holes"
    return tag(
        "header",
        tag("div", "Lintel report", class_="mark"),
        tag("h1", tag("bdi", title)),
        tag("div", *(tag("p", line) for line in told), class_=f"window {state}"),
        _tiles(report, found),
        class_="top",
    )


def _tiles(report: Report, found: list[Table]) -> Markup:
    sent = report.traffic.values()
    numbers = {
        "tables": len(found),
        "clients": len({one.client for one in sent}),
        "statements": len({one.statement for one in sent}),
        "calls": sum(one.calls for one in sent),
        "failed": sum(sum(one.errors.values()) for one in sent),
    }
    tiles = (
        tag("div", tag("dd", plots.short(number) if number >= 100_000 else f"{number:,}"), tag("dt", name))
        for name, number in numbers.items()
    )
    return tag("dl", *tiles, class_="tiles")


def _main(report: Report, found: list[Table]) -> Iterator[Markup]:
    numbers = Numbers(numbered(report.uses))
    heat = plots.heat(_calls(report))
    if heat is not None:
        yield tag("section", tag("h2", "Calls by table and client"), tag("div", heat, class_="card wide"))
    yield tag(
        "div",
        tag("input", type="search", placeholder="Filter: table, column, client, rule", aria_label="Filter"),
        class_="find",
    )
    if not report.uses:
        yield tag("section", *(tag("p", line) for line in nobody(report)), class_="card")
    yield from sides(versions(report))
    yield from unplanned(report)
    if len(found) > 1:
        yield _contents(found)
    left = MAX_LINES
    for i, table in enumerate(found):
        yield _table(report, table, i, numbers, max(0, left))
        left -= len(table.lines)
    yield from _changes(report, numbers)
    yield from statements(report, numbers)
    yield from rules(found)
    yield tag("footer", "Times are UTC. Durations and rows are those of a sample of the calls. What one given change "
              "would break: ", tag("code", "lintel impact"), ".")  # fmt: skip


def _calls(report: Report) -> dict[tuple[str, str], int]:
    calls: dict[tuple[str, str], int] = {}
    for table, client, _, number in {(row.use.table, row.client, row.statement, row.calls) for row in report.uses}:
        calls[table, client] = calls.get((table, client), 0) + number
    return calls


def _contents(found: list[Table]) -> Markup:
    entries = (
        tag("li", tag("a", tag("bdi", table.name), href=f"#t{i}"), " ", tag("small", f"{_clients(table):,}"))
        for i, table in enumerate(found)
    )
    return tag("nav", tag("h2", "Tables, and how many clients they have"), tag("ul", *entries, class_="plain"))


def _clients(table: Table) -> int:
    return len({line.client for line in table.lines})


def _table(report: Report, table: Table, index: int, numbers: Numbers, most: int) -> Markup:
    return tag(
        "section",
        tag("h2", tag("bdi", table.name)),
        _users(report, table),
        _over_time(report, table) if index < MAX_PLOTS else None,
        uses(table, report, numbers, most),
        objects(table),
        id=f"t{index}",
    )


def _users(report: Report, table: Table) -> Markup:
    """Clients by kind of use, columns without one, and who takes the table as a whole."""
    users = [(USERS[kind], _names([tag("bdi", name) for name in who])) for kind, who in table.users.items() if who]
    columns = [("columns", unused(table.unused, report))] if table.unused else []
    whole = [("validate", join([_VALIDATE, _names(_whole(table))]))] if table.whole else []
    entries = [join([tag("dt", name), tag("dd", told)]) for name, told in [*users, *columns, *whole]]
    return tag("dl", *entries, class_="users")


def _whole(table: Table) -> list[Markup]:
    return [join([tag("bdi", one.who), tag("small", f" ({one.how})", class_="more")]) for one in table.whole]


def _names(names: list[Markup]) -> Markup:
    """As many as are read."""
    spaced = [part for name in names[:MAX_NAMES] for part in (Markup(", "), name)][1:]
    more = f" and {len(names) - MAX_NAMES:,} more" if len(names) > MAX_NAMES else None
    return join([*spaced, *([tag("span", more, class_="more")] if more else [])])


def _over_time(report: Report, table: Table) -> Markup | None:
    found = plots.series([one for one in report.activity if one.table == table.name])
    plot = plots.over_time(found, report.window)
    return None if plot is None else tag("div", plots.legend(found), tag("div", plot, class_="wide"), class_="card")


def _changes(report: Report, numbers: Numbers) -> Iterator[Markup]:
    found = compared(report)
    if found is not None:
        yield changed(f"New since {readable(found.moment)}", found.new, numbers)
        yield changed(f"Gone: {found.about_gone}", found.gone, numbers)

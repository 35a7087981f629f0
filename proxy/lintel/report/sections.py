"""The tables of the HTML page: uses, objects, statements with their clients, and the rules that were named."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lintel.impact import RULES
from lintel.report import changes
from lintel.report.gather import Report
from lintel.report.markup import Markup, join, tag
from lintel.report.overview import Line, Table
from lintel.report.pretty import pretty
from lintel.report.versions import HEADS, Version, cells
from lintel.report.wording import counted, failures, per_day, readable, rows, took
from lintel.store import Traffic

MAX_STATEMENTS = 1_000
MAX_PRETTY = 200  # statements that are laid out; the others are told on one line
MAX_CLIENTS = 50  # of a statement
MAX_CHANGES = 500
_WIDTH = 100
_OF_CHANGE = {2: "who", 4: "num", 5: "num", 6: "when"}
_CELLS = {0: "who", 3: "num", 4: "num", 5: "num bad", 6: "when", 7: "when"}  # of a client of a plan


class Numbers(NamedTuple):
    """What stands for each statement in the page."""

    of: dict[str, int]

    def links(self, ids: Iterable[str], most: int = 4) -> Markup:
        """To statements, as far as the page has them."""
        found = sorted(self.of[one] for one in ids)
        parts = [tag("a", str(n), href=f"#s{n}") if n <= MAX_STATEMENTS else Markup(n) for n in found[:most]]
        spaced = [part for one in parts for part in (Markup(" "), one)][1:]
        more = [tag("span", f" +{len(found) - most:,}", class_="more")] if len(found) > most else []
        return join([*spaced, *more])


def uses(table: Table, report: Report, numbers: Numbers, most: int) -> Markup | None:
    """How whom; None where only objects use it."""
    if not table.lines:
        return None
    heads = (
        "Column",
        "Use",
        "Client",
        "Calls",
        "Per day",
        "Failed",
        "First seen",
        "Last seen",
        "Statements",
        "At risk by",
    )
    left_out = len(table.lines) - most
    body = _data(heads, (_line(line, report, numbers) for line in table.lines[:most]), num=(3, 4, 5))
    more = f"{left_out:,} more lines are left out: ask for one table with --table, or for csv."
    return join([body, tag("p", more, class_="more")]) if left_out > 0 else body


def _line(line: Line, report: Report, numbers: Numbers) -> Markup:
    return tag(
        "tr",
        tag("td", tag("bdi", line.use.column, class_="name") if line.use.column else "(table)"),
        tag("td", _kind(line.use.kind)),
        tag("td", tag("bdi", line.client), class_="who"),
        _number(line.calls),
        tag("td", per_day(line.calls, report), class_="num", data_value=line.calls),
        _number(line.failed, bad=True),
        *_when(line.first_seen, line.last_seen),
        tag("td", numbers.links(line.statements)),
        tag("td", *_rule_links(line.risks)),
    )


def _kind(kind: str) -> Markup:
    return tag("span", kind.replace("_", " "), class_=f"kind {kind}")


def _number(number: int, *, bad: bool = False) -> Markup:
    shown = "" if bad and not number else f"{number:,}"
    return tag("td", shown, class_="num bad" if bad else "num", data_value=number)


def _when(*moments: str) -> Iterator[Markup]:
    for moment in moments:
        yield tag("td", tag("time", readable(moment)[:16], datetime=moment), class_="when")


def _rule_links(rules: Iterable[str]) -> Iterator[Markup]:
    for rule in sorted(rules):
        yield join([tag("a", rule, href=f"#{rule}", class_="rule"), Markup(" ")])


def objects(table: Table) -> Markup | None:
    """What in the database uses it."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in table.objects:
        found.setdefault((one.object, one.use.kind), []).append(one.use.column or "(table)")
    if not found:
        return None
    lines = (
        tag(
            "tr",
            tag("td", tag("bdi", name)),
            tag("td", _kind(kind)),
            tag("td", tag("bdi", ", ".join(columns), class_="name")),
        )
        for (name, kind), columns in found.items()
    )
    return join([tag("h3", "In the database"), _data(("Object", "Use", "Columns"), lines)])


def versions(found: list[Version]) -> Iterator[Markup]:
    """Who is on which side of each plan."""
    for one in found:
        lines = (
            tag("tr", *(tag("td", tag("bdi", cell), class_=_CELLS.get(i)) for i, cell in enumerate(cells(row))))
            for row in one.clients[:MAX_CHANGES]
        )
        more = len(one.clients) - MAX_CHANGES
        yield tag(
            "section",
            tag("h2", "Who is on which version: ", tag("bdi", one.plan), " on ", tag("bdi", one.table)),
            tag("p", tag("bdi", one.database), ": ", one.told, "."),
            _data(tuple(head.capitalize() for head in HEADS), lines, num=(3, 4, 5)),
            tag("p", f"{more:,} more are left out.", class_="more") if more > 0 else None,
        )


def unplanned(report: Report) -> Iterator[Markup]:
    """Changes that no plan announced."""
    if not report.unplanned:
        return
    found = (changes.cells(row) for row in report.unplanned[:MAX_CHANGES])
    lines = (tag("tr", *(tag("td", tag("bdi", cell), class_=_OF_CHANGE.get(i)) for i, cell in enumerate(line)))
             for line in found)  # fmt: skip
    more = len(report.unplanned) - MAX_CHANGES
    yield tag(
        "section",
        tag("h2", changes.TITLE),
        _data(tuple(head.capitalize() for head in changes.HEADS), lines, num=(4, 5)),
        tag("p", f"{more:,} more are left out.", class_="more") if more > 0 else None,
    )


def changed(title: str, lines: list[Line], numbers: Numbers) -> Markup:
    """Uses that are new, or gone."""
    heads = ("Table", "Column", "Use", "Client", "Calls", "First seen", "Last seen", "Statements")
    body = (
        tag(
            "tr",
            tag("td", tag("bdi", line.use.table, class_="name")),
            tag("td", tag("bdi", line.use.column or "(table)", class_="name")),
            tag("td", _kind(line.use.kind)),
            tag("td", tag("bdi", line.client), class_="who"),
            _number(line.calls),
            *_when(line.first_seen, line.last_seen),
            tag("td", numbers.links(line.statements)),
        )
        for line in lines[:MAX_CHANGES]
    )
    more = len(lines) - MAX_CHANGES
    return tag(
        "section",
        tag("h2", title),
        _data(heads, body, num=(4,)) if lines else tag("p", "Nothing."),
        tag("p", f"{more:,} more are left out.", class_="more") if more > 0 else None,
    )


def statements(report: Report, numbers: Numbers) -> Iterator[Markup]:
    """Each statement, and what its clients had of it."""
    if not numbers.of:
        return
    texts = {row.statement: row.sql for row in report.uses}
    refusals = {(row.statement, row.client): row.refusal for row in report.uses if row.refused or row.would_refuse}
    sent: dict[str, list[Traffic]] = {}
    for one in report.traffic.values():
        sent.setdefault(one.statement, []).append(one)
    yield tag("h2", "Statements")
    for statement, number in list(numbers.of.items())[:MAX_STATEMENTS]:
        lines = pretty(texts[statement], _WIDTH if number <= MAX_PRETTY else len(texts[statement]))
        yield tag(
            "article",
            tag("h3", f"Statement {number}"),
            tag("pre", tag("code", "\n".join(lines))),
            _clients(sent.get(statement, []), report, refusals),
            id=f"s{number}",
            class_="statement card",
        )
    if len(numbers.of) > MAX_STATEMENTS:
        yield tag("p", f"{len(numbers.of) - MAX_STATEMENTS:,} more statements are left out.", class_="more")


def _clients(sent: list[Traffic], report: Report, refusals: dict[tuple[str, str], str | None]) -> Markup:
    heads = ("Client", "Calls", "Per day", "First seen", "Last seen", "Median", "95 %", "Rows", "Failed")
    lines = (
        tag(
            "tr",
            tag("td", tag("bdi", one.client), class_="who"),
            _number(one.calls),
            tag("td", per_day(one.calls, report), class_="num"),
            *_when(one.first_seen, one.last_seen),
            tag("td", took(one, 0.5), class_="num"),
            tag("td", took(one, 0.95), class_="num"),
            tag("td", rows(one), class_="num"),
            tag("td", *_failed(one, refusals.get((one.statement, one.client))), class_="bad"),
        )
        for one in sent[:MAX_CLIENTS]
    )
    more = tag("p", f"{len(sent) - MAX_CLIENTS:,} more clients.", class_="more") if len(sent) > MAX_CLIENTS else None
    return join([_table(heads, lines, "few", num=(1, 2, 5, 6, 7)), *([more] if more else [])])


def _failed(one: Traffic, refusal: str | None) -> Iterator[str]:
    yield failures(one.errors)
    if one.refused:
        yield tag("div", f"{counted(one.refused, 'refusal')}: {refusal or ''}")
    if one.would_refuse:
        yield tag("div", f"{counted(one.would_refuse, 'call')} would be refused: {refusal or ''}")


def rules(found: list[Table]) -> Iterator[Markup]:
    """What the ids mean that the page names."""
    named = sorted({rule for table in found for line in table.lines for rule in line.risks})
    if not named:
        return
    yield tag("h2", "What a change of the table may do to them")
    yield tag("p", "By the kind of use, for a column yet to be named. ", tag("code", "lintel impact"),
              " says which statements one given change does break.")  # fmt: skip
    lines = (
        tag("tr", tag("td", rule, class_="rule", id=rule), tag("td", RULES[rule].title),
            tag("td", RULES[rule].sqlstate or "silent"), tag("td", RULES[rule].fix))
        for rule in named
    )  # fmt: skip
    yield _table(("Rule", "What", "SQLSTATE", "What helps"), lines, "rules")


def _data(heads: tuple[str, ...], lines: Iterable[Markup], num: tuple[int, ...] = ()) -> Markup:
    """A table that the script sorts and filters."""
    return _table(heads, lines, "data", num)


def _table(heads: tuple[str, ...], lines: Iterable[Markup], kind: str, num: tuple[int, ...] = ()) -> Markup:
    cells = (tag("th", head, scope="col", class_="num" if i in num else None) for i, head in enumerate(heads))
    inner = tag("table", tag("thead", tag("tr", *cells)), tag("tbody", *lines), class_=kind)
    return tag("div", inner, class_="wide")

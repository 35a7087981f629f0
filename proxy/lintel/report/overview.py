"""A report, table by table: uses added up over statements, what nobody uses, and who reads whole tables."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from lintel.report.gather import Object, Report, about
from lintel.report.risks import Risks
from lintel.store import Use, UseRow

USERS = {  # kind of use -> what they are called
    "read": "read by",
    "write": "written by",
    "star": "as * by",
    "positional": "by position by",
    "whole_row": "as a whole row by",
}
_WHOLE = {"star": "*", "whole_row": "whole rows"}


@dataclass(slots=True)
class Line:
    """One way in which a client uses a table or column, through however many statements."""

    use: Use
    client: str
    first_seen: str
    last_seen: str
    calls: int = 0
    failed: int = 0
    statements: list[str] = field(default_factory=list)
    risks: set[str] = field(default_factory=set)


class Whole(NamedTuple):
    """Who takes a table as a whole, and how; client or object."""

    who: str
    how: str


@dataclass(frozen=True, slots=True)
class Table:
    """What is known of the use of one."""

    name: str
    lines: list[Line]
    objects: list[Object]
    whole: list[Whole]  # ETL, export jobs, materialized views are among them
    unused: list[str]  # its columns that nothing was seen to use

    @property
    def uses(self) -> list[Use]:
        """Of clients and objects."""
        return [line.use for line in self.lines] + [found.use for found in self.objects]

    @property
    def users(self) -> dict[str, list[str]]:
        """Clients by kind of use."""
        return {kind: sorted({one.client for one in self.lines if one.use.kind == kind}) for kind in USERS}


def tables(report: Report) -> list[Table]:
    """Every table of a report, by name."""
    lines = {name: list(found) for name, found in groupby(lines_of(report.uses), lambda line: line.use.table)}
    objects: dict[str, list[Object]] = {}
    for found in report.objects:
        objects.setdefault(found.use.table, []).append(found)
    whole = _whole(report)
    return [
        _table(report, name, lines.get(name, []), objects.get(name, []), whole.get(name, set()))
        for name in sorted({*lines, *objects})
    ]


def _table(report: Report, name: str, lines: list[Line], objects: list[Object], whole: set[Whole]) -> Table:
    table = Table(name, lines, objects, sorted({*whole, *_in_database(objects)}), [])
    used = {use.column for use in table.uses}
    known = report.columns.get(name, ()) if report.wanted.client is None else ()
    table.unused.extend(sorted(c for c in known if c not in used and about(Use(name, c, ""), report.wanted)))
    return table


def lines_of(uses: tuple[UseRow, ...]) -> Iterator[Line]:
    """Uses, which are in this order already, added up over statements."""
    risks = Risks(uses)
    for (use, client), found in groupby(uses, lambda row: (row.use, row.client)):
        rows = list(found)
        line = Line(use, client, min(row.first_seen for row in rows), max(row.last_seen for row in rows))
        for row in rows:
            line.calls += row.calls
            line.failed += row.failed
            line.statements.append(row.statement)
            line.risks.update(risks.of(row))
        yield line


def _whole(report: Report) -> dict[str, set[Whole]]:
    found: dict[str, set[Whole]] = {}
    for row in report.uses:
        how = "COPY" if row.verb == "copy" else _WHOLE.get(row.use.kind)
        if how:
            found.setdefault(row.use.table, set()).add(Whole(row.client, how))
    for table, columns, clients in _named(report.uses):
        known = {one.who for one in found.get(table, ())}
        if 1 < len(report.columns.get(table, ())) <= len(columns):
            found.setdefault(table, set()).update(Whole(client, "every column by name") for client in clients - known)
    return found


def _named(uses: Iterable[UseRow]) -> Iterator[tuple[str, set[str], set[str]]]:
    """(table, the columns that one statement reads of it, its clients)."""
    found: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    for row in uses:
        if row.use.kind == "read" and row.use.column:
            columns, clients = found.setdefault((row.use.table, row.statement), (set(), set()))
            columns.add(row.use.column)
            clients.add(row.client)
    return ((table, *sets) for (table, _), sets in found.items())


def _in_database(objects: Iterable[Object]) -> Iterator[Whole]:
    for found in objects:
        if found.use.kind in _WHOLE:
            yield Whole(found.object, _WHOLE[found.use.kind])
        elif found.object.startswith("materialized view "):
            yield Whole(found.object, "kept rows")

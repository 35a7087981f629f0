"""The report as a graph for Graphviz: clients point at tables, or at the columns of the one that was asked for."""

from collections.abc import Iterator

from lintel.report.gather import Report
from lintel.report.overview import Table, tables
from lintel.report.wording import printable, window_lines

_SHORT = {"read": "reads", "write": "writes", "star": "*", "positional": "by position", "whole_row": "whole row"}


def as_dot(report: Report, _width: int, _colour: bool) -> Iterator[str]:
    """`dot -Tsvg` makes a picture of it."""
    found = tables(report)
    columns = report.wanted.table is not None
    lines = [
        "digraph lintel {",
        '  graph [rankdir=LR, labelloc=t, fontname="sans-serif", label=' + _quoted("\n".join(_title(report))) + "];",
        '  node [fontname="sans-serif", shape=box];',
        '  edge [fontname="sans-serif", fontsize=10];',
        *_nodes(found, columns=columns),
        *(line for table in found for line in _edges(table, columns=columns)),
    ]
    yield "\n".join([*lines, "}"]) + "\n"


def _title(report: Report) -> Iterator[str]:
    yield from window_lines(report.window)


def _nodes(found: list[Table], *, columns: bool) -> Iterator[str]:
    clients = {line.client for table in found for line in table.lines}
    objects = {one.object for table in found for one in table.objects}
    yield from (f"  {_id('client', name)} [label={_quoted(name)}, style=rounded];" for name in sorted(clients))
    yield from (f"  {_id('object', name)} [label={_quoted(name)}, shape=component];" for name in sorted(objects))
    for table in found:
        if not columns:
            yield f"  {_id('table', table.name)} [label={_quoted(table.name)}, shape=cylinder];"
            continue
        yield f"  subgraph {_id('cluster', table.name)} {{ label={_quoted(table.name)};"
        for column in sorted({use.column or "" for use in table.uses}):
            yield f"    {_id('column', table.name, column)} [label={_quoted(column or '(table)')}];"
        yield "  }"


def _edges(table: Table, *, columns: bool) -> Iterator[str]:
    """Kinds of use, with calls where the edge is of one column: calls of several columns do not add up."""
    kinds: dict[tuple[str, str], dict[str, str]] = {}
    for line in table.lines:
        edge = _id("client", line.client), _target(table.name, line.use.column, columns=columns)
        calls = f" {line.calls:,}" if columns else ""
        kinds.setdefault(edge, {})[line.use.kind] = f"{_SHORT[line.use.kind]}{calls}"
    yield from _drawn(kinds, "")
    kinds = {}
    for one in table.objects:
        edge = _id("object", one.object), _target(table.name, one.use.column, columns=columns)
        kinds.setdefault(edge, {})[one.use.kind] = _SHORT[one.use.kind]
    yield from _drawn(kinds, ", style=dashed")


def _drawn(kinds: dict[tuple[str, str], dict[str, str]], style: str) -> Iterator[str]:
    for (start, end), found in sorted(kinds.items()):
        label = "\n".join(found[kind] for kind in sorted(found))
        yield f"  {start} -> {end} [label={_quoted(label)}{style}];"


def _target(table: str, column: str | None, *, columns: bool) -> str:
    return _id("column", table, column or "") if columns else _id("table", table)


def _id(*parts: str) -> str:
    return _quoted(" ".join(parts))


def _quoted(text: str) -> str:
    r"""A quoted string whose backslashes mean nothing but the line breaks put in here: \N would be the node's name."""
    lines = (printable(line).replace("\\", "\\\\").replace('"', '\\"') for line in text.split("\n"))
    return '"' + "\\n".join(lines) + '"'

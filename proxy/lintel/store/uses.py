"""How facts become rows: every way in which a statement, or the query of a view, depends on tables and columns."""

import re
from collections.abc import Iterator

from lintel.analysis.facts import Facts
from lintel.store.rows import Use

_LAST_NAME = re.compile(r'(.*)\.("(?:[^"]|"")*"|[^".]+)', re.DOTALL)


def uses_of(facts: Facts) -> Iterator[Use]:
    """Every way in which a statement depends on tables and columns."""
    columns = {Use(*split(name), "read") for name in (*facts.reads, *facts.base_reads)}
    columns |= {Use(*split(name), "write") for name in (*facts.writes, *facts.base_writes)}
    yield from columns
    yield from (Use(table, None, "star") for table in facts.stars)
    yield from (Use(table, None, "whole_row") for table in {*facts.whole_rows, *facts.row_types})
    yield from (Use(table, None, "positional") for table in _by_position(facts))
    named = {use.table for use in columns}
    plain = "write" if facts.verb in ("delete", "truncate") else "read"
    yield from (Use(table, None, plain) for table in facts.tables if table not in named)


def _by_position(facts: Facts) -> set[str]:
    """Facts say that names are left out, not of which table: an INSERT's targets, a NATURAL JOIN's sides."""
    written = {split(name)[0] for name in facts.writes}
    read = {split(name)[0] for name in facts.reads}
    found = set()
    if "insert" in facts.positional or "copy" in facts.positional:
        found |= written or read
    if "natural_join" in facts.positional:
        found |= read
    return found


def split(qualified: str) -> tuple[str, str]:
    """`public.orders` and `total` of public.orders.total, dots within quotes or not."""
    found = _LAST_NAME.fullmatch(qualified)
    return (found[1], found[2]) if found is not None else ("", qualified)

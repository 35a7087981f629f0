"""A table as one client sees it, or as one permitted schema has it: an ordered list of logical columns.

A column is known by its key, which is all that comparing needs: the attnum of a physical column, or the id of the plan
that brings the column, *whether or not the database holds it yet*. That one key stands for the column before and after
its ALTER TABLE, so that meanings under the client's table and under every permitted schema are one vocabulary.
"""

from dataclasses import dataclass
from typing import NamedTuple

from lintel.schema.snapshot import Relation

Key = int | str


class LogicalColumn(NamedTuple):
    """One column: its name, and attnum or plan id."""

    name: str
    key: Key


@dataclass(frozen=True, slots=True)
class LogicalTable:
    """A relation and the columns that it has for somebody, in order."""

    relation: Relation
    columns: tuple[LogicalColumn, ...]


def physical(relation: Relation) -> LogicalTable:
    """The relation just as the snapshot has it."""
    return LogicalTable(relation, tuple(LogicalColumn(c.name, c.attnum) for c in relation.columns))

"""A table as one client sees it, or as one permitted schema has it: an ordered list of logical columns.

A column is known by its key, which is all that comparing needs: the attnum of a physical column, or the id of the plan
that brings the column, *whether or not the database holds it yet*. That one key stands for the column before and after
its ALTER TABLE, so that meanings under the client's table and under every permitted schema are one vocabulary.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from lintel.schema.snapshot import Relation, Schema
from lintel.sql.quoting import quote_ident

Key = int | str


class LogicalColumn(NamedTuple):
    """One column: its name, and attnum or plan id."""

    name: str
    key: Key


@dataclass(frozen=True)
class LogicalTable:
    """A relation and the columns that it has for somebody, in order."""

    relation: Relation
    columns: tuple[LogicalColumn, ...]
    planned: tuple[tuple[int, Key], ...] = ()  # (attnum, key) of the physical columns that a plan changes
    types: tuple[tuple[Key, str], ...] = ()  # of columns under a plan, but retyped ones, as far as they are known
    gone: frozenset[Key] = frozenset()  # generated columns that the relation has no longer

    def key(self, attnum: int) -> Key:
        """The key of a physical column."""
        return dict(self.planned).get(attnum, attnum)

    def type(self, key: Key) -> str | None:
        """The type of a column, as format_type or the plan writes it; None where it is not known."""
        if isinstance(key, str):
            return dict(self.types).get(key)
        return next((column.type for column in self.relation.columns if column.attnum == key), None)

    @cached_property
    def generated(self) -> frozenset[Key]:
        """The keys of its generated columns, whatever they are called."""
        return self.gone.union(self.key(column.attnum) for column in self.relation.columns if column.generated)

    @cached_property
    def keys(self) -> dict[str, Key]:
        """name -> key."""
        return {column.name: column.key for column in self.columns}

    @cached_property
    def names(self) -> dict[Key, str]:
        """key -> name."""
        return {column.key: column.name for column in self.columns}

    @cached_property
    def written(self) -> dict[Key, str]:
        """key -> "public.orders.total", as quote_ident writes it."""
        table = f"{quote_ident(self.relation.schema)}.{quote_ident(self.relation.name)}"
        return {column.key: f"{table}.{quote_ident(column.name)}" for column in self.columns}


def physical(relation: Relation, schema: Schema) -> LogicalTable:
    """The relation just as the snapshot has it; made once for each, as every statement asks for it."""
    tables: dict[int, LogicalTable] = schema.tables
    found = tables.get(relation.oid)
    if found is None or found.relation is not relation:
        found = LogicalTable(relation, tuple(LogicalColumn(c.name, c.attnum) for c in relation.columns))
        tables[relation.oid] = found
    return found

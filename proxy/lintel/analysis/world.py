"""What names of relations mean for one walk: a schema under a search_path, seen through logical tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lintel.schema.logical import LogicalTable, physical
from lintel.schema.snapshot import SELECTABLE, Relation, Schema


@dataclass(frozen=True, slots=True)
class World:
    """A schema, a search_path (bare names, "$user" replaced), and the tables that differ from the physical ones."""

    schema: Schema
    search_path: tuple[str, ...]
    logical: Mapping[int, LogicalTable] = field(default_factory=dict)  # by oid
    shadowed: frozenset[str] = frozenset()  # names that a temporary relation of the session may have
    # Of these, and of what the open transaction has made, such as nothing else has, for all that is known -> their
    # columns, where the server has shown them.
    temporary: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    made: frozenset[tuple[str, str]] = frozenset()  # (schema, name) of what queries of the open transaction have made

    def find(self, schema: str | None, name: str) -> LogicalTable | None:
        """The table that a name means, None where there is none or a temporary relation may shadow it."""
        if (self.shadowed or self.made) and self.is_hidden(schema, name):
            return None
        relation = self.schema.find(schema, name, self.search_path)
        if relation is None or relation.kind not in SELECTABLE:
            return None
        return self.table(relation)

    def is_temporary(self, schema: str | None, name: str) -> bool:
        """Whether a name that `find` finds no table for is a temporary relation's."""
        if schema is not None or name not in self.temporary:
            return False
        if name not in self.shadowed:
            return self._is_made(name)
        return self.schema.find(None, name, self.search_path) is None

    def find_type(self, schema: str | None, name: str) -> Relation | None:
        """The relation whose rows a type's name means, None where there is none or another relation may hide it."""
        return None if self.is_hidden(schema, name) else self.schema.find_type(schema, name, self.search_path)

    def is_hidden(self, schema: str | None, name: str) -> bool:
        """Whether what the schema has under that name may be another relation to the session."""
        if schema is not None:
            return (schema, name) in self.made
        return name in self.shadowed or self._is_made(name)

    def made_as(self, schema: str | None, name: str) -> tuple[str, str] | None:
        """Which of `made` a name means."""
        known = self.schema.by_name
        places = ((space, name) for space in (self.search_path if schema is None else (schema,)))
        found = next((place for place in places if place in self.made or place in known), None)
        return found if found in self.made else None

    def _is_made(self, name: str) -> bool:
        return bool(self.made) and self.made_as(None, name) is not None

    def table(self, relation: Relation) -> LogicalTable:
        """The relation as this world has it."""
        return self.logical[relation.oid] if relation.oid in self.logical else physical(relation, self.schema)

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

    def find(self, schema: str | None, name: str) -> LogicalTable | None:
        """The table that a name means, None where there is none or a temporary relation may shadow it."""
        if schema is None and name in self.shadowed:
            return None
        relation = self.schema.find(schema, name, self.search_path)
        if relation is None or relation.kind not in SELECTABLE:
            return None
        return self.table(relation)

    def is_temporary(self, schema: str | None, name: str) -> bool:
        """Whether a name that `find` finds no table for is a temporary relation's."""
        return schema is None and name in self.temporary and self.schema.find(None, name, self.search_path) is None

    def table(self, relation: Relation) -> LogicalTable:
        """The relation as this world has it."""
        return self.logical[relation.oid] if relation.oid in self.logical else physical(relation, self.schema)

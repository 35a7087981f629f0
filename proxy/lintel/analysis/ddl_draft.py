"""A schema being changed by one DDL statement: look-ups under its search_path, and the changed copy."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from lintel.analysis.ddl_columns import Text
from lintel.analysis.ddl_source import Source
from lintel.schema import Column, Relation, Schema
from lintel.sql.grammar import Node
from lintel.sql.quoting import quote_qualified

FIRST_OID = 16384


class DdlProblem(Exception):
    """A statement that the server would refuse under this schema, with its SQLSTATE; `line` of its text, from 1."""

    def __init__(self, sqlstate: str, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.line = line


@dataclass(frozen=True, slots=True)
class Draft:
    """A schema, and how names of a statement are read: its search_path, its text, the types that were declared."""

    schema: Schema
    search_path: tuple[str, ...] = ("public",)
    source: Source = field(default_factory=lambda: Source(b""))
    types: frozenset[tuple[str, str]] = frozenset()
    # oid -> the highest attnum that it ever had here: a new column must not be taken for one that was dropped.
    highest: Mapping[int, int] = field(default_factory=dict)

    @property
    def text(self) -> Text:
        """What column definitions are read with."""
        return Text(self.source, self.type_schema)

    def type_schema(self, name: str) -> str | None:
        """The schema in which an unqualified type name is found: declared, or the row type of a relation."""
        for schema in self.search_path:
            if (schema, name) in self.types or self.schema.find_type(schema, name, ()) is not None:
                return schema
        return None

    def new_name(self, node: Node) -> tuple[str, str]:
        """(schema, name) of what a statement creates."""
        if node.get("relpersistence") == "t":
            return "pg_temp", node["relname"]
        schema = node.get("schemaname") or next((s for s in self.search_path if s in self.schema.schemas), "public")
        return schema, node["relname"]

    def find(self, node: Node) -> Relation | None:
        """The relation that a RangeVar names."""
        return self.schema.find(node.get("schemaname"), node["relname"], self.search_path)

    def get(self, node: Node) -> Relation:
        """The same; DdlProblem where there is none."""
        found = self.find(node)
        if found is None:
            names = [name for name in (node.get("schemaname"), node["relname"]) if name]
            raise DdlProblem("42P01", f"relation {quote_qualified(*names)} does not exist")
        return found

    def next_oid(self) -> int:
        """A free oid."""
        return max(self.schema.relations, default=FIRST_OID - 1) + 1

    def next_attnum(self, table: Relation) -> int:
        """The attnum of a column that is to be added."""
        return max([0, self.highest.get(table.oid, 0), *(column.attnum for column in table.columns)]) + 1

    def put(self, *changed: Relation) -> "Draft":
        """With these relations added or replaced."""
        before = [self.schema.relations[r.oid] for r in changed if r.oid in self.schema.relations]
        highest = {**self.highest, **{relation.oid: self.next_attnum(relation) - 1 for relation in before}}
        return replace(
            self, schema=self.schema.changed({relation.oid: relation for relation in changed}), highest=highest
        )

    def without(self, oids: Iterable[int]) -> "Draft":
        """Without these relations."""
        return replace(self, schema=self.schema.changed({}, oids))

    def with_schema(self, name: str) -> "Draft":
        """With one more schema."""
        return replace(self, schema=replace(self.schema, schemas=self.schema.schemas | {name}))


def numbered(columns: Iterable[Column]) -> tuple[Column, ...]:
    """The columns with attnums from 1."""
    return tuple(replace(column, attnum=number) for number, column in enumerate(columns, 1))


def attnum(relation: Relation, name: str) -> int:
    """The attnum of a column that has to be there."""
    return existing(relation, name).attnum


def existing(relation: Relation, name: str) -> Column:
    """A column that has to be there."""
    found = relation.column(name)
    if found is None:
        raise DdlProblem("42703", f'column "{name}" of relation "{relation.name}" does not exist')
    return found

"""What is looked for: tables of a schema, all of them or one, and all of its columns or one."""

from dataclasses import dataclass
from functools import cached_property

from lintel.config import ConfigError
from lintel.schema import Relation, Schema
from lintel.schema.snapshot import SELECTABLE
from lintel.sql.quoting import quote_ident, quote_qualified

_SYSTEM = ("pg_catalog", "information_schema", "pg_toast")


@dataclass(frozen=True)
class Target:
    """The schema that names are resolved under, and what of it is of interest."""

    schema: Schema
    search_path: tuple[str, ...] = ("public",)
    table: str | None = None  # "public.orders" or "orders", as quote_ident writes it
    column: str | None = None

    @cached_property
    def relations(self) -> dict[str, Relation]:
        """The tables and views of interest, by name ("public.orders"); ConfigError where there is none."""
        user = {
            quote_qualified(relation.schema, relation.name): relation
            for relation in self.schema.relations.values()
            if relation.kind in SELECTABLE and relation.kind != "S" and relation.schema not in _SYSTEM
        }
        if self.table is None:
            return user
        found = {name: one for name, one in user.items() if f".{name}".endswith(f".{self.table}")}
        if not found:
            raise ConfigError("--table", self.table, "expected a table of the schema")
        if self.column is not None and not any(self._has(one) for one in found.values()):
            raise ConfigError("--column", self.column, f"expected a column of {self.table}")
        return found

    def _has(self, relation: Relation) -> bool:
        return any(quote_ident(column.name) == self.column for column in relation.columns)

    @cached_property
    def words(self) -> frozenset[str]:
        """Lower-case names of the tables: a text with none of them cannot name a table."""
        return frozenset(relation.name.lower() for relation in self.relations.values())

    @cached_property
    def columns(self) -> dict[str, dict[str, str]]:
        """Table -> lower-case name of a column -> its name as quote_ident writes it."""
        return {
            name: {column.name.lower(): quote_ident(column.name) for column in relation.columns}
            for name, relation in self.relations.items()
        }

    def wants(self, table: str, column: str | None) -> bool:
        """Whether a use is of interest; of a table as a whole it always is."""
        return table in self.relations and (self.column is None or column in (None, self.column))

    def named(self, schema: str, name: str) -> tuple[str, bool] | None:
        """The table that a name of some other database may be, and whether its schema is the same.

        A schema that this database does not have may be a copy's: a warehouse has its own.
        """
        schema, name = schema.lower(), name.lower()
        alike = [(table, one) for table, one in self.relations.items() if one.name.lower() == name]
        if not schema:
            meant = self.schema.find(None, name, self.search_path)
            if meant is not None:
                written = quote_qualified(meant.schema, meant.name)
                return (written, True) if written in self.relations else None
        same = [table for table, one in alike if one.schema.lower() == schema]
        if same or not alike:
            return (same[0], True) if same else None
        known = {space.lower() for space in self.schema.schemas}
        return None if schema in known else (alike[0][0], False)

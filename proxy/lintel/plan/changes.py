"""The changes of a column that a plan can announce: add, drop, rename, retype.

Each says under which name the column goes before and after it, and what ALTER TABLE does. Column names are bare
attribute names; types and expressions are SQL as the plan (or the catalog) writes them.
"""

from dataclasses import dataclass
from typing import ClassVar

from lintel.plan.clients import Side
from lintel.sql.quoting import quote_ident


@dataclass(frozen=True, slots=True)
class Add:
    """A column to come."""

    column: str
    type: str
    default: str | None = None
    not_null: bool = False

    def name(self, side: Side) -> str | None:
        """What the column is called on that side of the change; None: it is not there."""
        return self.column if side == "new" else None

    @property
    def action(self) -> str:
        """What follows ALTER TABLE t."""
        parts = [f"ADD COLUMN {quote_ident(self.column)} {self.type}"]
        parts += ["NOT NULL"] if self.not_null else []
        parts += [f"DEFAULT {self.default}"] if self.default is not None else []
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Drop:
    """A column to go. What the plan leaves out, the catalog had while the column was there (plan.memory)."""

    column: str
    type: str | None = None
    default: str | None = None

    def name(self, side: Side) -> str | None:
        """What the column is called on that side of the change; None: it is not there."""
        return self.column if side == "old" else None

    @property
    def action(self) -> str:
        """What follows ALTER TABLE t."""
        return f"DROP COLUMN {quote_ident(self.column)}"


@dataclass(frozen=True, slots=True)
class Rename:
    """A column that gets another name."""

    type: ClassVar[None] = None  # nothing stands in for it: it is always there, under one name or the other
    default: ClassVar[None] = None
    column: str
    to: str

    def name(self, side: Side) -> str | None:
        """What the column is called on that side of the change."""
        return self.to if side == "new" else self.column

    @property
    def action(self) -> str:
        """What follows ALTER TABLE t."""
        return f"RENAME COLUMN {quote_ident(self.column)} TO {quote_ident(self.to)}"


@dataclass(frozen=True, slots=True)
class Retype:
    """A column that gets another type."""

    default: ClassVar[None] = None
    column: str
    type: str  # the one to come
    using: str | None = None
    before: str | None = None  # the one that it had; what the plan leaves out, the catalog had (plan.memory)

    def name(self, side: Side) -> str | None:  # noqa: ARG002 - the same on both sides
        """What the column is called on that side of the change."""
        return self.column

    @property
    def action(self) -> str:
        """What follows ALTER TABLE t."""
        using = f" USING {self.using}" if self.using is not None else ""
        return f"ALTER COLUMN {quote_ident(self.column)} TYPE {self.type}{using}"


Change = Add | Drop | Rename | Retype

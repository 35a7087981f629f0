"""What Lintel keeps of a column that is to go: nobody can ask the database for it afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Memory:
    """The column as the catalog last had it; `orders` is (table as SQL writes it, names of its columns in order)."""

    type: str
    default: str | None = None
    orders: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())

    def before(self, table: str, column: str) -> tuple[str, ...] | None:
        """The columns that stood before it in that table; None where that is not known."""
        names = self.names(table)
        return names[: names.index(column)] if names is not None and column in names else None

    def names(self, table: str) -> tuple[str, ...] | None:
        """All columns of that table in their order; None where that is not known."""
        return dict(self.orders).get(table)

    def as_json(self) -> dict[str, Any]:
        """As the store keeps it."""
        return {"type": self.type, "default": self.default, "orders": {t: list(names) for t, names in self.orders}}


def from_json(kept: Mapping[str, Any]) -> Memory:
    """What as_json gave."""
    orders = tuple((table, tuple(names)) for table, names in kept["orders"].items())
    return Memory(kept["type"], kept["default"], orders)

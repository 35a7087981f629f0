"""What Lintel keeps of a column that is to go: nobody can ask the database for it afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Memory:
    """The column as the catalog last had it; `orders` is (table as SQL writes it, names of its columns in order).

    `oids` is (table, its OID), none in what earlier versions kept.
    """

    type: str
    default: str | None = None
    orders: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())
    oids: tuple[tuple[str, int], ...] = field(default=())
    made: str = ""  # "generated" or "identity": its values came from no default

    def names(self, table: str, oid: int, *, restored: bool) -> tuple[str, ...] | None:
        """All columns of that table in their order; None where that is not known.

        Another one may have its name by now; in a database that was restored all have other OIDs.
        """
        known = {of: name for name, of in self.oids}
        return dict(self.orders).get(known.get(oid, "") if known and not restored else table)

    def as_json(self) -> dict[str, Any]:
        """As the store keeps it."""
        orders = {table: list(names) for table, names in self.orders}
        return {
            "type": self.type,
            "default": self.default,
            "orders": orders,
            "oids": dict(self.oids),
            "made": self.made,
        }


def from_json(kept: Mapping[str, Any]) -> Memory:
    """What as_json gave."""
    orders = tuple((table, tuple(names)) for table, names in kept["orders"].items())
    return Memory(kept["type"], kept["default"], orders, tuple(kept.get("oids", {}).items()), kept.get("made", ""))

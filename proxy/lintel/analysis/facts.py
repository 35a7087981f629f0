"""What is recorded of a statement: the columns that it reads and writes, and how it names them.

The shape is what `lintel analyze` prints; every list is sorted and unique, every name as quote_ident writes it.
"""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of one SQL text. `opaque` is None, or the reason why the rest may be incomplete."""

    verb: str  # lower case: select, insert, update, delete, merge, copy, alter table, ...; "" where unparseable
    tables: tuple[str, ...] = ()  # "public.orders"
    reads: tuple[str, ...] = ()  # "public.orders.total"
    writes: tuple[str, ...] = ()
    stars: tuple[str, ...] = ()
    whole_rows: tuple[str, ...] = ()
    positional: tuple[str, ...] = ()  # of "copy", "insert", "natural_join"
    row_types: tuple[str, ...] = ()  # tables whose row type is named or returned, used as a table or not
    base_reads: tuple[str, ...] = ()
    base_writes: tuple[str, ...] = ()
    opaque: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, lists for tuples; without row types, which neither read nor write a column."""
        said = {key: value for key, value in asdict(self).items() if key != "row_types"}
        return {key: list(value) if isinstance(value, tuple) else value for key, value in said.items()}

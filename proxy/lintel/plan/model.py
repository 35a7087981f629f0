"""A plan: one column change under source control, and how clients are carried over it.

Immutable values, checked by plan.parse before anybody sees them. Knows nothing of what the database holds now.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Literal

from lintel.plan.changes import Add, Change, Retype
from lintel.plan.clients import ClientAttributes, ClientRule, Side, first_match
from lintel.plan.expressions import columns_of, parse_expression, typed_sql
from lintel.plan.memory import Memory
from lintel.plan.types import TypeName, parse_type
from lintel.sql.quoting import quote_qualified


@dataclass(frozen=True, slots=True)
class Shield:
    """What clients get while the table is not the one that they were built for."""

    absent_reads: Literal["default", "refuse"] = "default"
    absent_writes: Literal["refuse", "park", "discard"] = "refuse"
    stars: Literal["pin", "pass"] = "pin"
    whole_rows: Literal["refuse", "record"] = "refuse"
    clients: tuple[ClientRule, ...] = ()

    @property
    def by_tag(self) -> bool:
        """Whether a rule looks at statements' tags, so that the side is not a session's alone."""
        return any(rule.tags for rule in self.clients)

    def sees(self, client: ClientAttributes) -> Side | None:
        """The side that the first matching rule gives this client; None: per statement."""
        return first_match(self.clients, client)


@dataclass(frozen=True, slots=True)
class Backfill:
    """How rows that are there already get their value, and how gently."""

    expression: str
    batch_rows: int = 1000
    max_replica_lag: float = 5.0  # seconds
    max_lock_wait: float = 0.5


@dataclass(frozen=True, slots=True)
class Index:
    """An index that the column needs, made concurrently."""

    columns: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """One column change of one table."""

    id: str
    purpose: str
    schema: str
    name: str  # of the table: bare attribute name, as `schema` is
    change: Change
    shield: Shield = field(default_factory=Shield)
    database: str | None = None  # None: the one in --server; with routes: all that they lead to
    routes: tuple[str, ...] = ()  # names in [databases] that it is for; empty: all that lead to its database
    backfill: Backfill | None = None
    indexes: tuple[Index, ...] = ()
    file: str = ""
    released: bool = False  # kept for the record: it has no effect any more
    memory: Memory | None = None  # of a column to go, as the catalog had it

    @property
    def table(self) -> str:
        """The table's name as SQL writes it."""
        return quote_qualified(self.schema, self.name)

    @property
    def digest(self) -> str:
        """The same for plans that say the same, wherever their files are and whatever is known of the column."""
        return sha256(repr(replace(self, file="", memory=None)).encode()).hexdigest()[:16]

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that the column goes by."""
        found = (self.change.name("old"), self.change.name("new"))
        return tuple(dict.fromkeys(name for name in found if name is not None))

    @property
    def ddl(self) -> str:
        """The statement that makes the change, of the plan's own words."""
        return f"ALTER TABLE {self.table} {self.change.action}"

    @cached_property
    def type(self) -> TypeName:
        """The column's type and collation, fit to be spliced; LookupError where neither plan nor catalog said it."""
        text = self.change.type or (self.memory.type if self.memory else None)
        if text is None:
            raise LookupError(f'the type of "{self.change.column}" is not known; the plan can give it: [drop] type')
        return parse_type(text)

    def type_on(self, side: Side) -> TypeName | None:
        """The type of a retyped column on that side of the change; None: nobody has said it."""
        change = self.change
        assert isinstance(change, Retype)
        if side == "new":
            return parse_type(change.type)
        text = change.before or (self.memory.type if self.memory else None)
        return None if text is None else parse_type(text)

    @property
    def imagined(self) -> str:
        """What the absent column reads as: a fully typed value under any search_path, such as `(0)::smallint`.

        NULL of its type where absent_reads is "refuse": nobody gets to see it. ValueError where the default that the
        catalog had is no constant, or the column was generated.
        """
        return self.imagined_in("")

    def imagined_in(self, qualifier: str) -> str:
        """The same, with the columns that a backfill expression reads written as `qualifier.column`."""
        return typed_sql(self._imagined_node, self.type, qualifier)

    @cached_property
    def imagined_columns(self) -> tuple[str, ...]:
        """The columns of the same row that the value is made of; empty for a constant."""
        return columns_of(self._imagined_node) if self._imagined_node else ()

    @cached_property
    def _imagined_node(self) -> dict[str, object] | None:
        if self.shield.absent_reads == "refuse":
            return None
        text = self.backfill.expression if self.backfill else self._default
        if text is None and self.change.type is None and self.memory is not None and self.memory.made:
            raise ValueError(f'the values of "{self.change.column}" came from no default')
        return parse_expression(text) if text is not None else None

    @property
    def fills(self) -> bool:
        """Whether rows of the new column that have no value yet are told by their NULL, and get one by and by."""
        return self.backfill is not None and isinstance(self.change, Add) and self.change.not_null

    def filling(self, qualifier: str) -> str:
        """What the backfill gives a row, its columns written as `qualifier.column`; LookupError where there is none."""
        if self.backfill is None:
            raise LookupError("the plan has no [backfill]")
        return typed_sql(parse_expression(self.backfill.expression), self.type, qualifier)

    @property
    def default_sql(self) -> str:
        """What DEFAULT says for the column that is to come, whatever existing rows read as."""
        return typed_sql(parse_expression(self.change.default) if self.change.default else None, self.type)

    @property
    def _default(self) -> str | None:
        return self.change.default or (self.memory.default if self.memory and self.change.type is None else None)

"""What the database itself holds that uses tables: rules, functions, triggers, policies, indexes, constraints and more.

Pure data, as pg_depend and pg_proc have it; views are relations and have their definition there. Sources of functions
are without their literals. An object is known by a text as pg_describe_object writes it: "function public.f(integer)".
"""

from dataclasses import dataclass
from typing import NamedTuple


class Dependency(NamedTuple):
    """An object that stands on a column, or on a table as a whole or its row type, by the catalog's own word."""

    object: str
    relation: int  # oid
    attnum: int  # 0: the table as a whole
    blocks: bool  # DROP COLUMN fails because of it (2BP01); else the object goes with the column
    kind: str = "read"  # read | write | star | whole_row


class Routine(NamedTuple):
    """A function or procedure whose body is text: nothing in pg_depend tells what it uses."""

    object: str
    language: str  # sql | plpgsql
    arguments: str  # as CREATE FUNCTION has them, defaults without their literals
    result: str | None  # None: a procedure
    names: tuple[str, ...]  # of its arguments
    source: str
    search_path: tuple[str, ...] | None  # its own SET search_path
    tables: tuple[int, ...] = ()  # oids of the tables whose triggers call it


class Constraint(NamedTuple):
    """A constraint of a table."""

    relation: int  # oid
    name: str
    kind: str  # pg_constraint.contype: c f n p u x
    valid: bool
    definition: str  # pg_get_constraintdef, without literals


class Grant(NamedTuple):
    """A role whose privileges on a table are by column only."""

    relation: int  # oid
    role: str


class Domain(NamedTuple):
    """A domain over a type."""

    name: str  # as format_type() writes it: public.positive
    base: str  # likewise
    strict: bool  # it refuses values


@dataclass(frozen=True, slots=True)
class ServerCode:
    """All of it in one database."""

    dependencies: tuple[Dependency, ...] = ()
    routines: tuple[Routine, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    grants: tuple[Grant, ...] = ()
    typed: tuple[int, ...] = ()  # oids of tables made OF a type
    domains: tuple[Domain, ...] = ()

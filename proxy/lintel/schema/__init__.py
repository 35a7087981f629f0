"""An immutable snapshot of the relations of one database.

- *snapshot*: relations, columns and functions; *bodies*: what functions may do to a session; *code*: what the
  database's own code uses.
- *logical*: a table as somebody sees it; *difference*: what means something else in one snapshot than in another.

Pure data: where it came from (the live catalog, a file of DDL, a test) is not known here.
Names are bare attribute names, unquoted and unfolded, as in pg_class.relname and pg_attribute.attname.
"""

from lintel.schema.code import Constraint, Dependency, Domain, Grant, Routine, ServerCode
from lintel.schema.difference import Difference, difference
from lintel.schema.snapshot import Column, Function, Relation, Schema

__all__ = [
    "Column",
    "Constraint",
    "Dependency",
    "Difference",
    "Domain",
    "Function",
    "Grant",
    "Relation",
    "Routine",
    "Schema",
    "ServerCode",
    "difference",
]

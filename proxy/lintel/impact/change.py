"""DDL as a change: the schema after it, and what became of the columns of each table.

Column identity is (table OID, attnum), so a rename is seen as one and a column that comes back is a new one.
"""

from dataclasses import dataclass, replace
from typing import Any

from lintel.analysis import analyze
from lintel.analysis.ddl import DdlProblem, apply
from lintel.schema import Column, Relation, Schema
from lintel.sql.grammar import RawStatement, SyntaxProblem, TooDeep, parse
from lintel.sql.quoting import quote_ident, quote_qualified

_HARMLESS = frozenset({"TransactionStmt", "VariableSetStmt", "IndexStmt", "CommentStmt", "ConstraintsSetStmt"})
_COMMANDS = frozenset(
    {"AT_AddColumn", "AT_DropColumn", "AT_ColumnDefault", "AT_SetNotNull", "AT_DropNotNull", "AT_AddConstraint",
     "AT_ValidateConstraint", "AT_DropConstraint", "AT_SetStatistics", "AT_AddIndex", "AT_AddIndexConstraint"}
)  # fmt: skip


class Unsupported(Exception):
    """The DDL is none that impact can judge; says what it can."""


@dataclass(frozen=True, slots=True)
class Altered:
    """A table before and after."""

    before: Relation
    after: Relation

    @property
    def added(self) -> dict[str, Column]:
        """New columns by name."""
        known = {column.attnum for column in self.before.columns}
        return {column.name: column for column in self.after.columns if column.attnum not in known}

    @property
    def dropped(self) -> frozenset[str]:
        """Names of columns that are gone."""
        kept = {column.attnum for column in self.after.columns}
        return frozenset(column.name for column in self.before.columns if column.attnum not in kept)

    @property
    def renamed(self) -> dict[str, str]:
        """Old name -> new name."""
        names = {column.attnum: column.name for column in self.after.columns}
        pairs = ((column.name, names.get(column.attnum, column.name)) for column in self.before.columns)
        return {old: new for old, new in pairs if old != new}

    @property
    def table(self) -> str:
        """Its name as SQL writes it."""
        return quote_qualified(self.before.schema, self.before.name)


@dataclass(frozen=True, slots=True)
class Change:
    """A text of DDL, applied."""

    before: Schema
    after: Schema
    altered: dict[int, Altered]  # by oid: the tables whose columns are others now
    statements: tuple[RawStatement, ...]

    @property
    def kind(self) -> str:
        """ADD, DRP or REN: what the names of the findings begin with where it is not clear from the finding."""
        tables = self.altered.values()
        if any(table.dropped for table in tables):
            return "DRP"
        return "REN" if any(table.renamed for table in tables) else "ADD"


def applied(ddl: bytes, schema: Schema, search_path: tuple[str, ...]) -> Change:
    """The change that DDL makes to a schema; Unsupported says why it cannot be judged."""
    after = schema
    try:
        statements = tuple(parse(ddl))
        for statement in statements:
            _check(statement.node)
            after = _without_views(apply(after, statement, ddl, search_path), statement.node, after)
    except (SyntaxProblem, TooDeep, DdlProblem) as problem:
        raise Unsupported(str(problem)) from None
    if not statements:
        raise Unsupported("expected DDL, such as ALTER TABLE orders ADD COLUMN priority smallint")
    pairs = ((oid, schema.relations[oid], after.relations[oid]) for oid in schema.relations if oid in after.relations)
    altered = {oid: Altered(old, new) for oid, old, new in pairs if _names(old) != _names(new)}
    return Change(schema, after, altered, statements)


def _names(relation: Relation) -> list[tuple[int, str]]:
    return [(column.attnum, column.name) for column in relation.columns]


def _check(node: dict[str, Any]) -> None:
    ((tag, body),) = node.items()
    known = tag in _HARMLESS
    if tag == "RenameStmt":
        known = body["renameType"] == "OBJECT_COLUMN"
    elif tag == "AlterTableStmt":
        known = all(entry["AlterTableCmd"].get("subtype", "AT_AddColumn") in _COMMANDS for entry in body["cmds"])
    if not known:
        raise Unsupported("this version judges ALTER TABLE ... ADD COLUMN, DROP COLUMN and RENAME COLUMN")


def _without_views(after: Schema, node: dict[str, Any], before: Schema) -> Schema:
    """DROP COLUMN ... CASCADE takes the views that use the column with it."""
    commands = [entry["AlterTableCmd"] for entry in node.get("AlterTableStmt", {}).get("cmds", [])]
    cascading = {c["name"] for c in commands if c.get("subtype") == "AT_DropColumn" and c["behavior"] == "DROP_CASCADE"}
    if not cascading:
        return after
    gone = {oid for oid, view in before.relations.items() if view.definition and _uses(view, before, after, cascading)}
    return replace(after, relations={oid: relation for oid, relation in after.relations.items() if oid not in gone})


def _uses(view: Relation, before: Schema, after: Schema, names: set[str]) -> bool:
    lost = {
        f"{quote_qualified(old.schema, old.name)}.{quote_ident(name)}"
        for oid, old in before.relations.items()
        for name in names
        if old.column(name) is not None and oid in after.relations and after.relations[oid].column(name) is None
    }
    facts = analyze((view.definition or "").encode(), before, ())
    return bool(lost & {*facts.reads, *facts.base_reads})

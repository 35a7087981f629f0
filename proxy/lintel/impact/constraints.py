"""Constraints that a statement of DDL puts on a table: which rows they may refuse, and with what SQLSTATE."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lintel.analysis.ddl import Step
from lintel.schema import Relation, Schema
from lintel.sql.grammar import Node

_SQLSTATES = {
    "CONSTR_CHECK": "23514",
    "CONSTR_FOREIGN": "23503",
    "CONSTR_UNIQUE": "23505",
    "CONSTR_PRIMARY": "23505",
    "CONSTR_EXCLUSION": "23P01",
    "CONSTR_NOTNULL": "23502",
}


@dataclass(frozen=True, slots=True)
class Constrained:
    """A table's new constraint. `columns` are those that a row is judged by; `fresh` a column that comes with it."""

    relation: int  # oid
    sqlstate: str
    columns: frozenset[str]
    valid: bool = True  # False: NOT VALID, old rows may break it
    fresh: str | None = None
    default: bool = False  # the fresh column has a default that is not NULL
    refuses_null: bool = False  # an expression that a NULL does not satisfy

    @property
    def words(self) -> str:
        """What a row must be, for people."""
        return _WORDS[self.sqlstate]

    @property
    def by_default(self) -> bool:
        """Whether rows that do not supply the fresh column may be refused."""
        return self.default if self.sqlstate in ("23503", "23505") else self.refuses_null and not self.default


_WORDS = {
    "23514": "a value that the CHECK does not allow",
    "23503": "a value that the referenced table does not have",
    "23505": "a value that is there already",
    "23P01": "a value that another row excludes",
    "23502": "a NULL",
}


def constrained(step: Step) -> Iterator[Constrained]:
    """Of one statement; those of a table that it makes are nobody's yet."""
    statement = step.statement.node.get("AlterTableStmt")
    if statement is None or step.problem is not None:
        return
    name = statement["relation"]
    table = step.before.find(name.get("schemaname"), name["relname"], step.search_path)
    if table is not None:
        for entry in statement["cmds"]:
            yield from _of_command(entry["AlterTableCmd"], table, step.before)


def _of_command(command: Node, table: Relation, schema: Schema) -> Iterator[Constrained]:
    subtype = command.get("subtype", "AT_AddColumn")
    members = sorted(schema.family(table.oid))
    if subtype == "AT_SetNotNull":
        yield from (Constrained(oid, "23502", frozenset({command["name"]})) for oid in members)
    elif subtype == "AT_AddConstraint":
        for oid in members:
            yield from _of_table(command["def"]["Constraint"], oid)
    elif subtype == "AT_AddColumn" and table.column(command["def"]["ColumnDef"]["colname"]) is None:
        for oid in members:
            yield from _of_column(command["def"]["ColumnDef"], oid)


def _of_table(node: Node, oid: int) -> Iterator[Constrained]:
    sqlstate = _SQLSTATES.get(node["contype"])
    if sqlstate is None:
        return
    keys = node.get("fk_attrs") if node["contype"] == "CONSTR_FOREIGN" else node.get("keys")
    columns = {key["String"]["sval"] for key in keys or ()} | set(column_names(node.get("raw_expr")))
    columns |= set(column_names(node.get("exclusions")))
    if columns:
        yield Constrained(oid, sqlstate, frozenset(columns), valid=not node.get("skip_validation"))


def _of_column(definition: Node, oid: int) -> Iterator[Constrained]:
    name = definition["colname"]
    constraints = [entry["Constraint"] for entry in definition.get("constraints", [])]
    default = any(c["contype"] == "CONSTR_DEFAULT" and not _is_null(c["raw_expr"]) for c in constraints)
    for node in constraints:
        sqlstate = _SQLSTATES.get(node["contype"])
        if sqlstate is None or node["contype"] == "CONSTR_NOTNULL":
            continue
        columns = frozenset({name, *column_names(node.get("raw_expr"))})
        yield Constrained(
            oid, sqlstate, columns, fresh=name, default=default, refuses_null=refuses_null(node.get("raw_expr"), name)
        )


def _is_null(node: Node) -> bool:
    return bool(node.get("A_Const", {}).get("isnull"))


def refuses_null(node: Any, name: str) -> bool:
    """Whether a CHECK fails for a NULL: `name IS NOT NULL`, alone or under AND. Others are taken to let it pass."""
    if not isinstance(node, dict):
        return False
    test, both = node.get("NullTest"), node.get("BoolExpr")
    if test is not None:
        return test["nulltesttype"] == "IS_NOT_NULL" and name in column_names(test["arg"])
    return bool(both and both["boolop"] == "AND_EXPR" and any(refuses_null(part, name) for part in both["args"]))


def column_names(node: Any) -> Iterator[str]:
    """The last names of all column references in an expression."""
    if isinstance(node, list):
        for item in node:
            yield from column_names(item)
    elif isinstance(node, dict):
        fields = node.get("ColumnRef", {}).get("fields", [])
        yield from (field["String"]["sval"] for field in fields[-1:] if "String" in field)
        if "IndexElem" in node and "name" in node["IndexElem"]:
            yield node["IndexElem"]["name"]
        for value in node.values():
            yield from column_names(value)

"""ALTER TABLE and RENAME: what they do to a table's columns, and to those of its partitions and children."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lintel.analysis.ddl_columns import column_of, constrained, expression_at, is_primary, location_of
from lintel.analysis.ddl_draft import DdlProblem, Draft, attnum, existing
from lintel.analysis.ddl_tables import key_names, with_key
from lintel.analysis.ddl_types import type_of
from lintel.schema import Column, Relation
from lintel.sql.grammar import Node

_COLUMNS = frozenset(("OBJECT_COLUMN", "OBJECT_ATTRIBUTE"))
_SYSTEM = frozenset(("ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"))
_RELATIONS = frozenset(("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE"))


def alter_table(draft: Draft, body: Node) -> Draft:
    """AlterTableStmt: its subcommands in the server's order, drops before adds whatever the order of writing."""
    if draft.find(body["relation"]) is None and body.get("missing_ok"):
        return draft
    oid = draft.get(body["relation"]).oid
    whole_family = bool(body["relation"].get("inh"))
    for entry in sorted(body["cmds"], key=lambda entry: _pass(entry["AlterTableCmd"])):
        draft = _command(draft, oid, whole_family, entry["AlterTableCmd"])
    return draft


def rename(draft: Draft, body: Node) -> Draft:
    """RenameStmt of a column, a relation or a schema; other objects leave the schema as it is."""
    kind = body["renameType"]
    if kind == "OBJECT_SCHEMA":
        return _rename_schema(draft, body["subname"], body["newname"])
    if kind not in _COLUMNS | _RELATIONS or (draft.find(body["relation"]) is None and body.get("missing_ok")):
        return draft
    relation, name = draft.get(body["relation"]), body["newname"]
    if kind in _RELATIONS:
        if (relation.schema, name) in draft.schema.by_name:
            raise DdlProblem("42P07", f'relation "{name}" already exists')
        return draft.put(replace(relation, name=name))
    for member in _family(draft, relation.oid, bool(body["relation"].get("inh"))):
        if member.column(name) is not None:
            raise DdlProblem("42701", f'column "{name}" of relation "{member.name}" already exists')
        draft = draft.put(_changed(member, body["subname"], name=name))
    return draft


def set_schema(draft: Draft, body: Node) -> Draft:
    """AlterObjectSchemaStmt of a relation."""
    relation = draft.find(body["relation"]) if "relation" in body else None
    return draft if relation is None else draft.put(replace(relation, schema=body["newschema"]))


def _pass(command: Node) -> int:
    """AlterTablePass: drops, then types, then new columns, then the rest."""
    order = ("AT_DropColumn", "AT_AlterColumnType", "AT_AddColumn")
    subtype = command.get("subtype", "AT_AddColumn")
    return order.index(subtype) if subtype in order else len(order)


def _command(draft: Draft, oid: int, whole_family: bool, command: Node) -> Draft:
    subtype = command.get("subtype", "AT_AddColumn")
    if subtype in ("AT_AddInherit", "AT_AttachPartition", "AT_DropInherit", "AT_DetachPartition"):
        return _inherit(draft, oid, subtype, command)
    handler = _HANDLERS.get(subtype)
    if handler is None:
        return draft
    before = draft
    for member in _family(draft, oid, whole_family):
        if member.oid != oid and subtype == "AT_AddColumn":
            draft = draft.put(_merged(before, member, command))
        elif member.oid != oid and subtype == "AT_DropColumn":
            draft = draft.put(_lost(draft, member, command))
        else:
            draft = draft.put(handler(draft, member, command))
    return draft


def _family(draft: Draft, oid: int, whole: bool) -> list[Relation]:
    """The table first, then its descendants."""
    oids = [oid, *sorted(draft.schema.family(oid) - {oid})] if whole else [oid]
    return [draft.schema.relations[member] for member in oids]


def _add(draft: Draft, table: Relation, command: Node) -> Relation:
    definition = command["def"]["ColumnDef"]
    name = definition["colname"]
    if table.column(name) is not None:
        if command.get("missing_ok"):
            return table
        raise DdlProblem("42701", f'column "{name}" of relation "{table.name}" already exists')
    if name in _SYSTEM:
        raise DdlProblem("42701", f'column name "{name}" conflicts with a system column name')
    column = column_of(definition, (table.schema, table.name), draft.text)
    table = replace(table, columns=(*table.columns, replace(column, attnum=draft.next_attnum(table))))
    return with_key(table, [name]) if is_primary(definition.get("constraints", [])) else table


def _merged(before: Draft, child: Relation, command: Node) -> Relation:
    """A child may have the column already, of the same type; by itself, unless a parent had it."""
    definition = command["def"]["ColumnDef"]
    own = child.column(definition["colname"])
    if own is None:
        return _add(before, child, command)
    if own.type != column_of(definition, (child.schema, child.name), before.text).type:
        raise DdlProblem("42804", f'child table "{child.name}" has different type for column "{own.name}"')
    inherited = any(before.schema.relations[oid].column(own.name) for oid in child.parents)
    return _replaced(child, replace(own, own=own.own or not inherited))


def _lost(draft: Draft, child: Relation, command: Node) -> Relation:
    """A child keeps what is defined there as well, and what another parent has."""
    column = child.column(command["name"])
    parents = [draft.schema.relations[oid] for oid in child.parents]
    if column is not None and (column.own or any(parent.column(column.name) for parent in parents)):
        return _replaced(child, replace(column, own=False))
    return _drop(draft, child, command)


def _drop(_draft: Draft, table: Relation, command: Node) -> Relation:
    column = table.column(command["name"])
    if column is None and command.get("missing_ok"):
        return table
    number = attnum(table, command["name"])
    key = () if number in table.primary_key else table.primary_key
    return replace(table, columns=tuple(c for c in table.columns if c.attnum != number), primary_key=key)


def _retype(draft: Draft, table: Relation, command: Node) -> Relation:
    node = command["def"]["ColumnDef"]["typeName"]
    return _changed(table, command["name"], type=type_of(node, draft.text.where), type_oid=0, typmod=-1)


def _set_default(draft: Draft, table: Relation, command: Node) -> Relation:
    node = command.get("def")
    if node is None or node.get("A_Const", {}).get("isnull"):
        return _changed(table, command["name"], default=None)
    return _changed(table, command["name"], default=expression_at(draft.source, location_of(node)))


def _set_not_null(_draft: Draft, table: Relation, command: Node) -> Relation:
    return _changed(table, command["name"], not_null=command["subtype"] == "AT_SetNotNull", required_by=None)


def _identity(_draft: Draft, table: Relation, command: Node) -> Relation:
    return _changed(table, command["name"], identity=command["subtype"] == "AT_AddIdentity")


def _drop_expression(_draft: Draft, table: Relation, command: Node) -> Relation:
    return _changed(table, command["name"], generated=False)


def _constraint(draft: Draft, table: Relation, command: Node) -> Relation:
    constraint = command["def"]["Constraint"]
    if constraint["contype"] == "CONSTR_PRIMARY" and key_names(constraint):
        return with_key(table, key_names(constraint))
    if constraint["contype"] == "CONSTR_NOTNULL":
        for name in key_names(constraint):
            table = _replaced(table, constrained(existing(table, name), [command["def"]], draft.text))
    return table


_HANDLERS: dict[str, Callable[[Draft, Relation, Node], Relation]] = {
    "AT_AddColumn": _add,
    "AT_DropColumn": _drop,
    "AT_AlterColumnType": _retype,
    "AT_ColumnDefault": _set_default,
    "AT_SetNotNull": _set_not_null,
    "AT_DropNotNull": _set_not_null,
    "AT_AddIdentity": _identity,
    "AT_DropIdentity": _identity,
    "AT_DropExpression": _drop_expression,
    "AT_AddConstraint": _constraint,
}


def _inherit(draft: Draft, oid: int, subtype: str, command: Node) -> Draft:
    table = draft.schema.relations[oid]
    if subtype in ("AT_AttachPartition", "AT_DetachPartition"):
        child, parent = draft.get(command["def"]["PartitionCmd"]["name"]), table
    else:
        child, parent = table, draft.get(command["def"]["RangeVar"])
    rest = tuple(other for other in child.parents if other != parent.oid)
    adds = subtype in ("AT_AddInherit", "AT_AttachPartition")
    if subtype == "AT_AddInherit":
        shared = {column.name for column in parent.columns}
        columns = (replace(c, own=c.own or c.name in shared) for c in child.columns)
        child = replace(child, columns=tuple(columns))
    return draft.put(replace(child, parents=(*rest, parent.oid) if adds else rest))


def _rename_schema(draft: Draft, old: str, new: str) -> Draft:
    moved = [replace(relation, schema=new) for relation in draft.schema.relations.values() if relation.schema == old]
    draft = draft.put(*moved)
    schemas = (draft.schema.schemas - {old}) | {new}
    return replace(draft, schema=replace(draft.schema, schemas=schemas))


def _changed(table: Relation, column: str, **values: Any) -> Relation:
    return _replaced(table, replace(existing(table, column), **values))


def _replaced(table: Relation, column: Column) -> Relation:
    return replace(table, columns=tuple(column if c.attnum == column.attnum else c for c in table.columns))

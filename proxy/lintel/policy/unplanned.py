"""Changes of target tables that no plan announces: by the table before and after a statement, or between two snapshots.

Targets are the tables under plans and those that [record] tables names. A plan announces whatever leaves its column in
one of the states that it permits, so the way back as well, and what is done to that column alone (its default, NOT
NULL, a constraint on it). What a change is called is made of names, never of literals. How a table is stored, its
indexes, statistics, privileges and comments change no statement's meaning and do not count; nor does a partition that
comes.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lintel.impact.change import Altered
from lintel.impact.constraints import column_names
from lintel.policy.after import after
from lintel.policy.mentions import mentions
from lintel.policy.targets import is_named
from lintel.schema import Column, Relation, Schema
from lintel.shield.tables import Covered, permits
from lintel.sql.grammar import Node, RawStatement
from lintel.sql.quoting import quote_ident, quote_qualified

_DDL = frozenset(
    ("AlterTableStmt", "RenameStmt", "AlterObjectSchemaStmt", "DropStmt", "CreateTrigStmt", "RuleStmt",
     "CreatePolicyStmt", "AlterPolicyStmt")
)  # fmt: skip
_BY_COLUMNS = frozenset(
    ("AT_AddColumn", "AT_DropColumn", "AT_AlterColumnType", "AT_ColumnDefault", "AT_SetNotNull", "AT_DropNotNull",
     "AT_AddIdentity", "AT_DropIdentity", "AT_DropExpression")
)  # fmt: skip
_STORED = frozenset(
    ("AT_SetStatistics", "AT_SetOptions", "AT_ResetOptions", "AT_SetStorage", "AT_SetCompression", "AT_ClusterOn",
     "AT_DropCluster", "AT_SetLogged", "AT_SetUnLogged", "AT_SetTableSpace", "AT_SetAccessMethod", "AT_SetRelOptions",
     "AT_ResetRelOptions", "AT_ReplaceRelOptions", "AT_ReplicaIdentity", "AT_ChangeOwner", "AT_AttachPartition",
     "AT_DetachPartition", "AT_DetachPartitionFinalize", "AT_ValidateConstraint")
)  # fmt: skip
_DROPPED = {"OBJECT_TRIGGER": "drop trigger", "OBJECT_RULE": "drop rule", "OBJECT_POLICY": "drop policy"}
_MADE = {
    "CreateTrigStmt": ("relation", "create trigger", "trigname"),
    "RuleStmt": ("relation", "create rule", "rulename"),
    "CreatePolicyStmt": ("table", "create policy", "policy_name"),
    "AlterPolicyStmt": ("table", "alter policy", "policy_name"),
}


class Unplanned(NamedTuple):
    """One change of one table."""

    table: str  # "public.orders"
    change: str  # "add column priority"
    warn: bool = False  # the log is to warn of it


class _Change(NamedTuple):
    """A change, and the columns that it is about; none: the table as a whole."""

    text: str
    columns: frozenset[str] = frozenset()


def in_statement(
    raw: RawStatement, text: bytes, covered: Covered, targets: tuple[str, ...], path: tuple[str, ...],
    shadowed: frozenset[str],
) -> tuple[Unplanned, ...]:  # fmt: skip
    """Those that one statement would make, under that path and beside those temporary relations."""
    ((tag, body),) = raw.node.items()
    if tag not in _DDL or not (targets or covered.by_oid) or mentions(text[raw.start : raw.end], shadowed):
        return ()
    left = after(covered.schema, raw, text, path)
    found = [] if left is None else list(in_catalog(covered, left, targets))  # the rest counts all the same
    for node, change in _beside(tag, body):
        table = covered.schema.find(node.get("schemaname"), node["relname"], path)
        if table is not None and _is_target(table, covered, targets):
            found += _unannounced(table, table, [change], covered)
    return tuple(dict.fromkeys(found))


def in_catalog(covered: Covered, after: Schema, targets: tuple[str, ...]) -> Iterator[Unplanned]:
    """Those between the schema of `covered` and another."""
    for oid, old in covered.schema.relations.items():
        new = after.relations.get(oid)
        if new is old or old.kind not in ("r", "p", "f") or not _is_target(old, covered, targets):
            continue
        if new is None:
            yield Unplanned(_name(old), "drop table")
        elif not any(_is_inherited(oid, parent, covered, targets) for parent in old.parents):
            yield from _unannounced(old, new, _changes(Altered(old, new)), covered)


def _is_target(table: Relation, covered: Covered, targets: tuple[str, ...]) -> bool:
    return table.oid in covered.by_oid or is_named(targets, quote_ident(table.schema), quote_ident(table.name))


def _is_inherited(oid: int, parent: int, covered: Covered, targets: tuple[str, ...]) -> bool:
    """Whether it is told of the parent already."""
    table = covered.schema.relations.get(parent)
    return parent != oid and table is not None and _is_target(table, covered, targets)


def _name(table: Relation) -> str:
    return quote_qualified(table.schema, table.name)


def _unannounced(old: Relation, new: Relation, changes: Iterable[_Change], covered: Covered) -> Iterator[Unplanned]:
    plans = covered.by_oid.get(old.oid, ())
    for change in changes:
        about = (plan for plan in plans if change.columns and change.columns <= {*plan.names})
        if not any(permits(plan, new) for plan in about):
            yield Unplanned(_name(old), change.text)


def _changes(table: Altered) -> Iterator[_Change]:
    if table.moved:
        yield _Change(f"rename table to {quote_qualified(table.after.schema, table.after.name)}")
    for name in table.added:
        yield _Change(f"add column {quote_ident(name)}", frozenset({name}))
    for name in sorted(table.dropped):
        yield _Change(f"drop column {quote_ident(name)}", frozenset({name}))
    for old, new in table.kept:
        names = frozenset({old.name, new.name})
        if old.name != new.name:
            yield _Change(f"rename column {quote_ident(old.name)} to {quote_ident(new.name)}", names)
        if (old.type, old.collation) != (new.type, new.collation):
            yield _Change(f"alter column {quote_ident(new.name)} type", names)
        if _rules(old) != _rules(new):
            yield _Change(f"alter column {quote_ident(new.name)}", names)


def _rules(column: Column) -> tuple[object, ...]:
    return column.not_null, column.default, column.generated, column.identity


def _beside(tag: str, body: Node) -> Iterator[tuple[Node, _Change]]:
    """What is not about a column's looks: the name of the table, as the statement has it, and the change."""
    if tag in _MADE:
        key, words, name = _MADE[tag]
        yield body[key], _Change(f"{words} {quote_ident(body[name])}")
    elif tag == "DropStmt" and body["removeType"] in _DROPPED:
        for entry in body["objects"]:
            *schema, table, name = (part["String"]["sval"] for part in entry["List"]["items"])
            words = f"{_DROPPED[body['removeType']]} {quote_ident(name)}"
            yield {"relname": table, **({"schemaname": schema[-1]} if schema else {})}, _Change(words)
    elif tag == "AlterTableStmt":
        commands = [entry["AlterTableCmd"] for entry in body["cmds"]]
        yield from ((body["relation"], change) for command in commands for change in _of_command(command))


def _of_command(command: Node) -> Iterator[_Change]:
    subtype = command.get("subtype", "AT_AddColumn")
    if subtype in _BY_COLUMNS or subtype in _STORED:
        return
    constraint = command.get("def", {}).get("Constraint", {})
    keys = [key["String"]["sval"] for name in ("keys", "fk_attrs") for key in constraint.get(name, ())]
    named = command.get("name") or constraint.get("conname")
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in subtype.removeprefix("AT_"))
    yield _Change(
        words.strip() + (f" {quote_ident(named)}" if named else ""),
        frozenset({*keys, *column_names(constraint.get("raw_expr", {}))}),
    )

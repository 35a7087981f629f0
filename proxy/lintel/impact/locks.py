"""What the DDL itself does to the table: its lock, and whether it rewrites or scans it (manual, ALTER TABLE, Notes)."""

from collections.abc import Iterator
from typing import NamedTuple

from lintel.analysis.ddl import Step
from lintel.impact.change import Migration, Place
from lintel.impact.proofs import Proofs
from lintel.impact.rewriting import rewrites, type_rewrites
from lintel.schema import Schema
from lintel.sql.grammar import Node
from lintel.sql.quoting import quote_qualified

_EXCLUSIVE = "AccessExclusiveLock"
# Statements other than ALTER TABLE: lock, rewrites, scans.
_OTHERS = {
    "RenameStmt": (_EXCLUSIVE, False, False),
    "AlterObjectSchemaStmt": (_EXCLUSIVE, False, False),
    "CreateTrigStmt": ("ShareRowExclusiveLock", False, False),
    "TruncateStmt": (_EXCLUSIVE, False, False),
}
_MILD = frozenset(
    ("AT_ValidateConstraint", "AT_SetStatistics", "AT_AttachPartition", "AT_ClusterOn", "AT_DropCluster",
     "AT_SetRelOptions", "AT_ResetRelOptions", "AT_SetOptions", "AT_ResetOptions")
)  # fmt: skip
_MIDDLE = frozenset(("AT_EnableTrig", "AT_DisableTrig", "AT_EnableTrigAll", "AT_DisableTrigAll"))
_CHECKED = frozenset({"CONSTR_CHECK", "CONSTR_UNIQUE", "CONSTR_PRIMARY", "CONSTR_EXCLUSION", "CONSTR_FOREIGN"})
# PostgreSQL's own limit (trap T20 of docs/traps.md).
REWRITES = (
    "it rewrites the table: a transaction with an older snapshot (REPEATABLE READ), and an SQL EXECUTE that waits for "
    "the lock, see an empty table afterwards"
)


class Ddl(NamedTuple):
    """One statement of the change that takes a lock on a table."""

    statement: str
    lock: str
    rewrites_table: bool
    scans_table: bool
    table: str | None = None  # as SQL writes it
    place: Place = Place()
    warnings: tuple[str, ...] = ()
    concurrently: bool = False  # it waits for every older snapshot, too


def of(made: Migration) -> Iterator[Ddl]:
    """The statements that take a lock on a table that was there before."""
    proofs = Proofs(made.schema)
    for step, place in made.steps:
        found = _of(step, proofs)
        if found is not None:
            table, lock, rewritten, scanned = found
            text = " ".join(step.text.split()).strip("; ")
            warnings = (REWRITES,) if rewritten else ()
            yield Ddl(text, lock, rewritten, scanned, table, place, warnings, _concurrently(step.statement.node))
        proofs.learn(step)


def _of(step: Step, proofs: Proofs) -> tuple[str | None, str, bool, bool] | None:
    ((tag, body),) = step.statement.node.items()
    if "relation" not in body or "relname" not in body["relation"]:
        return None
    relation = step.before.find(body["relation"].get("schemaname"), body["relation"]["relname"], step.search_path)
    name = quote_qualified(relation.schema, relation.name) if relation is not None else None
    if tag == "IndexStmt":
        lock = "ShareUpdateExclusiveLock" if body.get("concurrent") else "ShareLock"
        return name, lock, False, True
    if tag in _OTHERS:
        return name, *_OTHERS[tag]
    if tag != "AlterTableStmt" or body.get("objtype", "OBJECT_TABLE") not in ("OBJECT_TABLE", "OBJECT_MATVIEW"):
        return None
    commands = [entry["AlterTableCmd"] for entry in body["cmds"]]
    oid = relation.oid if relation is not None else 0
    rewritten = any(rewrites(command, step, oid) for command in commands)
    return name, _lock(commands), rewritten, rewritten or any(_scans(c, step, oid, proofs) for c in commands)


def _concurrently(node: Node) -> bool:
    """CREATE INDEX CONCURRENTLY, and DETACH PARTITION so."""
    if "IndexStmt" in node:
        return bool(node["IndexStmt"].get("concurrent"))
    commands = [entry["AlterTableCmd"] for entry in node.get("AlterTableStmt", {}).get("cmds", ())]
    return any(command.get("def", {}).get("PartitionCmd", {}).get("concurrent") for command in commands)


def _lock(commands: list[Node]) -> str:
    """The strongest that one of them needs (AlterTableGetLockLevel)."""
    subtypes = {command.get("subtype") for command in commands}
    if subtypes <= _MILD:
        return "ShareUpdateExclusiveLock"
    milder = all(c.get("subtype") in _MILD | _MIDDLE or _is_foreign_key(c) for c in commands)
    return "ShareRowExclusiveLock" if milder else _EXCLUSIVE


def _is_foreign_key(command: Node) -> bool:
    adds = command.get("subtype") == "AT_AddConstraint"
    return adds and command["def"]["Constraint"]["contype"] == "CONSTR_FOREIGN"


def _scans(command: Node, step: Step, oid: int, proofs: Proofs) -> bool:
    subtype = command.get("subtype")
    if subtype == "AT_AddColumn":
        relation = step.before.relations.get(oid)
        definition = command["def"]["ColumnDef"]
        return (relation is None or relation.column(definition["colname"]) is None) and _scans_for_column(definition)
    if subtype == "AT_AddConstraint":
        return _scans_for_constraint(command["def"]["Constraint"], step.before, oid, proofs)
    if subtype == "AT_AlterColumnType":
        return proofs.checked(oid, command["name"]) and not type_rewrites(command, step, oid)
    if subtype == "AT_SetNotNull":
        return not proofs.not_null(step.before, oid, command["name"])
    if subtype == "AT_ValidateConstraint":
        return not proofs.is_valid(oid, command["name"])
    return False


def _scans_for_column(definition: Node) -> bool:
    constraints = [entry["Constraint"] for entry in definition.get("constraints", [])]
    if any(c["contype"] == "CONSTR_DEFAULT" for c in constraints):
        constraints = [c for c in constraints if c["contype"] != "CONSTR_NOTNULL"]  # it is known to hold
    else:  # NULLs refer to nothing
        constraints = [c for c in constraints if c["contype"] != "CONSTR_FOREIGN"]
    return any(c["contype"] in _CHECKED or c["contype"] == "CONSTR_NOTNULL" for c in constraints)


def _scans_for_constraint(node: Node, schema: Schema, oid: int, proofs: Proofs) -> bool:
    if node.get("skip_validation"):
        return False
    if node["contype"] == "CONSTR_NOTNULL":
        return not all(proofs.not_null(schema, oid, key["String"]["sval"]) for key in node["keys"])
    if "indexname" in node:
        return node["contype"] == "CONSTR_PRIMARY" and not proofs.indexed_not_null(schema, oid, node["indexname"])
    return node["contype"] in _CHECKED

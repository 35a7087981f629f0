"""What the DDL itself does to the table: its lock, and whether it rewrites or scans it (manual, ALTER TABLE, Notes)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from lintel.schema import Schema
from lintel.sql.grammar import RawStatement

Node = dict[str, Any]

_SERIAL = frozenset({"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"})
# Volatile functions of pg_catalog and the usual extensions; those of the database's own are in the snapshot.
_VOLATILE = frozenset(
    ("random", "random_normal", "gen_random_uuid", "uuidv4", "uuidv7", "uuid_generate_v1", "uuid_generate_v4",
     "nextval", "setval", "clock_timestamp", "timeofday", "gen_random_bytes", "txid_current", "pg_current_xact_id")
)  # fmt: skip
_CHECKED = frozenset({"CONSTR_CHECK", "CONSTR_UNIQUE", "CONSTR_PRIMARY", "CONSTR_EXCLUSION", "CONSTR_FOREIGN"})


class Ddl(NamedTuple):
    """One statement of the change."""

    statement: str
    lock: str
    rewrites_table: bool
    scans_table: bool


def of(ddl: bytes, statements: tuple[RawStatement, ...], schema: Schema) -> Iterator[Ddl]:
    """The statements that take a lock on a table."""
    for raw in statements:
        ((tag, body),) = raw.node.items()
        text = " ".join(ddl[raw.start : raw.end].decode("utf-8", "replace").split()).strip("; ")
        if tag == "IndexStmt":
            lock = "ShareUpdateExclusiveLock" if body.get("concurrent") else "ShareLock"
            yield Ddl(text, lock, rewrites_table=False, scans_table=True)
        elif tag == "RenameStmt":
            yield Ddl(text, "AccessExclusiveLock", rewrites_table=False, scans_table=False)
        elif tag == "AlterTableStmt":
            commands = [entry["AlterTableCmd"] for entry in body["cmds"]]
            rewrites = any(_rewrites(command, schema) for command in commands)
            yield Ddl(text, _lock(commands), rewrites, rewrites or any(map(_scans, commands)))


def _lock(commands: list[Node]) -> str:
    subtypes = {command.get("subtype") for command in commands}
    mild = {"AT_ValidateConstraint", "AT_SetStatistics"}
    return "ShareUpdateExclusiveLock" if subtypes <= mild else "AccessExclusiveLock"


def _rewrites(command: Node, schema: Schema) -> bool:
    """A new column whose values differ from row to row."""
    if command.get("subtype") != "AT_AddColumn":
        return False
    definition = command["def"]["ColumnDef"]
    constraints = [entry["Constraint"] for entry in definition.get("constraints", [])]
    types = [name["String"]["sval"] for name in definition["typeName"]["names"]]
    return (
        types[-1] in _SERIAL
        or any(_is_computed(c) for c in constraints)
        or any(_is_volatile(c.get("raw_expr"), schema) for c in constraints if c["contype"] == "CONSTR_DEFAULT")
    )


def _is_computed(constraint: Node) -> bool:
    stored = constraint["contype"] == "CONSTR_GENERATED" and constraint.get("generated_kind") != "v"
    return stored or constraint["contype"] == "CONSTR_IDENTITY"


def _is_volatile(node: Any, schema: Schema) -> bool:
    if isinstance(node, list):
        return any(_is_volatile(item, schema) for item in node)
    if not isinstance(node, dict):
        return False
    if "FuncCall" in node:
        name = node["FuncCall"]["funcname"][-1]["String"]["sval"]
        own = [f for f in schema.functions.get(name, ()) if f.schema not in ("pg_catalog", "information_schema")]
        if name in _VOLATILE or any(function.volatile == "v" for function in own):
            return True
    return any(_is_volatile(value, schema) for value in node.values())


def _scans(command: Node) -> bool:
    subtype = command.get("subtype")
    if subtype == "AT_AddColumn":
        constraints = [entry["Constraint"] for entry in command["def"]["ColumnDef"].get("constraints", [])]
        if any(constraint["contype"] == "CONSTR_DEFAULT" for constraint in constraints):
            constraints = [c for c in constraints if c["contype"] != "CONSTR_NOTNULL"]  # it is known to hold
        return any(_is_checked(constraint) for constraint in constraints)
    if subtype == "AT_AddConstraint":
        return _is_checked(command["def"]["Constraint"])
    return subtype in ("AT_SetNotNull", "AT_ValidateConstraint")


def _is_checked(constraint: Node) -> bool:
    if constraint.get("skip_validation"):
        return False
    return constraint["contype"] in _CHECKED or constraint["contype"] == "CONSTR_NOTNULL"

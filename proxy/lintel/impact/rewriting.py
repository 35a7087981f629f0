"""Whether a subcommand of ALTER TABLE writes the whole table anew (tablecmds.c, ATRewriteTables)."""

from typing import Any

from lintel.analysis.ddl import Step
from lintel.impact import kinds
from lintel.schema import Column, Domain, Schema
from lintel.sql.grammar import Node

_SERIAL = frozenset({"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"})
# Volatile functions of pg_catalog and the usual extensions; those of the database's own are in the snapshot.
_VOLATILE = frozenset(
    ("random", "random_normal", "gen_random_uuid", "uuidv4", "uuidv7", "uuid_generate_v1", "uuid_generate_v4",
     "nextval", "setval", "clock_timestamp", "timeofday", "gen_random_bytes", "txid_current", "pg_current_xact_id")
)  # fmt: skip
_WHOLE = frozenset(("AT_SetLogged", "AT_SetUnLogged", "AT_SetTableSpace", "AT_SetAccessMethod"))
_TEXTS = frozenset(("text", "character varying"))  # stored alike
_WITH_PRECISION = frozenset(
    ("timestamp without time zone", "timestamp with time zone", "time without time zone", "time with time zone")
)
_ALIKE = frozenset({("cidr", "inet"), ("integer", "oid"), ("oid", "integer")})


def rewrites(command: Node, step: Step, oid: int) -> bool:
    """Of one subcommand on the table."""
    subtype = command.get("subtype")
    if subtype == "AT_AddColumn":
        definition = command["def"]["ColumnDef"]
        return _column(step.before, oid, definition["colname"]) is None and _adds_values(definition, step.before)
    if subtype == "AT_AlterColumnType":
        return type_rewrites(command, step, oid)
    return subtype in _WHOLE


def _adds_values(definition: Node, schema: Schema) -> bool:
    """A new column whose values differ from row to row, or that a domain has to be asked about."""
    constraints = [entry["Constraint"] for entry in definition.get("constraints", [])]
    names = [name["String"]["sval"] for name in definition["typeName"]["names"]]
    return (
        names[-1] in _SERIAL
        or _is_strict_domain(names, schema)
        or any(_is_computed(c) for c in constraints)
        or any(_is_volatile(c.get("raw_expr"), schema) for c in constraints if c["contype"] == "CONSTR_DEFAULT")
    )


def _is_strict_domain(names: list[str], schema: Schema) -> bool:
    domain = _domain(".".join(names), schema)
    return domain is not None and domain.strict


def _domain(name: str, schema: Schema) -> Domain | None:
    """The domain of that name; DDL may leave out the schema."""
    found = (one for one in schema.code.domains if one.name == name or one.name.endswith(f".{name}"))
    return next(found, None)


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


def type_rewrites(command: Node, step: Step, oid: int) -> bool:
    """ALTER COLUMN TYPE: not where the stored values are right as they are (ATColumnChangeRequiresRewrite)."""
    old, new = _column(step.before, oid, command["name"]), _column(step.after, oid, command["name"])
    if old is None or new is None:
        return False
    return not _is_plain(command["def"]["ColumnDef"].get("raw_default"), command["name"]) or not _fits(
        old.type, new.type, step.before
    )


def _column(schema: Schema, oid: int, name: str) -> Column | None:
    relation = schema.relations.get(oid)
    return relation.column(name) if relation is not None else None


def _is_plain(using: Node | None, name: str) -> bool:
    """No USING, or one that is the column itself, possibly cast."""
    while using is not None and "TypeCast" in using:
        using = using["TypeCast"]["arg"]
    if using is None:
        return True
    fields = using.get("ColumnRef", {}).get("fields", [])
    return len(fields) == 1 and fields[0].get("String", {}).get("sval") == name


def _fits(old: str, new: str, schema: Schema) -> bool:
    """Whether every value of the old type is stored as one of the new."""
    if old == new:
        return True
    inside, outside = _domain(old, schema), _domain(new, schema)
    if outside is not None and outside.strict:
        return False
    if inside is not None or outside is not None:
        return _fits(inside.base if inside else old, outside.base if outside else new, schema)
    was, becomes = kinds.base(old), kinds.base(new)
    if (was in _TEXTS and becomes in _TEXTS) or was == becomes == "bit varying":
        return not kinds.modifier(new) or () < kinds.modifier(old) <= kinds.modifier(new)
    if was == becomes == "numeric":
        return _fits_numeric(kinds.modifier(old), kinds.modifier(new))
    if was == becomes and was in _WITH_PRECISION:
        return (kinds.modifier(old) or (6,)) <= (kinds.modifier(new) or (6,))
    return (was, becomes) in _ALIKE and not kinds.modifier(new)


def _fits_numeric(old: tuple[int, ...], new: tuple[int, ...]) -> bool:
    return not new or (bool(old) and old[1] == new[1] and old[0] <= new[0])

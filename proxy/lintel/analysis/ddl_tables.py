"""CREATE TABLE in its forms: plain, INHERITS, PARTITION OF, OF type, LIKE; foreign tables and composite types alike."""

from dataclasses import replace

from lintel.analysis.ddl_columns import column_of, constrained, is_primary
from lintel.analysis.ddl_draft import DdlProblem, Draft, attnum, numbered
from lintel.schema import Column, Relation
from lintel.sql.grammar import Node

_LIKE_DEFAULTS = 1 << 3
_LIKE_GENERATED = 1 << 4
_LIKE_IDENTITY = 1 << 5
_LIKE_INDEXES = 1 << 6


def create_table(draft: Draft, body: Node, kind: str = "r") -> Draft:
    """CreateStmt."""
    schema, name = draft.new_name(body["relation"])
    if (schema, name) in draft.schema.by_name:
        if body.get("if_not_exists"):
            return draft
        raise DdlProblem("42P07", f'relation "{name}" already exists')
    parents = [draft.get(entry["RangeVar"]) for entry in body.get("inhRelations", [])]
    columns, key = _columns(draft, body, parents, (schema, name))
    table = Relation(
        oid=draft.next_oid(),
        schema=schema,
        name=name,
        kind="p" if "partspec" in body else kind,
        columns=numbered(columns.values()),
        parents=tuple(parent.oid for parent in parents),
        temporary=body["relation"].get("relpersistence") == "t",
    )
    key = key or _inherited_key(body, parents)
    return draft.put(with_key(table, key))


def create_composite(draft: Draft, body: Node) -> Draft:
    """CompositeTypeStmt: CREATE TYPE .. AS (..)."""
    return create_table(draft, {"relation": body["typevar"], "tableElts": body.get("coldeflist", [])}, kind="c")


def with_key(table: Relation, names: list[str]) -> Relation:
    """The table with that primary key, whose columns are NOT NULL."""
    if not names:
        return table
    columns = tuple(replace(c, not_null=c.not_null or c.name in names) for c in table.columns)
    return replace(table, columns=columns, primary_key=tuple(attnum(table, name) for name in names))


def key_names(constraint: Node) -> list[str]:
    """The columns of a PRIMARY KEY constraint."""
    return [key["String"]["sval"] for key in constraint.get("keys", [])]


def _columns(
    draft: Draft, body: Node, parents: list[Relation], table: tuple[str, str]
) -> tuple[dict[str, Column], list[str]]:
    columns: dict[str, Column] = {}
    for parent in parents:
        for column in parent.columns:
            # An identity is inherited by partitions alone.
            inherited = replace(column, identity=column.identity and "partbound" in body, own=False)
            columns[column.name] = _merged(columns.get(column.name), inherited)
    if "ofTypename" in body:
        columns.update(_of_type(draft, body["ofTypename"]))
    key: list[str] = []
    own: set[str] = set()
    for element in body.get("tableElts", []):
        if "ColumnDef" in element:
            key += _define(draft, element["ColumnDef"], columns, own, table)
        elif "TableLikeClause" in element:
            key += _like(draft, element["TableLikeClause"], columns)
        elif element["Constraint"]["contype"] == "CONSTR_PRIMARY":
            key += key_names(element["Constraint"])
        elif element["Constraint"]["contype"] == "CONSTR_NOTNULL":
            for name in key_names(element["Constraint"]):
                columns[name] = replace(columns[name], not_null=True)
    return columns, key


def _define(
    draft: Draft, definition: Node, columns: dict[str, Column], own: set[str], table: tuple[str, str]
) -> list[str]:
    """Enter one column definition; its name where it is the primary key."""
    name = definition["colname"]
    constraints = definition.get("constraints", [])
    if name in own:
        raise DdlProblem("42701", f'column "{name}" specified more than once')
    own.add(name)
    if "typeName" in definition:
        inherited = columns.get(name)
        column = _merged(inherited, column_of(definition, table, draft.text))
        columns[name] = replace(column, own=inherited is not None)
    elif name in columns:  # column options of a partition or a typed table
        columns[name] = constrained(columns[name], constraints, draft.text)
    return [name] if is_primary(constraints) else []


def _merged(inherited: Column | None, column: Column) -> Column:
    if inherited is None:
        return column
    default = column.default if column.default is not None else inherited.default
    generated = column.generated or inherited.generated
    return replace(column, not_null=column.not_null or inherited.not_null, default=default, generated=generated)


def _of_type(draft: Draft, node: Node) -> dict[str, Column]:
    names = [name["String"]["sval"] for name in node["names"]]
    row = draft.get({"relname": names[-1], "schemaname": names[-2] if len(names) > 1 else None})
    return {column.name: column for column in row.columns}


def _like(draft: Draft, clause: Node, columns: dict[str, Column]) -> list[str]:
    """Enter another table's columns; its primary key where INCLUDING INDEXES copies it."""
    source = draft.get(clause["relation"])
    options = clause.get("options", 0)
    for column in source.columns:
        if column.name in columns:
            raise DdlProblem("42701", f'column "{column.name}" specified more than once')
        keeps_default = options & _LIKE_DEFAULTS
        columns[column.name] = replace(
            column,
            default=column.default if keeps_default else None,
            generated=column.generated and bool(options & _LIKE_GENERATED),
            identity=column.identity and bool(options & _LIKE_IDENTITY),
            own=False,
        )
    return [c.name for n in source.primary_key for c in source.columns if c.attnum == n and options & _LIKE_INDEXES]


def _inherited_key(body: Node, parents: list[Relation]) -> list[str]:
    """A partition has its parent's primary key."""
    if "partbound" not in body:
        return []
    (parent,) = parents
    names = {column.attnum: column.name for column in parent.columns}
    return [names[number] for number in parent.primary_key]

"""Column definitions of CREATE TABLE and ALTER TABLE become Columns; attnums are the caller's business."""

from dataclasses import dataclass, replace

from lintel.analysis.ddl_source import Source
from lintel.analysis.ddl_types import Where, serial_of, type_of
from lintel.schema import Column
from lintel.sql.grammar import Node
from lintel.sql.quoting import quote_ident, quote_literal, quote_qualified

NOWHERE = 1 << 60  # an offset beyond every text
# What may follow a DEFAULT expression in a column definition, other than a comma or a closing parenthesis.
_NEXT = frozenset(
    [
        *(b"not", b"null", b"constraint", b"primary", b"unique", b"check", b"references", b"generated", b"collate"),
        *(b"default", b"deferrable", b"initially", b"no", b"compression", b"storage"),
    ]
)


@dataclass(frozen=True, slots=True)
class Text:
    """The text that nodes' locations point into, and where unqualified type names are found."""

    source: Source
    where: Where


def column_of(definition: Node, table: tuple[str, str], text: Text) -> Column:
    """A Column from a ColumnDef, attnum 0."""
    node = definition["typeName"]
    serial = serial_of(node)
    column = Column(definition["colname"], 0, serial or type_of(node, text.where))
    if "collClause" in definition:
        column = replace(column, collation=_collation(definition["collClause"]["collname"]))
    if serial:
        column = replace(column, not_null=True, default=_next_value(table, column.name))
    return constrained(column, definition.get("constraints", []), text)


def constrained(column: Column, constraints: list[Node], text: Text) -> Column:
    """The column with its constraints applied; PRIMARY KEY counts as NOT NULL here, the key is the table's."""
    for entry in constraints:
        constraint = entry["Constraint"]
        match constraint["contype"]:
            case "CONSTR_NOTNULL" | "CONSTR_PRIMARY":
                column = replace(column, not_null=True)
            case "CONSTR_DEFAULT":
                column = replace(column, default=_default(constraint, text.source))
            case "CONSTR_GENERATED":
                column = replace(column, generated=True, default=None)
            case "CONSTR_IDENTITY":
                column = replace(column, identity=True, not_null=True)
    return column


def is_primary(constraints: list[Node]) -> bool:
    """Whether a column's constraints make it the primary key."""
    return any(entry["Constraint"]["contype"] == "CONSTR_PRIMARY" for entry in constraints)


def expression_at(source: Source, start: int) -> str:
    """The text of the expression that begins at an offset, up to what cannot belong to it any more."""
    depth = 0
    end = start
    for token, word in source.tokens_from(start):
        depth += (word in (b"(", b"[")) - (word in (b")", b"]"))
        follows = end > start and depth == 0 and token.kind == "ident" and word in _NEXT
        if depth < 0 or follows or (depth == 0 and word in (b",", b";")):
            break
        end = token.end
    return source.sql[start:end].decode("utf-8", "replace").strip()


def location_of(node: Node) -> int:
    """Where the text of a node begins, about: the least location in it."""
    found = [value for key, value in node.items() if key == "location" and value >= 0]
    for value in node.values():
        parts = value if isinstance(value, list) else [value]
        found += [location_of(part) for part in parts if isinstance(part, dict) and part]
    return min(found, default=NOWHERE)


def _default(constraint: Node, source: Source) -> str | None:
    if constraint["raw_expr"].get("A_Const", {}).get("isnull"):
        return None  # the server drops DEFAULT NULL
    return expression_at(source, constraint["location"] + len("DEFAULT"))


def _next_value(table: tuple[str, str], column: str) -> str:
    sequence = quote_qualified(table[0], f"{table[1]}_{column}_seq")
    return f"nextval({quote_literal(sequence)}::regclass)"


def _collation(names: list[Node]) -> str:
    parts = [name["String"]["sval"] for name in names]
    return ".".join(map(quote_ident, parts if len(parts) > 1 else ["pg_catalog", *parts]))

"""A type as a plan writes it, made immune to search_path: `text` becomes `pg_catalog.text`.

Knows the grammar and which names Postgres brings along, not the catalog of any database.
"""

from dataclasses import dataclass

from lintel.sql.grammar import Node, SyntaxProblem, TooDeep, parse
from lintel.sql.quoting import quote_ident

# pg_type rows of PostgreSQL 13-18 that a column may have and that are written as one plain word.
_BUILT_IN = """
    bit bool box bpchar bytea char cidr circle date daterange datemultirange float4 float8 inet int2 int4 int8
    int4multirange int4range int8multirange int8range interval json jsonb jsonpath line lseg macaddr macaddr8 money
    name numeric nummultirange numrange oid path pg_lsn pg_snapshot point polygon regclass regcollation regconfig
    regdictionary regnamespace regoper regoperator regproc regprocedure regrole regtype text tid time timestamp
    timestamptz timetz tsmultirange tsquery tsrange tstzmultirange tstzrange tsvector txid_snapshot uuid varbit varchar
    xid xid8 xml int2vector oidvector
"""
BUILT_IN = frozenset(_BUILT_IN.split())
# What the grammar itself turns into pg_catalog types, whatever the search_path: shorter to read.
_KEYWORDS = {
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "bool": "boolean",
    "float4": "real",
    "float8": "double precision",
    "numeric": "numeric",
    "varchar": "varchar",
    "timestamp": "timestamp",
}
_SERIAL = frozenset(("serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"))


@dataclass(frozen=True, slots=True)
class TypeName:
    """One type: `sql` can be spliced under any search_path; `base` is its bare name as pg_type has it."""

    sql: str
    base: str
    array: bool = False
    collation: str | None = None  # quoted and qualified


def parse_type(text: str) -> TypeName:
    """Read a type, with COLLATE where there is one; ValueError says what was expected."""
    node = _cast_target(text)
    collation = None
    if "CollateClause" in node:
        clause = node["CollateClause"]
        collation = _collation([name["String"]["sval"] for name in clause["collname"]])
        node = clause["arg"]
    cast = node.get("TypeCast")
    if cast is None or cast["arg"].get("A_Const", {}).get("isnull") is not True:
        raise ValueError("expected exactly one SQL type")
    return _named(cast["typeName"], collation)


def type_sql(node: Node) -> str:
    """A TypeName node of the grammar as text that is immune to search_path."""
    names = [name["String"]["sval"] for name in node["names"]]
    if len(names) == 1:
        _assert_built_in(names[0])
        names = ["pg_catalog", *names]
    modifiers = [_modifier(item) for item in node.get("typmods", ())]
    dimensions = "".join(_dimension(bound) for bound in node.get("arrayBounds", ()))
    return _name(names) + (f"({', '.join(modifiers)})" if modifiers else "") + dimensions


def _cast_target(text: str) -> Node:
    if "--" in text or "/*" in text or ";" in text:
        raise ValueError("expected exactly one SQL type, without comments")
    try:
        statements = parse(f"SELECT NULL::{text}".encode())
    except (SyntaxProblem, TooDeep) as problem:
        raise ValueError(f"expected exactly one SQL type ({problem})") from None
    select = statements[0].node["SelectStmt"] if len(statements) == 1 else {}
    targets = select.get("targetList", ())
    if set(select) != {"targetList", "limitOption", "op"} or select["op"] != "SETOP_NONE" or len(targets) != 1:
        raise ValueError("expected exactly one SQL type")
    target: Node = targets[0]["ResTarget"]
    if "name" in target:
        raise ValueError("expected exactly one SQL type")
    value: Node = target["val"]
    return value


def _named(node: Node, collation: str | None) -> TypeName:
    if node.get("setof") or node.get("pct_type"):
        raise ValueError("expected the type of a column, not SETOF or %TYPE")
    base = node["names"][-1]["String"]["sval"]
    return TypeName(type_sql(node), base, array="arrayBounds" in node, collation=collation)


def _assert_built_in(name: str) -> None:
    if name in _SERIAL:
        raise ValueError(f"expected a plain type: {name} takes its values from a sequence, so no constant can stand in")
    if name not in BUILT_IN:
        example = quote_ident("public") + "." + quote_ident(name)
        raise ValueError(f"expected a type that PostgreSQL brings along, or one with its schema, such as {example}")


def _collation(names: list[str]) -> str:
    return ".".join(map(quote_ident, names if len(names) > 1 else ["pg_catalog", *names]))


def _name(names: list[str]) -> str:
    if names[0] == "pg_catalog" and names[-1] in _KEYWORDS:
        return _KEYWORDS[names[-1]]
    return ".".join(map(quote_ident, names))


def _modifier(node: Node) -> str:
    constant = node.get("A_Const", {})
    if "ival" in constant:
        return str(constant["ival"].get("ival", 0))
    fields = node.get("ColumnRef", {}).get("fields", ())  # PostGIS: geometry(Point, 4326)
    if len(fields) == 1 and "String" in fields[0]:
        return quote_ident(fields[0]["String"]["sval"])
    raise ValueError("expected whole numbers or words as the type's modifiers")


def _dimension(bound: Node) -> str:
    size = bound["Integer"].get("ival", 0)
    return "[]" if size < 0 else f"[{size}]"

"""Type names as format_type() prints them under search_path = pg_catalog, from the grammar's TypeName nodes.

Knows PostgreSQL's own types and the names it is given for the others; no catalog.
"""

from collections.abc import Callable

from lintel.sql.grammar import Node
from lintel.sql.quoting import quote_ident

# pg_type.typname -> what format_type() calls it.
_SPELLINGS = {
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "varchar": "character varying",
    "bpchar": "character",
    "varbit": "bit varying",
    "time": "time without time zone",
    "timetz": "time with time zone",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "decimal": "numeric",
    "char": '"char"',
}
SERIALS = {
    "smallserial": "smallint",
    "serial2": "smallint",
    "serial": "integer",
    "serial4": "integer",
    "bigserial": "bigint",
    "serial8": "bigint",
}
_OTHERS = """
    bit box bytea cidr circle date daterange datemultirange inet int4multirange int4range int8multirange int8range
    interval json jsonb jsonpath line lseg macaddr macaddr8 money name numeric nummultirange numrange oid path pg_lsn
    pg_snapshot point polygon regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc
    regprocedure regrole regtype text tid tsmultirange tsquery tsrange tstzmultirange tstzrange tsvector txid_snapshot
    uuid xid xid8 xml int2vector oidvector
"""
BUILT_IN = frozenset(_OTHERS.split()) | frozenset(_SPELLINGS)
# The bits of an interval's modifier (INTERVAL_MASK of timestamp.h) and their words.
_INTERVALS = {
    1 << 2: "year",
    1 << 1: "month",
    1 << 3: "day",
    1 << 10: "hour",
    1 << 11: "minute",
    1 << 12: "second",
    (1 << 2) | (1 << 1): "year to month",
    (1 << 3) | (1 << 10): "day to hour",
    (1 << 3) | (1 << 10) | (1 << 11): "day to minute",
    (1 << 3) | (1 << 10) | (1 << 11) | (1 << 12): "day to second",
    (1 << 10) | (1 << 11): "hour to minute",
    (1 << 10) | (1 << 11) | (1 << 12): "hour to second",
    (1 << 11) | (1 << 12): "minute to second",
}

Where = Callable[[str], str | None]  # an unqualified type's name -> the schema that it is found in


def type_of(node: Node, where: Where) -> str:
    """The type as a Column has it."""
    names = [name["String"]["sval"] for name in node["names"]]
    modifiers = [_modifier(item) for item in node.get("typmods", ())]
    dimensions = "[]" if node.get("arrayBounds") else ""
    return _name(names, modifiers, where) + dimensions


def serial_of(node: Node) -> str | None:
    """The integer type behind serial and its like, None for other types."""
    names = node["names"]
    return SERIALS.get(names[0]["String"]["sval"]) if len(names) == 1 else None


def _name(names: list[str], modifiers: list[str], where: Where) -> str:
    name = names[-1]
    schema = names[-2] if len(names) > 1 else None
    if schema is None and where(name) is None and name in BUILT_IN:
        schema = "pg_catalog"
    if schema != "pg_catalog":
        schema = schema or where(name)
        qualified = f"{quote_ident(schema)}.{quote_ident(name)}" if schema else quote_ident(name)
        return qualified + (f"({','.join(modifiers)})" if modifiers else "")
    return _built_in(name, modifiers)


def _built_in(name: str, modifiers: list[str]) -> str:
    if name == "bpchar" and not modifiers:
        return "bpchar"
    spelling = _SPELLINGS.get(name, name)
    if name == "interval":
        return _interval(modifiers)
    if not modifiers:
        return spelling
    if name == "numeric" and len(modifiers) == 1:
        modifiers = [*modifiers, "0"]
    first, _, rest = spelling.partition(" ")
    if rest in ("without time zone", "with time zone"):
        return f"{first}({modifiers[0]}) {rest}"
    return f"{spelling}({','.join(modifiers)})"


def _interval(modifiers: list[str]) -> str:
    fields = _INTERVALS.get(int(modifiers[0])) if modifiers else None
    words = f"interval {fields}" if fields else "interval"
    return f"{words}({modifiers[1]})" if len(modifiers) > 1 else words


def _modifier(node: Node) -> str:
    constant = node.get("A_Const", {})
    if "ival" in constant:
        return str(constant["ival"].get("ival", 0))
    if "sval" in constant:
        return str(constant["sval"].get("sval", ""))
    fields = node.get("ColumnRef", {}).get("fields", [{}])
    return str(fields[-1].get("String", {}).get("sval", ""))

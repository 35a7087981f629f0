"""The name that an output column gets where the text gives none (FigureColname in parse_target.c)."""

from collections.abc import Mapping

from lintel.analysis.resolution import Node

Names = Mapping[int, str]  # location of a scalar subquery -> the name of its column, once it is resolved

_FIXED = {
    "A_ArrayExpr": "array",
    "RowExpr": "row",
    "CoalesceExpr": "coalesce",
    "GroupingFunc": "grouping",
    "XmlSerialize": "xmlserialize",
    "MergeSupportFunc": "merge_action",
    "JsonParseExpr": "json",
    "JsonScalarExpr": "json_scalar",
    "JsonSerializeExpr": "json_serialize",
    "JsonObjectConstructor": "json_object",
    "JsonArrayConstructor": "json_array",
    "JsonArrayQueryConstructor": "json_array",
    "JsonObjectAgg": "json_objectagg",
    "JsonArrayAgg": "json_arrayagg",
}
_XML = {"IS_XMLCONCAT": "xmlconcat", "IS_XMLELEMENT": "xmlelement", "IS_XMLFOREST": "xmlforest",
        "IS_XMLPARSE": "xmlparse", "IS_XMLPI": "xmlpi", "IS_XMLROOT": "xmlroot"}  # fmt: skip
_SUBLINK = {"EXISTS_SUBLINK": "exists", "ARRAY_SUBLINK": "array"}
_JSON = {"JSON_EXISTS_OP": "json_exists", "JSON_QUERY_OP": "json_query", "JSON_VALUE_OP": "json_value"}


def output_name(node: Node, subqueries: Names) -> str:
    """The output column's name; "?column?" where the server has no better one."""
    return _figure(node, subqueries)[0]


def _figure(node: Node, subqueries: Names) -> tuple[str, int]:
    """(name, strength): 2 a real name, 1 one that a cast or CASE only suggests, 0 none."""
    ((tag, body),) = node.items()
    if tag in ("ColumnRef", "A_Indirection"):
        return _dotted(tag, body, subqueries)
    if tag == "FuncCall":
        return body["funcname"][-1]["String"]["sval"], 2
    if tag == "A_Expr" and body["kind"] == "AEXPR_NULLIF":
        return "nullif", 2
    if tag == "TypeCast":
        return _cast(body, subqueries)
    if tag == "CollateClause":
        return _figure(body["arg"], subqueries) if "arg" in body else ("?column?", 0)
    if tag == "CaseExpr":
        found = _figure(body["defresult"], subqueries) if "defresult" in body else ("?column?", 0)
        return found if found[1] else ("case", 1)
    if tag == "SubLink":
        return _sublink(body, subqueries)
    return _by_table(tag, body)


def _by_table(tag: str, body: Node) -> tuple[str, int]:
    if tag == "MinMaxExpr":
        return body["op"].removeprefix("IS_").lower(), 2
    if tag == "SQLValueFunction":
        return body["op"].removeprefix("SVFOP_").removesuffix("_N").lower(), 2
    if tag == "XmlExpr":
        return (_XML[body["op"]], 2) if body["op"] in _XML else ("?column?", 0)
    if tag == "JsonFuncExpr":
        return _JSON.get(body["op"], "?column?"), 2
    return (_FIXED[tag], 2) if tag in _FIXED else ("?column?", 0)


def _dotted(tag: str, body: Node, subqueries: Names) -> tuple[str, int]:
    steps = body["fields"] if tag == "ColumnRef" else body["indirection"]
    names = [step["String"]["sval"] for step in steps if "String" in step]
    if names:
        return names[-1], 2
    return ("?column?", 0) if tag == "ColumnRef" else _figure(body["arg"], subqueries)


def _cast(body: Node, subqueries: Names) -> tuple[str, int]:
    found = _figure(body["arg"], subqueries)
    names = body["typeName"].get("names", [])
    return (names[-1]["String"]["sval"], 1) if found[1] <= 1 and names else found


def _sublink(body: Node, subqueries: Names) -> tuple[str, int]:
    if body["subLinkType"] == "EXPR_SUBLINK":
        return subqueries.get(body["location"], "?column?"), 2
    name = _SUBLINK.get(body["subLinkType"])
    return (name, 2) if name else ("?column?", 0)

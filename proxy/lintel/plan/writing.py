"""Writes an expression's tree again so that it means the same in every session, or says why it cannot.

Operators become OPERATOR(pg_catalog.+), functions and types are qualified: what is spliced into a client's statement
must not look at the client's search_path. Only what is known to be immutable is written, the rest is a ValueError.
Column types are unknown here, so an operator is taken at its name. One method per kind of node.
"""

from collections.abc import Callable

from lintel.plan.literals import looks_temporal, unstable_literal
from lintel.plan.types import type_sql
from lintel.sql.grammar import Node
from lintel.sql.quoting import quote_ident, quote_literal

# Immutable pg_catalog functions for every argument type that they take (pg_proc.provolatile, PostgreSQL 13-18).
_IMMUTABLE = """
    abs array_length ascii btrim cardinality ceil ceiling char_length character_length chr div exp floor gcd initcap
    left length like_escape ln log lower lpad ltrim md5 mod octet_length power position repeat replace reverse right
    round rpad rtrim sign split_part sqrt starts_with strpos substr substring trunc upper
    jsonb_array_length jsonb_typeof decode encode int4range int8range numrange daterange
"""
IMMUTABLE = frozenset(_IMMUTABLE.split())
_BOOLEAN_TESTS = {
    "IS_TRUE": "IS TRUE",
    "IS_NOT_TRUE": "IS NOT TRUE",
    "IS_FALSE": "IS FALSE",
    "IS_NOT_FALSE": "IS NOT FALSE",
    "IS_UNKNOWN": "IS UNKNOWN",
    "IS_NOT_UNKNOWN": "IS NOT UNKNOWN",
}
_PARENTHESISED = frozenset(("A_Expr", "BoolExpr", "NullTest", "BooleanTest", "CaseExpr"))  # what `write` puts in ()
# Their casts, and arithmetic on them, look at TimeZone, DateStyle or lc_monetary.
_SESSION_TYPES = frozenset(("date", "timestamp", "timestamptz", "time", "timetz", "money", "xml"))
_ARITHMETIC = frozenset("+-*/")


class Writer:
    """Writes one expression; `columns` are the names it met, each written with the qualifier before it."""

    def __init__(self, qualifier: str) -> None:
        self.columns: list[str] = []
        self._prefix = f"{qualifier}." if qualifier else ""
        self._writers: dict[str, Callable[[Node], str]] = {
            "A_Const": self._constant,
            "A_ArrayExpr": self._array,
            "A_Expr": self._operation,
            "TypeCast": self._cast,
            "ColumnRef": self._column,
            "FuncCall": self._call,
            "BoolExpr": self._logic,
            "NullTest": self._null_test,
            "BooleanTest": self._boolean_test,
            "CaseExpr": self._case,
            "CoalesceExpr": self._coalesce,
            "MinMaxExpr": self._min_max,
        }

    def write(self, node: Node) -> str:
        """SQL text of the node, in parentheses where it has an inner structure."""
        ((kind, body),) = node.items()
        writer = self._writers.get(kind)
        if writer is None:
            raise ValueError(_why_not(kind, body))
        return writer(body)

    def cast(self, node: Node, type_name: str) -> str:
        """The node as a value of that type."""
        written = self.write(node)
        return f"{written if _PARENTHESISED.issuperset(node) else f'({written})'}::{type_name}"

    def _all(self, nodes: list[Node]) -> str:
        return ", ".join(map(self.write, nodes))

    def _constant(self, body: Node) -> str:
        if body.get("isnull"):
            return "NULL"
        if "sval" in body:
            return quote_literal(body["sval"].get("sval", ""))
        if "boolval" in body:
            return "true" if body["boolval"].get("boolval") else "false"
        if "bsval" in body:
            text: str = body["bsval"]["bsval"]
            return f"{text[0]}'{text[1:]}'"
        number = str(body["fval"]["fval"]) if "fval" in body else str(body["ival"].get("ival", 0))
        return f"({number})" if number.startswith("-") else number

    def _array(self, body: Node) -> str:
        return f"ARRAY[{self._all(body.get('elements', []))}]"

    def _cast(self, body: Node) -> str:
        target = body["typeName"]
        base: str = target["names"][-1]["String"]["sval"]
        written = self.cast(body["arg"], type_sql(target))
        assert_stable(body["arg"], base, "arrayBounds" in target)
        return written

    def _column(self, body: Node) -> str:
        fields = body["fields"]
        if len(fields) != 1 or "String" not in fields[0]:
            raise ValueError("expected columns of the table by their bare names")
        name: str = fields[0]["String"]["sval"]
        self.columns.append(name)
        return self._prefix + quote_ident(name)

    def _call(self, body: Node) -> str:
        names = [name["String"]["sval"] for name in body["funcname"]]
        plain = set(body) <= {"funcname", "args", "funcformat", "location"}
        if not plain or names[-1] not in IMMUTABLE or (len(names) > 1 and names[0] != "pg_catalog"):
            raise ValueError(f"{'.'.join(names)}() is not known to be immutable")
        return f"pg_catalog.{quote_ident(names[-1])}({self._all(body.get('args', []))})"

    def _operation(self, body: Node) -> str:
        names = [name["String"]["sval"] for name in body["name"]]
        kind = body["kind"]
        if kind in ("AEXPR_OP", "AEXPR_LIKE", "AEXPR_ILIKE"):
            return self._operator(names, body.get("lexpr"), body["rexpr"])
        if kind == "AEXPR_OP_ANY":
            return f"({self.write(body['lexpr'])} {_operator_sql(names)} ANY ({self.write(body['rexpr'])}))"
        if kind == "AEXPR_IN":
            options = [self._operator(names, body["lexpr"], item) for item in body["rexpr"]["List"]["items"]]
            return f"({(' OR ' if names == ['='] else ' AND ').join(options)})"
        if kind in ("AEXPR_BETWEEN", "AEXPR_NOT_BETWEEN"):
            return self._between(kind, body["lexpr"], body["rexpr"]["List"]["items"])
        raise ValueError(f"{' '.join(names)} looks its operator up in search_path")

    def _operator(self, names: list[str], left: Node | None, right: Node) -> str:
        for operand in (left, right):
            _assert_operand(names[-1], operand)
        before = f"{self.write(left)} " if left is not None else ""
        return f"({before}{_operator_sql(names)} {self.write(right)})"

    def _between(self, kind: str, value: Node, bounds: list[Node]) -> str:
        low, joined, high = (">=", "AND", "<=") if kind == "AEXPR_BETWEEN" else ("<", "OR", ">")
        return f"({self._operator([low], value, bounds[0])} {joined} {self._operator([high], value, bounds[1])})"

    def _logic(self, body: Node) -> str:
        if body["boolop"] == "NOT_EXPR":
            return f"(NOT {self.write(body['args'][0])})"
        return f"({(' AND ' if body['boolop'] == 'AND_EXPR' else ' OR ').join(map(self.write, body['args']))})"

    def _null_test(self, body: Node) -> str:
        return f"({self.write(body['arg'])} IS {'NULL' if body['nulltesttype'] == 'IS_NULL' else 'NOT NULL'})"

    def _boolean_test(self, body: Node) -> str:
        return f"({self.write(body['arg'])} {_BOOLEAN_TESTS[body['booltesttype']]})"

    def _case(self, body: Node) -> str:
        whens = [arm["CaseWhen"] for arm in body["args"]]
        arms = [f"WHEN {self._condition(body, arm['expr'])} THEN {self.write(arm['result'])}" for arm in whens]
        otherwise = f" ELSE {self.write(body['defresult'])}" if "defresult" in body else ""
        return f"(CASE {' '.join(arms)}{otherwise} END)"

    def _condition(self, body: Node, condition: Node) -> str:
        """CASE x WHEN 1 would look "=" up in search_path, so it becomes CASE WHEN x OPERATOR(pg_catalog.=) 1."""
        return self._operator(["="], body["arg"], condition) if "arg" in body else self.write(condition)

    def _coalesce(self, body: Node) -> str:
        return f"COALESCE({self._all(body['args'])})"

    def _min_max(self, body: Node) -> str:
        return f"{'GREATEST' if body['op'] == 'IS_GREATEST' else 'LEAST'}({self._all(body['args'])})"


def assert_stable(node: Node, base: str, array: bool) -> None:
    """ValueError where casting this node to that type depends on the session's settings."""
    constant = node.get("A_Const")
    if constant is not None:
        why = unstable_literal(base, constant["sval"].get("sval", ""), array) if "sval" in constant else None
        if why:
            raise ValueError(why)
        return
    if "A_ArrayExpr" in node:
        for element in node["A_ArrayExpr"].get("elements", ()):
            assert_stable(element, base, False)
        return
    inner = _cast_base(node)
    if inner != base and (base in _SESSION_TYPES or inner in _SESSION_TYPES or base.startswith("reg")):
        raise ValueError(f"a cast from {inner or 'an expression'} to {base} looks at the session's settings")


def _cast_base(node: Node | None) -> str | None:
    if node is None or "TypeCast" not in node:
        return None
    base: str = node["TypeCast"]["typeName"]["names"][-1]["String"]["sval"]
    return base


def _assert_operand(operator: str, node: Node | None) -> None:
    constant = node.get("A_Const", {}) if node else {}
    if "sval" in constant and looks_temporal(constant["sval"].get("sval", "")):
        raise ValueError("a date or time literal in an expression needs its type written, like '2024-12-31'::date")
    if operator in _ARITHMETIC and _cast_base(node) in _SESSION_TYPES:
        raise ValueError(f"arithmetic on {_cast_base(node)} may look at TimeZone")


def _operator_sql(names: list[str]) -> str:
    """Qualified; an operator cannot be quoted, its schema can."""
    schema = quote_ident(names[0]) if len(names) > 1 else "pg_catalog"
    return f"OPERATOR({schema}.{names[-1]})"


def _why_not(kind: str, body: Node) -> str:
    if kind == "SQLValueFunction":
        return f"{body['op'].removeprefix('SVFOP_')} changes from moment to moment"
    if kind == "SubLink":
        return "a subquery is not immutable"
    if kind == "ParamRef":
        return "a parameter has no value here"
    return f"{kind} is not known to be immutable"

"""Types of expressions under a schema, as far as the text and the columns say them; None: not known."""

from typing import Any

from lintel.analysis.meanings import Col, Meaning, Merged
from lintel.analysis.resolution import Resolution
from lintel.impact import kinds
from lintel.schema import Schema
from lintel.sql.grammar import Node

_COMPARING = frozenset(("=", "<>", "!=", "<", ">", "<=", ">="))
_MATCHING = frozenset(("~~", "!~~", "~~*", "!~~*", "~", "~*", "!~", "!~*"))
_ARITHMETIC = frozenset("+-*/%")
_COMPARISONS = frozenset(
    ("AEXPR_OP", "AEXPR_IN", "AEXPR_OP_ANY", "AEXPR_DISTINCT", "AEXPR_NOT_DISTINCT", "AEXPR_NULLIF", "AEXPR_LIKE",
     "AEXPR_ILIKE", "AEXPR_BETWEEN", "AEXPR_NOT_BETWEEN")
)  # fmt: skip
_COUNTS = frozenset(("count", "length", "char_length", "octet_length"))


class Typing:
    """Of one statement: its names are resolved, the columns' types are the schema's."""

    def __init__(self, resolution: Resolution, schema: Schema) -> None:
        self._bindings = resolution.bindings
        self._schema = schema

    def meaning(self, node: Node) -> Any:
        """What a column reference means."""
        return self._bindings.get((node.get("ColumnRef", {}).get("location", -1), "ref"))

    def of_meaning(self, meaning: Meaning | None) -> str | None:
        """A column's type, modifiers included."""
        if isinstance(meaning, Merged):
            return self.of_meaning(meaning.left)
        relation = self._schema.relations.get(meaning.oid) if isinstance(meaning, Col) else None
        if relation is None or not isinstance(meaning, Col):
            return None
        return next((column.type for column in relation.columns if column.attnum == meaning.key), None)

    def of(self, node: Node) -> str | None:
        """An expression's type, or a text that is another one where the type would be."""
        ((tag, body),) = node.items() if len(node) == 1 else (("", node),)
        if tag == "ColumnRef":
            return self.of_meaning(self.meaning(node))
        if tag == "A_Const":
            return "number" if {"ival", "fval"} & body.keys() else None
        if tag == "TypeCast":
            return kinds.named(body["typeName"])
        if tag == "A_Expr":
            return self._of_operation(body)
        if tag == "FuncCall":
            return self._of_call(body)
        if tag in ("CoalesceExpr", "MinMaxExpr"):
            return self._first(body["args"])
        if tag == "CaseExpr":
            return self._first([*(arm["CaseWhen"]["result"] for arm in body["args"]), body.get("defresult", {})])
        return "boolean" if tag in ("BoolExpr", "NullTest", "BooleanTest") else None

    def kind(self, node: Node) -> str | None:
        """number, string, date, or another type's own name."""
        return kinds.of(self.of(node))

    def clashes(self, body: Node) -> bool:
        """Whether no operator takes both sides."""
        name = body["name"][-1]["String"]["sval"]
        if body["kind"] not in _COMPARISONS or "lexpr" not in body or "rexpr" not in body:
            return False
        right = body["rexpr"]
        left, others = self.kind(body["lexpr"]), right["List"]["items"] if "List" in right else [right]
        if name in _MATCHING or body["kind"] in ("AEXPR_LIKE", "AEXPR_ILIKE"):
            return left not in (None, "string")
        known = [kind for kind in map(self.kind, others) if kind is not None]
        if name in _ARITHMETIC:
            return "string" in [left, *known] and len({left, *known} - {None}) > 0 and left is not None
        wanted = name in _COMPARING or body["kind"] in ("AEXPR_BETWEEN", "AEXPR_NOT_BETWEEN")
        return wanted and left is not None and any(kind != left for kind in known)

    def _of_operation(self, body: Node) -> str | None:
        name = body["name"][-1]["String"]["sval"]
        if name in _ARITHMETIC and body["kind"] == "AEXPR_OP":
            sides = [kinds.base(self.of(body[side])) for side in ("lexpr", "rexpr") if side in body]
            known = [side for side in sides if side not in (None, "number")]
            return " ".join(known) or None
        return "text" if name == "||" else "boolean"

    def _of_call(self, body: Node) -> str | None:
        name = body["funcname"][-1]["String"]["sval"]
        if name in _COUNTS:
            return "number"
        known = [base for base in (kinds.base(self.of(argument)) for argument in body.get("args", [])) if base]
        return f"{name} of {' '.join(known)}" if known else None

    def _first(self, nodes: list[Node]) -> str | None:
        return next(
            (found for found in (self.of(node) for node in nodes if node) if found not in (None, "number")), None
        )

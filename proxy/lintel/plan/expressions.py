"""A default or backfill expression: exactly one, read by Postgres' grammar, as a typed value for any search_path.

Errors are ValueErrors that say what was expected; which key they belong to is the parser's business.
"""

from lintel.plan.types import TypeName
from lintel.plan.writing import Writer, assert_stable
from lintel.sql.grammar import Node, SyntaxProblem, TooDeep, parse


def parse_expression(text: str) -> Node:
    """The tree of exactly one expression; ValueError where the text is anything else."""
    node = _only_target(text)
    # In parentheses too: what is spliced must not be able to close them.
    _only_target(f"({text}\n)")
    return node


def columns_of(node: Node) -> tuple[str, ...]:
    """The columns that the expression reads, in order of appearance."""
    writer = Writer("")
    writer.write(node)
    return tuple(dict.fromkeys(writer.columns))


def constant_in(text: str | None) -> tuple[str, ...] | None:
    """The constant that a default is, whatever it is cast to; () for NULL and for no default, None for no constant.

    So `5` and what the catalog makes of it for a smallint, `'5'::smallint`, are the same.
    """
    if text is None:
        return ()
    try:
        return _constant(_only_target(text))
    except ValueError:
        return None


def _constant(node: Node) -> tuple[str, ...] | None:
    ((kind, body),) = node.items()
    if kind == "TypeCast":
        return _constant(body["arg"])
    if kind == "A_Expr" and body["name"] == [{"String": {"sval": "-"}}] and "lexpr" not in body:
        inner = _constant(body["rexpr"])
        return (f"-{inner[0]}",) if inner else None
    if kind != "A_Const" or "bsval" in body:
        return None
    if body.get("isnull"):
        return ()
    if "boolval" in body:
        return (str(body["boolval"].get("boolval", False)).lower(),)
    if "sval" in body:
        return (body["sval"].get("sval", ""),)
    return (str(body["fval"]["fval"]) if "fval" in body else str(body["ival"].get("ival", 0)),)


def typed_sql(node: Node | None, target: TypeName, qualifier: str = "") -> str:
    """The expression (None: NULL) as a value of that type; its columns are prefixed with the qualifier."""
    collation = f" COLLATE {target.collation}" if target.collation else ""
    if node is None:
        return f"NULL::{target.sql}{collation}"
    written = Writer(qualifier).cast(node, target.sql)
    assert_stable(node, target.base, target.array)
    return written + collation


def _only_target(text: str) -> Node:
    try:
        statements = parse(f"SELECT {text}".encode())
    except (SyntaxProblem, TooDeep) as problem:
        raise ValueError(f"expected exactly one SQL expression ({problem})") from None
    select = statements[0].node.get("SelectStmt", {}) if len(statements) == 1 else {}
    targets = select.get("targetList", ())
    plain = set(select) == {"targetList", "limitOption", "op"} and select["op"] == "SETOP_NONE" and len(targets) == 1
    if not plain or "name" in targets[0]["ResTarget"]:
        raise ValueError("expected exactly one SQL expression")
    node: Node = targets[0]["ResTarget"]["val"]
    return node

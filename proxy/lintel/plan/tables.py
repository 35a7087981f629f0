"""A table's name as SQL writes it, taken apart by the grammar: quotes, folding and U&"" are its business."""

from lintel.sql.grammar import Node, SyntaxProblem, TooDeep, parse

_SELECT = frozenset(("targetList", "fromClause", "limitOption", "op"))
_NAME = frozenset(("schemaname", "relname", "inh", "relpersistence", "location"))


def parse_table(text: str) -> tuple[str, str]:
    """(schema, name), bare; the schema is public where none is written. ValueError says what was expected."""
    try:
        statements = parse(f"TABLE {text}".encode())
    except (SyntaxProblem, TooDeep) as problem:
        raise ValueError(f"expected a table as SQL writes it, such as public.orders ({problem})") from None
    node = _only_relation(statements[0].node.get("SelectStmt", {})) if len(statements) == 1 else None
    if node is None or not set(node) <= _NAME or not node.get("inh") or "*" in text.rpartition('"')[2]:
        raise ValueError("expected exactly one table as SQL writes it, such as public.orders")
    return node.get("schemaname", "public"), node["relname"]


def _only_relation(select: Node) -> Node | None:
    items = select.get("fromClause", ())
    if set(select) != _SELECT or len(items) != 1:
        return None
    found: Node | None = items[0].get("RangeVar")
    return found

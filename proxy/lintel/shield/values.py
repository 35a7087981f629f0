"""Where the values stand that a statement writes: the rows of INSERT and MERGE, the lists of SET."""

from collections.abc import Iterator
from dataclasses import dataclass

from lintel.analysis.from_items import leftmost
from lintel.analysis.meanings import Col
from lintel.analysis.resolution import InsertUse, Node
from lintel.schema.snapshot import Relation
from lintel.shield.case import Case, Unserved

_NOT_TOLD = "a value cannot be told from the others in this SET list"

_ENTERED = frozenset(("ExplainStmt", "PrepareStmt", "DeclareCursorStmt", "CopyStmt"))

Row = tuple[list[Node], list[tuple[int, int]]]  # expressions, and where they stand

_PLAIN = frozenset({"A_Const", "ParamRef", "SetToDefault"})
_ONE_PLAIN_SELECT = frozenset({"targetList", "fromClause", "whereClause", "limitOption", "op"})


@dataclass(frozen=True, slots=True)
class Assigned:
    """An entry of a SET list: its columns, and their values with the places of these."""

    bodies: list[Node]
    values: list[Node]
    places: list[tuple[int, int]]
    names: list[tuple[int, int]]  # where the columns stand in `(c, d) = ..`; else none
    place: tuple[int, int]

    @property
    def of_query(self) -> bool:
        """Whether it is `(c, d) = (SELECT ..)`, which is one value."""
        return is_of_query(self.bodies[0])

    @property
    def each(self) -> list[Node]:
        """The value of each column."""
        return self.values * len(self.bodies) if self.of_query else self.values


def written(case: Case, use: InsertUse) -> tuple[object, ...]:
    """What the columns mean that an INSERT fills, in the order of its values."""
    if use.listed:
        named = {name.at: name.meaning for name in case.answer.named}
        return tuple(named.get(at) for at in _listed(use))
    oid = use.source.table.relation.oid
    columns = case.tables[oid].columns[: use.width or 0] if oid in case.tables else ()
    return tuple(Col(use.source.at, oid, column.key) for column in columns)


def list_at(case: Case, use: InsertUse) -> int:
    """Where the column list of an INSERT opens."""
    return case.spans.opening(_listed(use)[0])


def rows(case: Case, use: InsertUse) -> list[Row]:
    """The value expressions of each row, and where they stand; of a query, of its select list.

    Raises Unserved where a value cannot be told from the others.
    """
    spans = case.spans
    if "values" in use.node:  # MERGE
        return [(use.node["values"], spans.pieces(spans.values_before(leftmost(use.node["values"]))))]
    behind = spans.after_target(use.source.node, alias=True)
    behind = spans.closing(behind) if use.listed else behind
    select: Node = use.node["selectStmt"]["SelectStmt"]
    if "valuesLists" in select and "withClause" not in select and "sortClause" not in select:
        return _listed_rows(case, select, spans.word(b"values", behind))
    if not _ONE_PLAIN_SELECT.issuperset(select) or select["op"] != "SETOP_NONE":
        raise Unserved("a value cannot be told from the others in this INSERT's query")
    values = [target["ResTarget"]["val"] for target in select.get("targetList", [])]
    if any("ColumnRef" in value and "A_Star" in value["ColumnRef"]["fields"][-1] for value in values):
        raise Unserved("a value cannot be told from the others in this INSERT's query: it says *")
    return [(values, spans.outputs(spans.word(b"select", behind)))]


def is_query(use: InsertUse) -> bool:
    """Whether the rows of an INSERT come from a query."""
    select = use.node.get("selectStmt", {}).get("SelectStmt", {})
    return bool(select) and "valuesLists" not in select


def unnamed(case: Case, use: InsertUse, pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where the values of one of the rows stand without the names that a select list gives them."""
    targets = use.node.get("selectStmt", {}).get("SelectStmt", {}).get("targetList")
    if targets is None:
        return pieces
    named = ["name" in target["ResTarget"] for target in targets]
    return [case.spans.before_name(*piece) if has else piece for has, piece in zip(named, pieces, strict=True)]


def _listed_rows(case: Case, select: Node, at: int) -> list[Row]:
    found: list[Row] = []
    for row in select["valuesLists"]:
        pieces = case.spans.pieces(at)
        found.append((row["List"]["items"], pieces))
        at = case.spans.token_end(pieces[-1][1])
    return found


def _listed(use: InsertUse) -> list[int]:
    """Where the names of the column list stand, of INSERT or of MERGE's."""
    entries: list[Node] = use.node["cols"] if "cols" in use.node else use.node["targetList"]
    return [entry["ResTarget"]["location"] for entry in entries]


def assigned(case: Case, bodies: list[Node], *, queries: bool = False) -> list[Assigned]:
    """The columns of a SET list that are set together, `c = ..` or `(c, d) = ROW(..)`, with their values.

    With `queries` that of `(c, d) = (SELECT ..)` is the query, for all of them. Raises Unserved where a value cannot be
    told from the others.
    """
    found: list[Assigned] = []
    at = 0
    for start, end in case.spans.assignments(_set_at(case, bodies[0])):
        source = bodies[at].get("val", {}).get("MultiAssignRef", {"ncolumns": 1})
        own = bodies[at : at + source["ncolumns"]]
        if "source" not in source:
            value = (case.spans.after_equals(start), end)
            found.append(Assigned(own, [own[0]["val"]], [value], [], (start, end)))
        elif queries and "SubLink" in source["source"]:
            query, names = (case.spans.after_equals(start), end), case.spans.pieces(start)
            found.append(Assigned(own, [source["source"]], [query], names, (start, end)))
        else:
            found.append(_several(case, own, source["source"], (start, end)))
        at += len(own)
    if at != len(bodies):
        raise Unserved(_NOT_TOLD)
    return found


def is_of_query(body: Node) -> bool:
    """Whether a query gives a column of a SET list its value together with others."""
    return "SubLink" in body.get("val", {}).get("MultiAssignRef", {}).get("source", {})


def _set_at(case: Case, body: Node) -> int:
    """Where a SET list begins whose first column stands here."""
    several = "MultiAssignRef" in body.get("val", {})
    return case.spans.opening(body["location"]) if several else int(body["location"])


def _several(case: Case, bodies: list[Node], source: Node, piece: tuple[int, int]) -> Assigned:
    values = source.get("RowExpr", {}).get("args", [])
    starred = any("A_Star" in value.get("ColumnRef", {}).get("fields", [{}])[-1] for value in values)
    if len(values) != len(bodies) or starred:
        raise Unserved(_NOT_TOLD)
    spans = case.spans
    return Assigned(bodies, values, spans.pieces(spans.after_equals(piece[0])), spans.pieces(piece[0]), piece)


def is_plain(node: object) -> bool:
    """A parameter or a constant, cast or not: it has no side effect, and means the same wherever it stands."""
    if not isinstance(node, dict):
        return False
    ((kind, body),) = node.items()
    if kind == "TypeCast":
        return is_plain(body["arg"])
    if kind == "A_ArrayExpr":
        return all(map(is_plain, body.get("elements", [])))
    return kind in _PLAIN


def is_untyped(node: Node) -> bool:
    """Whether a constant takes its type from where it stands."""
    constant = node.get("A_Const", {})
    return "ParamRef" in node or "sval" in constant or "isnull" in constant


def is_steady(node: object) -> bool:
    """Whether nothing is called by name in an expression."""
    if isinstance(node, list):
        return all(map(is_steady, node))
    if not isinstance(node, dict):
        return True
    return "FuncCall" not in node and all(map(is_steady, node.values()))


def set_lists(node: object) -> Iterator[list[Node]]:
    """The SET lists of UPDATE, ON CONFLICT DO UPDATE and MERGE, however deep."""
    if isinstance(node, list):
        for part in node:
            yield from set_lists(part)
    elif isinstance(node, dict):
        for tag, body in node.items():
            updates = tag in ("UpdateStmt", "onConflictClause") or (
                tag == "MergeWhenClause" and body.get("commandType") == "CMD_UPDATE"
            )
            if updates and body.get("targetList"):
                yield body["targetList"]
            yield from set_lists(body)


def entered(node: Node) -> tuple[str, Node]:
    """The statement that EXPLAIN, PREPARE, DECLARE or COPY is about: what kind it is, and its node."""
    ((kind, body),) = node.items()
    while kind in _ENTERED and "query" in body:
        ((kind, body),) = body["query"].items()
    return kind, body


def with_queries(node: Node) -> list[Node]:
    """The WITH queries of the statement as a whole, the only ones that may write."""
    return [entry["CommonTableExpr"] for entry in entered(node)[1].get("withClause", {}).get("ctes", ())]


def updates(insert: Node) -> bool:
    """Whether an INSERT may come to an UPDATE."""
    return bool(insert.get("onConflictClause", {}).get("action") == "ONCONFLICT_UPDATE")


def arbiters(conflict: Node, relation: Relation) -> set[str]:
    """The columns that ON CONFLICT is about; none where there is an expression, or they are not known."""
    infer = conflict.get("infer", {})
    if "conname" in infer:
        attnums = dict(relation.constraints).get(infer["conname"], ())
        return {column.name for column in relation.columns if column.attnum in attnums} if all(attnums) else set()
    names = {element["IndexElem"].get("name") for element in infer.get("indexElems", [])}
    return set() if None in names else names


def is_as_proposed(entry: Node) -> bool:
    """Whether an entry of DO UPDATE's SET list is `a = excluded.a`."""
    fields = [
        field.get("String", {}).get("sval") for field in entry.get("val", {}).get("ColumnRef", {}).get("fields", [])
    ]
    return fields == ["excluded", entry["name"]] and "indirection" not in entry

"""Writes to a column that is not there yet, kept in its side table by the same statement (absent_writes = "park").

What the statement would write is taken out of its text as a discarded write is, and written beside it. This module says
which statements can do so; shield.parked_insert, shield.parked_query and
shield.parked_update say how.
"""

from lintel.analysis.resolution import Node, Source
from lintel.shield.case import Case, Unserved
from lintel.shield.discard import Discards
from lintel.shield.parked_given import queries
from lintel.shield.parked_insert import ParkedInsert
from lintel.shield.parked_query import ParkedQuery
from lintel.shield.parked_update import ParkedUpdate
from lintel.shield.parked_writes import ParkedWrites
from lintel.shield.values import entered, is_plain, rows, with_queries, written

_KINDS = ("InsertStmt", "UpdateStmt")


def parked(case: Case) -> frozenset[str]:
    """Ids of the plans whose column this statement writes, and whose values are in a side table."""
    return frozenset(str(key) for _, key in case.answer.writes if case.parked(key) is not None)


def parks(case: Case) -> Discards:
    """How to write to the side tables of case.discarded what the statement writes to those columns.

    Raises Unserved where that cannot be done without a doubt which row a value is for.
    """
    tables = {case.covered.parked[plan_id].oid for plan_id in case.discarded}
    writers = [s for s in case.answer.sources if s.role in ("insert", "update", "delete", "merge")]
    if len([s for s in writers if s.table.relation.oid in tables]) != 1:
        raise Unserved("it writes the table in a WITH query too: at its end that would undo what it parks")
    kind, body, query = _writing(case.statement, [s.node for s in writers if s.table.relation.oid in tables])
    target = next(s for s in case.sources.values() if s.node is body["relation"])
    if {target.table.relation.oid} != tables:
        raise Unserved("it writes columns of two tables, and only one's values can be parked at once")
    work: type[ParkedWrites] = ParkedUpdate if kind == "UpdateStmt" else ParkedInsert
    if kind == "InsertStmt" and _queried(case, body, target):
        work = ParkedQuery
    return work(case, body, target, query).done()


def _writing(node: Node, targets: list[Node]) -> tuple[str, Node, Node | None]:
    """The INSERT or UPDATE of one of the targets: the statement itself, or one of its WITH queries, and that."""
    found: list[tuple[str, Node, Node | None]] = [] if "CopyStmt" in node else [(*entered(node), None)]
    for query in with_queries(node):
        ((kind, body),) = query["ctequery"].items()
        found.append((kind, body, query))
    for own in found:
        if own[0] in _KINDS and any(own[1]["relation"] is target for target in targets):
            if own[2] is not None and "withClause" in own[1]:
                raise Unserved("a WITH query that writes has WITH queries of its own")
            return own
    raise Unserved("only INSERT and UPDATE can park their writes")


def _queried(case: Case, body: Node, target: Source) -> bool:
    """Whether what is parked comes from a query, row by row."""
    use = next(use for use in case.answer.inserts if use.source is target)
    select = body.get("selectStmt", {}).get("SelectStmt", {})
    if len(select.get("valuesLists", ())) == 1:  # a value with tables of its own stays where it stands
        bound, values = written(case, use), select["valuesLists"][0]["List"]["items"]
        return any(
            queries(node) for m, node in zip(bound, values, strict=False) if getattr(m, "key", None) in case.discarded
        )
    bound = written(case, use) if select and "valuesLists" not in select else ()
    gone = [number for number, meaning in enumerate(bound) if getattr(meaning, "key", None) in case.discarded]
    try:
        return bool(gone) and not all(is_plain(rows(case, use)[0][0][number]) for number in gone)
    except (Unserved, IndexError):
        return True

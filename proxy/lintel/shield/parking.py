"""Writes to a column that is not there yet, kept in its side table by the same statement (absent_writes = "park").

What the statement would write is taken out of its text as a discarded write is, and written beside it. This module says
which statements can do so; shield.parked_insert, shield.parked_query and
shield.parked_update say how.
"""

from dataclasses import replace

from lintel.analysis.meanings import Col
from lintel.analysis.resolution import Node, Source
from lintel.shield.case import Case, Unserved
from lintel.shield.dropped import Discards
from lintel.shield.parked_given import queries
from lintel.shield.parked_insert import ParkedInsert
from lintel.shield.parked_query import ParkedQuery
from lintel.shield.parked_targets import sets_key
from lintel.shield.parked_update import ParkedUpdate
from lintel.shield.parked_writes import ParkedWrites
from lintel.shield.values import entered, is_plain, rows, updates, with_queries, written

_KINDS = ("InsertStmt", "UpdateStmt")
_ROLES = ("insert", "update", "delete", "merge", "copy_from")


def parked(case: Case) -> frozenset[str]:
    """Ids of the plans whose column this statement writes, and whose values are in a side table."""
    return frozenset(str(key) for _, key in case.answer.writes if case.parked(key) is not None)


def parks(case: Case) -> Discards:
    """How to write to the side tables of case.discarded what the statement writes to those columns.

    Raises Unserved where that cannot be done without a doubt which row a value is for.
    """
    tables = {case.covered.parked[plan_id].oid for plan_id in case.discarded}
    writers = [s for s in case.answer.sources if s.role in _ROLES and s.table.relation.oid in tables]
    parts = [(source, *_part(case.statement, source)) for source in writers]
    for oid in tables:
        _assert_apart(case, [part[2] for part in parts if part[0].table.relation.oid == oid])
    if frozenset().union(*(_written_by(case, target) for target in writers)) != case.discarded:
        raise Unserved("it is not known what writes the column that is not there")
    found = Discards(without=case.answer.bindings)
    for number, (target, kind, body, query) in enumerate(parts):
        if ids := _written_by(case, target):
            tag, left = str(number or ""), replace(case.answer, bindings=found.without)
            done = _work(kind, replace(case, tag=tag, discarded=ids, answer=left), body, target, query).done()
            found = Discards(found.splices + done.splices, done.without)
    return found


def _part(node: Node, target: Source) -> tuple[str, Node, Node | None]:
    """The INSERT or UPDATE of a target: the statement itself, or one of its WITH queries, and that."""
    found: list[tuple[str, Node, Node | None]] = [(*entered(node), None)]
    for query in with_queries(node):
        ((kind, body),) = query["ctequery"].items()
        found.append((kind, body, query))
    for part in found:
        if part[0] in _KINDS and part[1]["relation"] is target.node:
            if part[2] is not None and "withClause" in part[1]:
                raise Unserved("a WITH query that writes has WITH queries of its own")
            return part
    raise Unserved("only INSERT and UPDATE can park their writes, and nothing else may write the table beside them")


def _assert_apart(case: Case, bodies: list[Node]) -> None:
    """Unserved where two parts of the statement may write the same row, or the row that another's value is for."""
    changing = [body for body in bodies if "targetList" in body or updates(body)]
    alike = len({_parked_by(case, body) for body in changing}) < 2  # where two meet, the side table fails (21000)
    if len(bodies) > 1 and (not alike or any(updates(body) or sets_key(case, body) for body in changing)):
        raise Unserved("it writes the table in a WITH query too, maybe the same rows")


def _parked_by(case: Case, body: Node) -> frozenset[str]:
    return _written_by(case, case.sources[body["relation"]["location"]])


def _written_by(case: Case, target: Source) -> frozenset[str]:
    """Ids of the plans whose column a target is given values for."""
    named = [name.meaning for name in case.answer.named if not name.arbiter]
    listed = [meaning for use in case.answer.inserts if use.source is target for meaning in written(case, use)]
    columns = [m for m in (*named, *listed) if isinstance(m, Col) and m.item == target.at]
    return frozenset(str(column.key) for column in columns) & case.discarded


def _work(kind: str, case: Case, body: Node, target: Source, query: Node | None) -> ParkedWrites:
    if kind == "UpdateStmt":
        return ParkedUpdate(case, body, target, query)
    return (ParkedQuery if _queried(case, body, target) else ParkedInsert)(case, body, target, query)


def _is_proposed_read(case: Case, meaning: object) -> bool:
    """Whether DO UPDATE reads what is proposed for a column, so that it has to be evaluated before."""
    return any(
        r.item is not None and r.item.name == "excluded" and r.meaning == meaning for r in case.answer.references
    )


def _queried(case: Case, body: Node, target: Source) -> bool:
    """Whether what is parked comes from a query, row by row."""
    use = next(use for use in case.answer.inserts if use.source is target)
    select = body.get("selectStmt", {}).get("SelectStmt", {})
    if len(select.get("valuesLists", ())) == 1:  # a value with tables of its own stays where it stands
        bound, values = written(case, use), select["valuesLists"][0]["List"]["items"]
        return any(
            queries(node) or (not is_plain(node) and _is_proposed_read(case, m))
            for m, node in zip(bound, values, strict=False)
            if getattr(m, "key", None) in case.discarded
        )
    bound = written(case, use) if select and "valuesLists" not in select else ()
    gone = [number for number, meaning in enumerate(bound) if getattr(meaning, "key", None) in case.discarded]
    try:
        return bool(gone) and not all(is_plain(rows(case, use)[0][0][number]) for number in gone)
    except (Unserved, IndexError):
        return True

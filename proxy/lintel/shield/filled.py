"""json_populate_record(NULL::t, ..) in FROM: a row of t that is filled by the names of its columns.

Nothing counts of t but the names and types of its columns, so json_to_record with those of the client does the same,
whatever t has by now. What the call is given stays in the client's text.
"""

from lintel.analysis.resolution import FilledUse, Resolution
from lintel.analysis.row_uses import LOOKING, is_own
from lintel.shield.case import Case, Unserved
from lintel.shield.columns import definition
from lintel.shield.splices import Splice
from lintel.sql.quoting import quote_ident


def filled(case: Case, others: list[Resolution]) -> list[Splice]:
    """The calls that would give other columns under one of these, as such that give the client's."""
    found: list[Splice] = []
    for use in case.answer.filled:
        own = use.table.relation.oid in case.tables
        if own and any(use.columns != _columns(other, use.at) for other in others):
            found += _given(case, use)
    return found


def _columns(other: Resolution, at: int) -> object:
    return next((use.columns for use in other.filled if use.at == at), None)


def _given(case: Case, use: FilledUse) -> list[Splice]:
    _assert_replaceable(case, use)
    x = case.alias("x")
    value, end = case.spans.pieces(use.at)[1], case.spans.closing(use.at)
    lateral = "" if use.node.get("lateral") else "LATERAL "
    head = f"{lateral}(SELECT {x}.* FROM pg_catalog.{use.function.replace('populate_', 'to_')}("
    listed = ", ".join(definition(case, use.table.relation, column) for column in use.table.columns)
    tail = f") AS {x}({listed}))" + ("" if "alias" in use.node else f" AS {quote_ident(use.function)} ")
    return [
        Splice(use.at, value[0], head.encode(), use.at, "filled", dict(use.columns)),
        Splice(end - 1, end, tail.encode(), use.at, "words"),
    ]


def _assert_replaceable(case: Case, use: FilledUse) -> None:
    """Unserved where it shows that a query stands there: its rows are records, and FOR UPDATE may name it."""
    schema = case.covered.schema
    uses = [row.function or "" for row in case.answer.rows if row.item is use.item]
    if not all(used in LOOKING and is_own(schema, case.path, 0, used) for used in uses):
        raise Unserved("a whole row of a table under a plan would have another type")
    if not is_own(schema, case.path, 0, use.function) or use.item.name in _locked(case.statement):
        raise Unserved(f"{use.function} cannot be given the columns that this client knows")


def _locked(node: object) -> set[str]:
    """What FOR UPDATE OF names, anywhere."""
    if isinstance(node, list):
        return set().union(*map(_locked, node))
    if not isinstance(node, dict):
        return set()
    own = {entry["RangeVar"]["relname"] for entry in node.get("lockedRels", [])}
    return own.union(*map(_locked, node.values()))

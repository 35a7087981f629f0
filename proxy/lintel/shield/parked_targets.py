"""What else parking asks of a statement's target: what must not be read of it, and what TRUNCATE has to empty.

Others may be writing a parked value of a row that this statement locks. A snapshot is what a query may go by, not a
row that has just been waited for: so nothing but what this very statement parks is read for its target.
"""

from lintel.analysis import World
from lintel.analysis.meanings import Col
from lintel.analysis.resolution import Node
from lintel.shield.case import Case, Unserved, flat
from lintel.shield.discard import Discards
from lintel.shield.splices import Splice

OTHERS_WRITE = "it reads the parked column of rows that it locks, whose value somebody else may be writing"


def truncated(case: Case, world: World) -> list[Splice]:
    """TRUNCATE goes over the side table too: by itself the server would refuse it, because of the reference."""
    body = case.statement.get("TruncateStmt")
    found = []
    for entry in body["relations"] if body else ():
        node = entry["RangeVar"]
        table = world.find(node.get("schemaname"), node["relname"])
        sides = [side for side in case.covered.parked.values() if table is not None and side.oid == table.relation.oid]
        end = case.spans.item(node).end
        if sides:
            text = "".join(f", {side.table}" for side in sides)
            found.append(Splice(end, end, text.encode(), node["location"], "words"))
    return found


def assert_own(case: Case, done: Discards) -> None:
    """Unserved where the statement reads for its target a parked value that it does not itself park."""
    certain = {use.source.at for use in case.answer.inserts if use.source.role == "insert" and not updates(use.node)}

    def doubtful(meaning: object) -> bool:
        return (
            isinstance(meaning, Col) and _elsewhere(case, meaning) and case.is_target(meaning.item)
            and case.sources[meaning.item].role not in ("copy_to", "copy_from") and meaning.item not in certain
        )  # fmt: skip

    left = [r.at for r in case.answer.references if doubtful(r.meaning)]
    left += [star.at for star in case.answer.stars for item in star.items for _, m in item.columns if doubtful(m)]
    left += [use.at for use in case.answer.rows for item in flat((use.item,)) for _, m in item.columns if doubtful(m)]
    ranges = [(splice.start, splice.end) for splice in done.splices]
    if any(not any(start <= at < end for start, end in ranges) for at in left):
        raise Unserved(OTHERS_WRITE)
    if any(
        name.arbiter and isinstance(name.meaning, Col) and case.parked(name.meaning.key) for name in case.answer.named
    ):
        raise Unserved("a parked column decides no conflict")


def _elsewhere(case: Case, column: Col) -> bool:
    """Whether its values are in a side table, or may be before long."""
    return case.parked(column.key) is not None or (
        column.key in case.covered.awaited and case.shown_name(column.key) is None
    )


def updates(insert: Node) -> bool:
    """Whether an INSERT may come to an UPDATE."""
    return bool(insert.get("onConflictClause", {}).get("action") == "ONCONFLICT_UPDATE")

"""What else parking asks of a statement's target: what cannot be read of it, and what TRUNCATE has to empty."""

from lintel.analysis import World
from lintel.analysis.meanings import Col
from lintel.analysis.resolution import Node
from lintel.shield.case import Case, Unserved, flat, offsets
from lintel.shield.dropped import Discards
from lintel.shield.splices import Splice
from lintel.shield.targets import is_spelled
from lintel.shield.values import arbiters, is_as_proposed, set_lists


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
    """Unserved where the statement reads a parked value of its target that nobody can tell."""
    ranges = [(splice.start, splice.end) for splice in done.splices]
    rows = [
        use.at for use in case.answer.rows for item in flat((use.item,)) for _, m in item.columns
        if _doubt(case, m) and case.is_target(item.at)  # a row of what a WITH query returned is made of that
        and not is_spelled(case, use, case.sources[item.at])
    ]  # fmt: skip
    if any(not any(start <= at < end for start, end in ranges) for at in rows):
        raise Unserved("a whole row of its target, with a parked column")
    proposed = [r.at for r in case.answer.references if isinstance(r.meaning, Col) and case.parked(r.meaning.key)
                and r.meaning.key in case.discarded and r.item is not None and r.item.name == "excluded"
                and (r.meaning.item, r.meaning.key) not in case.proposed]  # fmt: skip
    if any(not any(start <= at < end for start, end in ranges) for at in proposed):
        raise Unserved("what it proposes for insertion is read besides being parked")
    if any(
        name.arbiter and isinstance(name.meaning, Col) and case.parked(name.meaning.key) for name in case.answer.named
    ):
        raise Unserved("a parked column decides no conflict")
    if case.covered.parked and case.answer.named and _returned_under_another_key(case, case.statement):
        raise Unserved("it changes the key of a row and returns its parked value")


def _doubt(case: Case, meaning: object) -> bool:
    return (
        isinstance(meaning, Col) and _elsewhere(case, meaning) and case.is_target(meaning.item)
        and case.sources[meaning.item].role not in ("copy_to", "copy_from")
    )  # fmt: skip


def _returned_under_another_key(case: Case, node: object) -> bool:
    """Whether RETURNING reads a parked column where the statement sets the key: the value follows only at its end."""
    if isinstance(node, list):
        return any(_returned_under_another_key(case, part) for part in node)
    if not isinstance(node, dict):
        return False
    if "returningClause" in node and sets_key(case, node):
        read = {r.at for r in case.answer.references if _doubt(case, r.meaning)}
        read |= {use.at for use in case.answer.stars for item in use.items for _, m in item.columns if _doubt(case, m)}
        read |= {use.at for use in case.answer.rows for _, m in use.item.columns if _doubt(case, m)}
        if not read.isdisjoint(offsets(node["returningClause"])):
            return True
    return any(_returned_under_another_key(case, part) for part in node.values())


def sets_key(case: Case, body: Node) -> bool:
    """Whether an INSERT or UPDATE sets the key of a row whose values may be parked."""
    keys = {side.oid: {name for name, _ in side.keys} for side in case.covered.parked.values()}
    conflict = body.get("onConflictClause", {})
    same = arbiters(conflict, case.sources[body["relation"]["location"]].table.relation) if conflict else set()
    entries = (entry["ResTarget"] for entries in set_lists(_lists(body)) for entry in entries)
    at = {entry["location"] for entry in entries if not (is_as_proposed(entry) and entry["name"] in same)}
    named = [(name.name, name.meaning) for name in case.answer.named if name.at in at]
    return any(name in keys.get(meaning.oid, ()) for name, meaning in named if isinstance(meaning, Col))


def _lists(body: Node) -> Node:
    """A statement by itself, for what looks for its SET lists: not those of its WITH queries."""
    own = {key: part for key, part in body.items() if key != "withClause"}
    return {"UpdateStmt": own} if "targetList" in own else own


def _elsewhere(case: Case, column: Col) -> bool:
    """Whether its values are in a side table, or may be before long."""
    return case.parked(column.key) is not None or (
        column.key in case.covered.awaited and case.shown_name(column.key) is None
    )

"""Makes the referee's briefs: both texts without literals, and the tables as each of them finds them."""

from collections.abc import Iterator

from lintel.brief import Brief, BriefTable, Labels
from lintel.policy.judged import Judged
from lintel.policy.moment import Moment
from lintel.schema.logical import LogicalTable
from lintel.schema.snapshot import Relation
from lintel.sql.quoting import quote_qualified
from lintel.sql.stored import is_hashed, stored_text


def brief(moment: Moment, part: Judged, shape: str, sent: bytes, search_path: tuple[str, ...]) -> Brief | None:
    """Of a text of one statement; None where its literals cannot be taken out, or where values are parked."""
    server = stored_text(sent)
    if part.verdict.marked or is_hashed(shape) or is_hashed(server):
        return None
    relations = part.verdict.resolution.relations.values()
    plans = [moment.covered.plans[plan_id] for plan_id in part.verdict.plans]
    dropped = {plan.id for plan in plans if plan.shield.absent_writes == "discard"}
    tables = tuple(_table(moment, part, relation) for relation in relations)
    labels = (_label(moment, table, plan_id) for table in _covered(moment, part) for plan_id in dropped)
    return Brief(shape, server, search_path, tables, tuple(sorted(set(labels))))


def _covered(moment: Moment, part: Judged) -> Iterator[Relation]:
    relations = part.verdict.resolution.relations
    return (relation for oid, relation in relations.items() if oid in moment.covered.by_oid)


def _table(moment: Moment, part: Judged, relation: Relation) -> BriefTable:
    covered = moment.covered
    plans = covered.by_oid.get(relation.oid, [])
    shown = covered.shown(plan.id for plan in plans)
    there = covered.tables(shown).get(relation.oid)
    planned = tuple((name, _label(moment, relation, plan.id)) for plan in plans for name in sorted(plan.names))
    return BriefTable(
        relation.schema,
        relation.name,
        _labels(moment, relation, part.verdict.world.logical.get(relation.oid)),
        _labels(moment, relation, there),
        planned,
    )


def _labels(moment: Moment, relation: Relation, table: LogicalTable | None) -> Labels:
    if table is None:
        return tuple((column.name, _named(relation, column.name)) for column in relation.columns)
    return tuple(
        (column.name, _named(relation, column.name) if plan is None else _label(moment, relation, plan.id))
        for column in table.columns
        for plan in (moment.covered.plan(column.key),)
    )


def _label(moment: Moment, relation: Relation, plan_id: str) -> str:
    return _named(relation, moment.covered.plans[plan_id].change.column)


def _named(relation: Relation, column: str) -> str:
    return f"{quote_qualified(relation.schema, relation.name)}.{column}"

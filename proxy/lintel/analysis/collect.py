"""From a Resolution to Facts: names for oids and keys, views down to their base columns."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from lintel.analysis.facts import Facts
from lintel.analysis.resolution import Resolution
from lintel.analysis.world import World
from lintel.schema.logical import Key
from lintel.schema.snapshot import Relation
from lintel.sql.quoting import quote_ident

_SYSTEM_SCHEMAS = ("pg_catalog", "information_schema", "pg_toast")
LISTS = ("tables", "reads", "writes", "stars", "whole_rows", "positional", "row_types")
Uses = Iterable[tuple[int, Key]]


def facts_of(result: Resolution, world: World) -> Facts:
    """The facts of a resolved text; pg_catalog and system columns are left out."""
    if result.inside:
        return _with_inside(facts_of(replace(result, inside=[]), world), result.inside, world)
    relations = result.relations
    reasons = list(result.opaque) + [problem.message for problem in result.problems[:1]]
    written = {oid: world.table(each).written for oid, each in relations.items() if each.schema not in _SYSTEM_SCHEMAS}
    return Facts(
        verb=result.verb,
        tables=_tables(relations.values()),
        reads=_columns(result.reads, written),
        writes=_columns(result.writes, written),
        stars=_tables([relations[oid] for oid in result.starred if oid in relations]),
        whole_rows=_tables([relations[oid] for oid in result.whole if oid in relations]),
        positional=tuple(sorted(result.positional)),
        row_types=_tables(_row_types(result, world)) if result.row_types else (),
        opaque="; ".join(reasons) or None,
    )


def _with_inside(facts: Facts, inside: list[Resolution], world: World) -> Facts:
    """With what the statements inside do; why they may do more is said already."""
    every = [facts, *(facts_of(one, world) for one in inside)]
    merged = {key: tuple(sorted({name for one in every for name in getattr(one, key)})) for key in LISTS}
    return Facts(verb=facts.verb, opaque=facts.opaque, **merged)


def table_name(relation: Relation) -> str:
    """public.orders, as quote_ident writes it."""
    return f"{quote_ident(relation.schema)}.{quote_ident(relation.name)}"


def _tables(relations: Iterable[Relation]) -> tuple[str, ...]:
    if not relations:
        return ()
    return tuple(sorted({table_name(r) for r in relations if r.schema not in _SYSTEM_SCHEMAS}))


def _row_types(result: Resolution, world: World) -> Iterator[Relation]:
    """Those of tables: a free-standing type is none."""
    named = (world.schema.relations.get(oid) for oid in result.row_types)
    yield from (relation for relation in named if relation is not None and relation.kind != "c")


def _columns(uses: Uses, written: Mapping[int, Mapping[Key, str]]) -> tuple[str, ...]:
    named = {written[oid].get(key) for oid, key in uses if oid in written}  # system columns have no name there
    return tuple(sorted([name for name in named if name is not None]))


def column_name(world: World, relation: Relation, key: Key) -> str | None:
    """The name of a logical column."""
    return world.table(relation).names.get(key)

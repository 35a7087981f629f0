"""The columns under views and parents: a view's own query resolved down to tables, a parent's children."""

from collections.abc import Iterator
from dataclasses import replace

from lintel.analysis.collect import column_name, table_name
from lintel.analysis.facts import Facts
from lintel.analysis.meanings import Columns, TooComplex, base_columns
from lintel.analysis.resolution import Node, Resolution
from lintel.analysis.scope import Scope
from lintel.analysis.walk import QUERIES, Walk
from lintel.analysis.world import World
from lintel.schema.logical import Key
from lintel.schema.snapshot import Relation
from lintel.sql.grammar import SyntaxProblem, TooDeep, parse

_DEPTH = 20  # views on views; deeper is opaque
_ORDERED = ("distinctClause", "valuesLists", "sortClause")  # every output column matters to these

Column = tuple[Relation, Key]


def with_bases(facts: Facts, result: Resolution, world: World) -> Facts:
    """The facts with base_reads and base_writes filled in."""
    why: list[str] = []
    every = [one for one in (result, *result.inside) if _stands_for_others(one, world)]
    if not every:
        return facts
    reads = {c for one in every for c in _under(one, one.reads, world, why, _DEPTH)}
    writes = {
        c
        for one in every
        for oid, key in one.writes
        for c in _written(one.relations[oid], key, world, why, _DEPTH, _spreads(one, oid))
    }
    if not (reads or writes or why):
        return facts
    opaque = "; ".join([facts.opaque, *why] if facts.opaque else why) or None
    return replace(facts, base_reads=_names(reads, world), base_writes=_names(writes, world), opaque=opaque)


def _stands_for_others(result: Resolution, world: World) -> bool:
    """Whether what it names has views or parents among it."""
    children = world.schema.children
    return any(relation.definition is not None or oid in children for oid, relation in result.relations.items())


def _names(columns: set[Column], world: World) -> tuple[str, ...]:
    named = {world.table(relation).written.get(key) for relation, key in columns}
    return tuple(sorted(name for name in named if name is not None))


def _under(
    result: Resolution, uses: set[tuple[int, Key]], world: World, why: list[str], depth: int
) -> Iterator[Column]:
    """The base columns under the views and parents that are read."""
    # Of a view whose columns nobody names, what decides about rows; LOCK and TRUNCATE read nothing.
    by_oid: dict[int, set[Key]] = {source.table.relation.oid: set() for source in result.sources}
    for oid, key in uses:
        by_oid.setdefault(oid, set()).add(key)
    for oid, keys in by_oid.items():
        relation = result.relations.get(oid)
        if relation is None:
            continue
        if relation.definition is not None and relation.kind in "vm":
            yield from _view_reads(relation, keys, world, why, depth)
        elif oid in world.schema.children and _inherits(result, oid):
            yield from _children(relation, keys, world)


def _inherits(result: Resolution, oid: int) -> bool:
    """COPY of a parent copies its own rows."""
    return any(s.table.relation.oid == oid and s.node.get("inh") and s.role != "copy_to" for s in result.sources)


def _children(relation: Relation, keys: set[Key], world: World) -> Iterator[Column]:
    names = {column_name(world, relation, key) for key in keys}
    for oid in world.schema.family(relation.oid) - {relation.oid}:
        child = world.schema.relations[oid]
        for column in world.table(child).columns:
            if column.name in names:
                yield child, column.key


def _query_of(view: Relation, why: list[str], depth: int) -> Node | None:
    try:
        if depth:
            return parse((view.definition or "").encode())[0].node["SelectStmt"]  # type: ignore[no-any-return]
    except (SyntaxProblem, TooDeep, KeyError, IndexError):
        pass
    why.append(_not_understood(view))
    return None


def _resolve(view: Relation, select: Node, world: World, why: list[str]) -> tuple[Resolution, Columns]:
    walk = Walk(world)
    columns: Columns = ()
    try:
        columns, _ = QUERIES["SelectStmt"](walk, select, Scope(None))
    except (RecursionError, TooComplex):
        walk.opaque("too complex")
    if walk.result.opaque or walk.result.problems:
        why.append(_not_understood(view))
    return walk.result, columns


def _not_understood(view: Relation) -> str:
    return f"the definition of view {table_name(view)} was not understood"


def _view_reads(view: Relation, keys: set[Key], world: World, why: list[str], depth: int) -> Iterator[Column]:
    select = _query_of(view, why, depth)
    if select is None:
        return
    select = _pruned(select, [column.attnum in keys for column in view.columns]) or select
    result, _ = _resolve(view, select, world, why)
    for oid, key in result.reads:
        relation = result.relations.get(oid)
        if relation is not None and relation.kind not in "vm" and not (isinstance(key, int) and key < 0):
            yield relation, key
    yield from _under(result, result.reads, world, why, depth - 1)


def _pruned(select: Node, used: list[bool]) -> Node | None:
    """The query without the outputs that nobody uses; None where every output matters."""
    if any(select.get(part) for part in _ORDERED) or _has_ordinals(select):
        return None
    if select.get("op", "SETOP_NONE") == "SETOP_NONE":
        targets = select.get("targetList", [])
        kept = [target for target, wanted in zip(targets, used, strict=False) if wanted]
        return {**select, "targetList": kept} if len(targets) == len(used) else None
    if select["op"] != "SETOP_UNION" or not select.get("all"):
        return None
    left, right = _pruned(select["larg"], used), _pruned(select["rarg"], used)
    return {**select, "larg": left, "rarg": right} if left is not None and right is not None else None


def _has_ordinals(select: Node) -> bool:
    return any("A_Const" in entry for entry in select.get("groupClause", []))


def _spreads(result: Resolution, oid: int) -> bool:
    """Whether a write to a parent reaches its children; an INSERT reaches only partitions."""
    sources = [s for s in result.sources if s.table.relation.oid == oid and s.node.get("inh")]
    return any(s.role in ("update", "merge") for s in sources)


def _written(relation: Relation, key: Key, world: World, why: list[str], depth: int, spreads: bool) -> Iterator[Column]:
    """The base columns that a write to a view's or parent's column reaches."""
    if relation.kind == "p" or (spreads and relation.kind in "rf"):
        yield from _children(relation, {key}, world)
    if relation.kind != "v" or relation.definition is None:
        return
    select = _query_of(relation, why, depth)
    if select is None:
        return
    result, columns = _resolve(relation, select, world, why)
    position = next((i for i, c in enumerate(relation.columns) if c.attnum == key), None)
    if position is None or position >= len(columns):
        return
    for base in base_columns(columns[position][1]):
        under = result.relations[base.oid]
        if under.kind == "v":
            yield from _written(under, base.key, world, why, depth - 1, spreads)
        else:
            yield under, base.key
            yield from _written(under, base.key, world, why, depth - 1, spreads and _inherits(result, under.oid))

"""Substituting a FROM item: a derived table that has just the client's columns (docs/traps.md).

One splice serves select lists, stars, WHERE, joins, ambiguity, capture and whole rows, because every reference is
left alone. What a derived table cannot stand in for is mended beside it (traps T1, T2) or not served (T3, T4, T6).
"""

from lintel.analysis.from_items import alias_of, leftmost, nullable
from lintel.analysis.meanings import Col
from lintel.analysis.resolution import RowUse, Source
from lintel.analysis.row_uses import LOOKING, NAMELESS, is_own
from lintel.analysis.scope import SYSTEM_COLUMNS
from lintel.plan import Rename
from lintel.schema.logical import Key, LogicalColumn
from lintel.schema.snapshot import Relation
from lintel.shield.case import UNGROUPABLE, Case, Unserved, flat
from lintel.shield.derived import casts, constants, derived
from lintel.shield.splices import Splice
from lintel.sql.quoting import quote_ident

_AGGREGATES = frozenset(("json_agg", "jsonb_agg", "count"))
_WITHOUT_EQUALITY = frozenset(("json", "xml", "point", "box", "polygon", "lseg", "path", "circle", "line"))
_SYSTEM_NAMES = {key: name for name, key in SYSTEM_COLUMNS.items()}


class Ungroupable(Unserved):
    """No derived table stands for it, but its references may be edited (shield.targets)."""


def substitute(case: Case, source: Source) -> list[Splice]:
    """The splices that make one FROM item the client's table.

    Raises Unserved where a derived table cannot stand in for it.
    """
    columns = _listed(case, source)
    system = sorted(k for k in case.answer.used.get(source.at, ()) if isinstance(k, int) and k < 0)
    rows = [use for use in case.answer.rows if any(i.at == source.at for i in flat((use.item,)))]
    for use in rows:
        _assert_row(case, use, source)
    if system and rows:
        raise Unserved("a system column beside a whole row of a table under a plan is not served")
    span = case.spans.item(source.node)
    names = [_SYSTEM_NAMES[key] for key in system]
    text = derived(case, source, columns, names, only=span.only)
    if "alias" not in source.node:
        text += f" AS {quote_ident(source.node['relname'])}" + _gap(case.text, span.end)
    found = [
        Splice(
            span.start,
            span.end,
            text.encode(),
            source.at,
            "item",
            constants(source, columns, case),
            casts(source, columns, case),
        )
    ]
    if span.table_command:
        found.append(Splice(*span.table_command, b"SELECT * FROM", source.at, "words"))
    if source.sample is not None:
        # T4: only a table can be sampled, so the clause has moved inside.
        found.append(Splice(*case.spans.sample(source.sample["location"]), b"", source.at, "words"))
    return found + _listed_rows(case, rows) + _unqualified(case, source) + _grouped(case, source)


def _assert_row(case: Case, use: RowUse, source: Source) -> None:
    renamed = bool(alias_of(source.node)[1])
    if is_exact(case, use, source) and (not renamed or use.function in NAMELESS or _is_listed(case, use, source)):
        return
    if renamed or use.function not in (None, "(text)"):
        raise Unserved("a whole row of a table under a plan would have another type")
    refusing = [p for p in case.covered.by_oid[source.table.relation.oid] if p.shield.whole_rows == "refuse"]
    if refusing:
        why = 'a whole row would be of type record, not of the table\'s own, and the plan says whole_rows = "refuse"'
        raise Unserved(why, refusing[0])


def is_exact(case: Case, use: RowUse, source: Source) -> bool:
    """Whether a record with the client's columns does as well for this whole row."""
    oid, used = source.table.relation.oid, use.function
    return used is not None and used in LOOKING and is_own(case.covered.schema, case.path, oid, used)


def _is_listed(case: Case, use: RowUse, source: Source) -> bool:
    """Whether a row of `t AS q(a, b)` may be made of its columns: it is there, and what is grouped is not the row."""
    grouped = use.function not in _AGGREGATES and source.level is not None and bool(source.level.group)
    return use.item is source.item and not grouped and source.at not in nullable(case.statement)


def _listed_rows(case: Case, rows: list[RowUse]) -> list[Splice]:
    """The row of `t AS q(a, b)` has the names of t's columns, a derived table's those of the alias."""
    found = []
    for use in rows:
        if use.item.typed is not None and use.function not in (None, *NAMELESS):
            named = zip(use.item.typed, use.item.columns, strict=True)
            listed = ", ".join(
                f"{quote_ident(use.item.name or '')}.{quote_ident(alias)} AS {quote_ident(name)}"
                for (name, _), (alias, _) in named
            )
            w = case.alias("w")
            text = f"(SELECT {w} FROM (SELECT {listed}) AS {w})"
            found.append(Splice(*case.spans.reference(use.at), text.encode(), use.at, "row", rule="row"))
    return found


def _gap(text: bytes, end: int) -> str:
    return " " if text[end : end + 1].isalnum() or text[end : end + 1] in (b"_", b'"', b"$") else ""


def _starred(case: Case, source: Source) -> bool:
    return any(item.at == source.at for use in case.answer.stars for item in flat(use.items))


def _listed(case: Case, source: Source) -> list[LogicalColumn]:
    """The client's columns that the statement uses; all of them where it counts on positions or on the whole."""
    table = case.tables[source.table.relation.oid]
    whole = _starred(case, source) or bool(alias_of(source.node)[1])
    whole = whole or any(i.at == source.at for use in case.answer.rows for i in flat((use.item,)))
    if whole:
        return list(table.columns)
    used: set[Key] = case.answer.used.get(source.at, set())
    return [column for column in table.columns if column.key in used]


def _unqualified(case: Case, source: Source) -> list[Splice]:
    """T2: schema.table.column names no derived table; the schema goes."""
    found = []
    for reference in case.answer.references:
        if reference.parts > 2 and reference.item is source.item:
            start, end = case.spans.prefix(reference.at)
            found.append(_without_schema(case, start, end, reference.at, "reference"))
    for use in case.answer.stars:
        if use.qualified and use.items == (source.item,) and case.spans.parts(use.at) > 2:
            start, end = case.spans.prefix(use.at)
            found.append(_without_schema(case, start, end, use.at, "words"))
    return found


def _without_schema(case: Case, start: int, end: int, origin: int, kind: str) -> Splice:
    table_end = case.spans.name_end(end)
    return Splice(start, table_end, case.text[end:table_end], origin, kind)


def _grouped(case: Case, source: Source) -> list[Splice]:
    """T1: GROUP BY a primary key frees the other columns; a derived table has no key, so they are grouped too."""
    level, relation = source.level, source.table.relation
    if level is None or not level.group or not relation.primary_key:
        return []
    grouped = {m.key for m in level.grouped if isinstance(m, Col) and m.item == source.at}
    common = {m.key for m in level.common if isinstance(m, Col) and m.item == source.at}
    if not common.issuperset(map(case.tables[relation.oid].key, relation.primary_key)):
        return []  # a set without the key frees nothing
    within = [r for r in case.answer.references if r.level is not None and r.level is not level]  # subqueries
    bare = {r.meaning.key for r in [*level.bare, *within] if isinstance(r.meaning, Col) and r.meaning.item == source.at}
    for use in case.answer.stars:
        if use.level is level and any(item.at == source.at for item in flat(use.items)):
            bare |= {column.key for column in case.tables[relation.oid].columns}
    whole = any(use.function not in _AGGREGATES and source.item in flat((use.item,)) for use in case.answer.rows)
    added = [c for c in case.tables[relation.oid].columns if whole or c.key in bare - grouped]
    if not added:
        return []
    if any(_ungroupable(case.type(relation, c), whole=whole) for c in added):
        raise (Ungroupable if _keeps(case, relation, grouped - common) else Unserved)(UNGROUPABLE)
    at = case.spans.group_by(leftmost(level.group[0]))
    # The row itself where it is used: `o.*` is one value here. It is grouped as its columns are.
    listed = ["*", *(quote_ident(c.name) for c in added if c.key in bare - grouped)] if whole else None
    names = listed or [quote_ident(c.name) for c in added]
    text = "".join(f" {quote_ident(source.item.name or '')}.{name}," for name in names)
    return [Splice(at, at, text.encode(), source.at, "item")]


def _keeps(case: Case, relation: Relation, now_and_then: set[Key]) -> bool:
    """Whether edited references do: an expression is no key, and none that a grouping set without it makes NULL."""
    keys = filter(None, map(case.plan, map(case.tables[relation.oid].key, relation.primary_key)))
    return not any(map(case.plan, now_and_then)) and all(isinstance(plan.change, Rename) for plan in keys)


def _ungroupable(name: str | None, *, whole: bool) -> bool:
    """Whether values of a type cannot be told apart; within a row also of types that are not known here."""
    bare = (name or "").removesuffix("[]")
    return bare in _WITHOUT_EQUALITY or (whole and "." in bare)

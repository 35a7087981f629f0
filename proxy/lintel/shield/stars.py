"""Stars that are spelled out in place: those of RETURNING, and those that no derived table makes right.

A derived table with a system column shows it to a star (T3), and what a function returns is not substituted: there the
client's columns are named one by one.
"""

from collections.abc import Iterator

from lintel.analysis.meanings import Col, Expr, Meaning
from lintel.analysis.resolution import FieldsUse, StarUse
from lintel.analysis.scope import Item
from lintel.plan import Plan, Retype
from lintel.schema.logical import LogicalColumn, LogicalTable
from lintel.shield.absent import stand_in
from lintel.shield.case import Case, flat
from lintel.shield.columns import type_of
from lintel.shield.derived import casts
from lintel.shield.retype import cast_read
from lintel.shield.splices import Splice
from lintel.sql.quoting import quote_ident


def stars(case: Case, chosen: set[int]) -> list[Splice]:
    """The stars at these offsets, spelled out."""
    found = [_expand(case, use) for use in case.answer.stars if use.at in chosen]
    return [*found, *(_fields(case, use) for use in case.answer.fields if use.at in chosen)]


def _expand(case: Case, use: StarUse) -> Splice:
    start, end = case.spans.reference(use.at)
    splice = Splice(start, end, b"", use.at, "star")
    splice.text = ", ".join(text for item in use.items for text in spelled(case, item, splice)).encode()
    return splice


def _fields(case: Case, use: FieldsUse) -> Splice:
    """`(f(1)).*` is `(f(1)).a, (f(1)).b` to the server, too (manual 8.16.5)."""
    value_end, end = case.spans.fields(use.at)
    nulls = _nulls(case, use.null) if use.null is not None and use.null.relation.oid in case.tables else None
    if use.null is not None and nulls is not None:
        keys: dict[str, Meaning] = {column.name: Expr(use.at, column.key) for column in use.null.columns}
        return Splice(use.at, end, ", ".join(nulls).encode(), use.at, "nulls", keys)
    case.answer.exact = True  # the value's literals are repeated
    value = case.text[use.at : value_end]
    listed = (b"." + quote_ident(name).encode() for name in use.names)
    return Splice(value_end, end, (b", " + value).join(listed), use.at, "fields")


def _nulls(case: Case, table: LogicalTable) -> list[str] | None:
    """The fields of no row: NULLs of the client's types. None where one may be a domain, which may not take a NULL."""
    types = [type_of(case, table.relation, column) for column in table.columns]
    if any("." in found.removeprefix("pg_catalog.") for found, _ in types):
        return None
    return [
        f"NULL::{found}{f' COLLATE {collation}' if collation else ''} AS {quote_ident(column.name)}"
        for column, (found, collation) in zip(table.columns, types, strict=True)
    ]


def spelled(case: Case, item: Item, splice: Splice) -> Iterator[str]:
    """The client's columns of an item, one by one; the splice is told what stands for which."""
    for name, meaning in item.columns:
        if meaning in item.unexpanded:
            continue
        own = f"{_qualifier(item, name, meaning)}{quote_ident(name)}"
        plan = case.plan(meaning.key) if isinstance(meaning, Col) and case.is_target(meaning.item) else None
        if plan is None or not isinstance(meaning, Col):
            yield own
        else:
            yield _planned(case, item, splice, name, meaning, plan)


def _planned(case: Case, item: Item, splice: Splice, name: str, meaning: Col, plan: Plan) -> str:
    """A planned column of a target."""
    shown, source = case.shown_name(plan.id), case.sources[meaning.item]
    qualifier = quote_ident(item.name or source.item.name or "")
    if isinstance(plan.change, Retype):
        splice.casts |= casts(source, [LogicalColumn(name, meaning.key)], case)
        return f"{cast_read(plan, meaning.key, f'{qualifier}.{quote_ident(name)}')} AS {quote_ident(name)}"
    if shown is None or case.unfilled(plan.id):
        splice.constants[name] = meaning
        return stand_in(case, source, item, plan)
    return f"{qualifier}.{quote_ident(shown)}{'' if shown == name else f' AS {quote_ident(name)}'}"


def _qualifier(item: Item, name: str, meaning: Meaning) -> str:
    """`o.` for one of o's columns; nothing for one that a join has merged."""
    if item.name is not None:
        return f"{quote_ident(item.name)}."
    of = [leaf.name for leaf in flat((item,)) if leaf.named and leaf.name and leaf.find(name) == [meaning]]
    return f"{quote_ident(of[0])}." if len(of) == 1 else ""

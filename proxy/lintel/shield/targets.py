"""Edits around the target of INSERT, UPDATE, DELETE, MERGE and COPY, which no derived table can replace.

Positional lists are spelled out, stars in RETURNING are expanded, and a reference to a column that the catalog does
not show becomes a scalar subquery that is the real column where there is one, else the plan's constant.
"""

from lintel.analysis.dml import copied
from lintel.analysis.meanings import Ambiguous, Col
from lintel.analysis.resolution import InsertUse, Reference, Resolution, StarUse
from lintel.shield.case import Case, Unserved, imagined
from lintel.shield.items import as_query
from lintel.shield.splices import Splice
from lintel.sql.quoting import quote_ident


def positional(case: Case) -> list[Splice]:
    """Column lists for INSERT and COPY that have none: neutral, where positions would not be."""
    found = []
    for use in case.answer.inserts:
        if use.source.table.relation.oid not in case.tables:
            continue
        if use.source.role == "copy_to":
            found += _copy_to(case, use)
        elif use.source.role in ("insert", "copy_from") and not use.listed and use.width != 0:
            found.append(_list(case, use))
    return found


def _client_columns(case: Case, use: InsertUse) -> list[str]:
    if use.source.role == "insert":
        return [column.name for column in case.tables[use.source.table.relation.oid].columns]
    return [name for name, _ in copied(use.source.item)]


def _list(case: Case, use: InsertUse) -> Splice:
    names = _client_columns(case, use)
    if use.width is None:
        raise Unserved("an INSERT without a column list whose width is not known")
    at = case.spans.after_target(use.source.node, alias=use.source.role == "insert")
    text = f" ({', '.join(quote_ident(name) for name in names[: use.width])}) "
    return Splice(at, at, text.encode(), use.source.at, "words")


def _copy_to(case: Case, use: InsertUse) -> list[Splice]:
    listed = [entry["String"]["sval"] for entry in use.node.get("attlist", [])]
    names = listed or _client_columns(case, use)
    table = case.tables[use.source.table.relation.oid]
    keys = {column.name: column.key for column in table.columns}
    absent = [n for n in names if case.plan(keys.get(n)) and keys[n] not in case.shown]
    end = case.spans.after_target(use.source.node, alias=False)
    if absent and all(case.imaginable(keys[n]) for n in absent) and all(n in keys for n in names):
        start = case.spans.item(use.source.node).start
        splice = Splice(start, case.spans.closing(end) if listed else end, as_query(case, use.source, names).encode(),
                        use.source.at, "copy")  # fmt: skip
        splice.constants = {
            n: Col(use.source.at, table.relation.oid, keys[n]) for n in names if case.plan(keys[n]) is not None
        }
        return [splice]
    if listed:
        return []
    text = f" ({', '.join(map(quote_ident, names))}) "
    return [Splice(end, end, text.encode(), use.source.at, "words")]


def references(case: Case, others: list[Resolution]) -> list[Splice]:
    """Imagined columns of targets, and names that another permitted schema would make ambiguous."""
    found = []
    for reference in case.answer.references:
        meaning = reference.meaning
        if not isinstance(meaning, Col):
            continue
        if case.plan(meaning.key) is not None:
            if case.is_target(meaning.item) and meaning.key not in case.shown and case.imaginable(meaning.key):
                found.append(_imagine(case, reference, meaning))
        elif reference.parts == 1 and any(_beside_target(case, reference, other) for other in others):
            found.append(_qualify(case, reference, meaning))
    return found


def _imagine(case: Case, reference: Reference, meaning: Col) -> Splice:
    source, plan = case.sources[meaning.item], case.plan(meaning.key)
    assert plan is not None
    qualifier = (reference.item or source.item).name or ""
    start, end = case.spans.reference(reference.at)
    text = imagined(case, qualifier, plan.change.column, plan)
    return Splice(start, end, text.encode(), reference.at, "reference", {plan.change.column: meaning})


def _beside_target(case: Case, reference: Reference, other: Resolution) -> bool:
    found = other.bindings.get((reference.at, "ref"))
    if not isinstance(found, Ambiguous):
        return False
    return any(isinstance(c, Col) and case.plan(c.key) and case.is_target(c.item) for c in found.candidates)


def _qualify(case: Case, reference: Reference, meaning: Col) -> Splice:
    source = case.sources.get(meaning.item)
    if source is None or source.item.name is None:
        raise Unserved(f'the column "{reference.name}" would become ambiguous')
    start, end = case.spans.reference(reference.at)
    text = f"{quote_ident(source.item.name)}.{quote_ident(reference.name)}"
    return Splice(start, end, text.encode(), reference.at, "reference")


def returning_stars(case: Case, different: set[int]) -> list[Splice]:
    """Stars of RETURNING that cover a target, spelled out; `different` are the offsets of stars that must be."""
    return [_expand(case, use) for use in case.answer.stars if use.returning and use.at in different]


def _expand(case: Case, use: StarUse) -> Splice:
    start, end = case.spans.reference(use.at)
    constants = {}
    listed = []
    for item in use.items:
        if item.name is None:
            raise Unserved("RETURNING * over a join beside a table under a plan is not served")
        for name, meaning in item.columns:
            plan = case.plan(meaning.key) if isinstance(meaning, Col) else None
            if plan is not None and isinstance(meaning, Col) and plan.id not in case.shown and case.is_target(item.at):
                constants[name] = meaning
                listed.append(imagined(case, item.name, name, plan))
            else:
                listed.append(f"{quote_ident(item.name)}.{quote_ident(name)}")
    splice = Splice(start, end, ", ".join(listed).encode(), use.at, "star")
    splice.constants = dict(constants)
    return splice

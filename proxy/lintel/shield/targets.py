"""Edits around the target of INSERT, UPDATE, DELETE, MERGE and COPY, which no derived table can replace.

Positional lists are spelled out, a reference to a column that the catalog does not
show becomes a scalar subquery that is the real column where there is one, else the plan's constant, a column that the
catalog shows under another name is called by that (loud, should it change), and one of another type is cast.
"""

from collections.abc import Iterator

from lintel.analysis.dml import copied
from lintel.analysis.meanings import Ambiguous, Col, Missing, Unlisted
from lintel.analysis.resolution import InsertUse, Reference, Resolution, RowUse, Source
from lintel.analysis.scope import doubted, holder
from lintel.schema.logical import LogicalColumn
from lintel.shield.absent import stand_in, where_there
from lintel.shield.case import Case, Unserved, as_value, offsets
from lintel.shield.derived import as_query, casts, constants
from lintel.shield.items import is_exact
from lintel.shield.retype import cast_read, copied_as
from lintel.shield.splices import Splice
from lintel.shield.stars import spelled
from lintel.shield.values import with_queries
from lintel.sql.quoting import quote_ident


def positional(case: Case) -> list[Splice]:
    """Column lists for INSERT and COPY that have none: neutral, where positions would not be."""
    found = []
    for use in case.answer.inserts:
        if use.source.table.relation.oid not in case.tables:
            continue
        if use.source.role == "copy_to":
            found += _copy_to(case, use) if use.source.table.relation.kind == "r" else []  # the server copies no others
        elif use.source.role == "copy_from" and use.listed:
            found += _copy_from(case, use)
        elif use.source.role in ("insert", "copy_from") and not use.listed and use.width != 0:
            found += _list(case, use)
    return found


def _client_columns(case: Case, use: InsertUse) -> list[str]:
    if use.source.role == "insert":
        return [column.name for column in case.tables[use.source.table.relation.oid].columns]
    return [name for name, _ in copied(use.source.item)]


def _list(case: Case, use: InsertUse) -> list[Splice]:
    names = _client_columns(case, use)
    if use.width is None:
        raise Unserved("an INSERT without a column list whose width is not known")
    at = case.spans.after_target(use.source.node, alias=use.source.role == "insert")
    left = _left(case, use, names[: use.width])
    called = _called(case, use, left)
    if use.source.role == "copy_from" and called != f"({', '.join(map(quote_ident, left))})":
        _assert_unnamed(use)
    text = f" {called} "
    listed = [Splice(at, at, text.encode(), use.source.at, "words")] if left else []
    return [*listed, *(_held(case, use, left) if use.source.role == "copy_from" else ())]


def _held(case: Case, use: InsertUse, names: list[str]) -> list[Splice]:
    """The condition that holds COPY FROM to the client's types: it sees a row before it is written."""
    keys = case.tables[use.source.table.relation.oid].keys
    binary = any("binary" in str(option["DefElem"].get("arg")) for option in use.node.get("options", []))
    retyped = [(name, keys[name], plan) for name in names if (plan := case.retyped(keys.get(name)))]
    if retyped and _skips(use):
        raise Unserved("COPY with ON_ERROR would leave out other rows than on the client's type", retyped[0][2])
    found = [copied_as(plan, key, quote_ident(name), binary=binary) for name, key, plan in retyped]
    condition, end = " AND ".join(filter(None, found)), case.spans.whole()[1]
    if not condition:
        return []
    if "whereClause" not in use.node:
        return [Splice(end, end, f" WHERE {condition}".encode(), end, "words")]
    at = case.spans.word(b"where", case.spans.after_target(use.source.node, alias=False))
    return [Splice(at, at, f" {condition} AND (".encode(), at, "words"), Splice(end, end, b")", end, "words")]


def _skips(use: InsertUse) -> bool:
    """Whether it passes over rows whose values do not fit (ON_ERROR, since 17)."""
    options = (entry["DefElem"] for entry in use.node.get("options", []))
    return any(o["defname"] == "on_error" and "stop" not in str(o.get("arg")).lower() for o in options)


def _left(case: Case, use: InsertUse, names: list[str]) -> list[str]:
    keys = case.tables[use.source.table.relation.oid].keys
    return [name for name in names if keys.get(name) not in case.discarded]


def _called(case: Case, use: InsertUse, names: list[str]) -> str:
    """A list of the client's columns, by the names that the catalog shows."""
    keys = case.tables[use.source.table.relation.oid].keys
    return f"({', '.join(quote_ident(case.shown_name(keys.get(n)) or n) for n in names)})"


def _copy_from(case: Case, use: InsertUse) -> list[Splice]:
    names, held = _listed(use), _held(case, use, _listed(use))
    called = _called(case, use, names)
    if called == f"({', '.join(map(quote_ident, names))})":
        return held
    _assert_unnamed(use)
    start = case.spans.after_target(use.source.node, alias=False)
    return [Splice(start, case.spans.closing(start), f" {called}".encode(), use.source.at, "words"), *held]


def _assert_unnamed(use: InsertUse) -> None:
    """Unserved where an option speaks of columns by name, and one of them has another name in the database."""
    for option in (entry["DefElem"] for entry in use.node.get("options", [])):
        matched = option["defname"] == "header" and "match" in str(option.get("arg")).lower()
        if matched or option["defname"].startswith("force_"):
            raise Unserved(f"COPY with {option['defname'].upper()}, which names columns, and one has another name")


def _listed(use: InsertUse) -> list[str]:
    return [entry["String"]["sval"] for entry in use.node.get("attlist", [])]


def _copy_to(case: Case, use: InsertUse) -> list[Splice]:
    listed = _listed(use)
    names = listed or _client_columns(case, use)
    table = case.tables[use.source.table.relation.oid]
    keys = table.keys
    moved = [
        n
        for n in names
        if case.retyped(key := keys.get(n)) or case.unfilled(key) or (case.plan(key) and case.shown_name(key) != n)
    ]
    if any(keys.get(n) in table.generated for n in moved):
        raise Unserved("COPY of a generated column, which PostgreSQL refuses")
    served = all(case.imaginable(keys[n]) for n in moved if case.shown_name(keys[n]) is None)
    end = case.spans.after_target(use.source.node, alias=False)
    if moved and served and all(n in keys for n in names):
        start = case.spans.item(use.source.node).start
        splice = Splice(start, case.spans.closing(end) if listed else end, as_query(case, use.source, names).encode(),
                        use.source.at, "copy", rule="copy")  # fmt: skip
        columns = [column for column in table.columns if column.name in names]
        splice.constants, splice.casts = constants(use.source, columns, case), casts(use.source, columns, case)
        return [splice]
    if listed:
        return []
    text = f" ({', '.join(map(quote_ident, names))}) "
    return [Splice(end, end, text.encode(), use.source.at, "words")]


def names(case: Case) -> list[Splice]:
    """Columns named in the lists of INSERT, SET and ON CONFLICT, by the names that the catalog shows."""
    found = []
    for use in case.answer.named:
        shown = case.shown_name(use.meaning.key) if isinstance(use.meaning, Col) else None
        if shown is not None and shown != use.name:
            at = case.spans.arbiter(use.at, use.name) if use.arbiter else use.at
            kind = "words" if use.arbiter else "target"
            found.append(Splice(at, case.spans.name_end(at), quote_ident(shown).encode(), at, kind))
    return found


def references(case: Case, others: list[Resolution]) -> list[Splice]:
    """Columns of targets that are absent or have another name, and names that another permitted schema would take."""
    found = []
    outputs, reaches = set(_outputs(case.statement)), _reaches(case)
    for reference in case.answer.references:
        meaning = reference.meaning
        if isinstance(meaning, Unlisted) and any(_captured(reference, other) for other in others):
            found += _told_apart(case, reference, meaning)
        splice = None
        if (
            isinstance(meaning, Col)
            and reference.at in reaches.get(meaning.item, {reference.at})
            and (case.plan(meaning.key) is not None and case.is_target(meaning.item))
        ):
            splice = _of_target(case, reference, meaning, others, output=reference.at in outputs)
        elif reference.parts == 1 and any(_beside_target(case, reference, other) for other in others):
            splice = _qualify(case, reference)
        if splice is not None:
            _alone(reference)
            found.append(splice)
    return found


def _of_target(
    case: Case, reference: Reference, meaning: Col, others: list[Resolution], *, output: bool
) -> Splice | None:
    """A column of a target that a plan changes."""
    shown = case.shown_name(meaning.key)
    indexed = case.indexed(reference.at)
    if indexed and (shown is None or case.unfilled(meaning.key)):
        raise Unserved("ON CONFLICT means an index on a column that is not there", case.plan(meaning.key))
    if case.retyped(meaning.key) is not None:
        return None if indexed else _cast(case, reference, meaning, output=output)
    if (shown is None or case.unfilled(meaning.key)) and case.imaginable(meaning.key):
        return _imagine(case, reference, meaning)
    if shown is not None and shown != reference.name:
        return _call(case, reference, meaning, shown, output=output)
    if reference.parts == 1 and any(_captured(reference, other) for other in others):
        return _qualify(case, reference)
    return None


def _alone(reference: Reference) -> None:
    """Raises Unserved where the name may be another item's as well: as it stands the server would say so."""
    other = doubted(reference.scope, reference.name) if reference.parts == 1 else None
    if other is not None:
        raise Unserved(f'the column "{reference.name}" may be one of "{other.name}", whose columns are not known')


def _reaches(case: Case) -> dict[int, set[int]]:
    """By the target of a WITH query: what can name a column of its row. All else names what the query returned."""
    bodies = (body for query in with_queries(case.statement) for body in query["ctequery"].values())
    return {body["relation"]["location"]: offsets(body) for body in bodies if "relation" in body}


def _outputs(node: object) -> Iterator[int]:
    """Offsets of the names in target lists that may give an output column its name (T9)."""
    if isinstance(node, list):
        for part in node:
            yield from _outputs(part)
    elif isinstance(node, dict):
        for tag, body in node.items():
            if tag == "ResTarget" and "name" not in body:
                yield from _named_by(body)
            yield from _outputs(body)


def _named_by(node: object) -> Iterator[int]:
    if isinstance(node, list):
        for part in node:
            yield from _named_by(part)
    elif isinstance(node, dict):
        if "ColumnRef" in node:
            yield node["ColumnRef"]["location"]
        for body in node.values():
            yield from _named_by(body)


def _call(case: Case, reference: Reference, meaning: Col, shown: str, *, output: bool) -> Splice:
    """A renamed column of a target by the name that the catalog shows; where it names an output, under its own."""
    qualifier = (reference.item or case.sources[meaning.item].item).name or ""
    start, end = case.spans.reference(reference.at)
    text = f"{quote_ident(qualifier)}.{quote_ident(shown)}"
    if output:
        text = as_value(case, reference.at, f"(SELECT {text} AS {quote_ident(reference.name)})")
    return Splice(start, end, text.encode(), reference.at, "reference", rule="name")


def _cast(case: Case, reference: Reference, meaning: Col, *, output: bool) -> Splice:
    """A column of another type as the client's, under its own name where it names an output."""
    plan, source = case.retyped(meaning.key), case.sources[meaning.item]
    assert plan is not None
    name = f"{quote_ident((reference.item or source.item).name or '')}.{quote_ident(reference.name)}"
    text = f"({cast_read(plan, meaning.key, name)})"
    if output:
        text = f"(SELECT {text} AS {quote_ident(reference.name)})"
    start, end = case.spans.reference(reference.at)
    column = LogicalColumn(reference.name, meaning.key)
    return Splice(
        start, end, text.encode(), reference.at, "reference", casts=casts(source, [column], case), rule="cast"
    )


def _captured(reference: Reference, other: Resolution) -> bool:
    found = other.bindings.get((reference.at, "ref"))
    return found != reference.meaning and not isinstance(found, Missing | None)


def _imagine(case: Case, reference: Reference, meaning: Col) -> Splice:
    source, plan = case.sources[meaning.item], case.plan(meaning.key)
    assert plan is not None
    start, end = case.spans.reference(reference.at)
    text = as_value(case, reference.at, stand_in(case, source, reference.item or source.item, plan))
    return Splice(start, end, text.encode(), reference.at, "reference", {plan.change.column: meaning}, rule="imagine")


def _beside_target(case: Case, reference: Reference, other: Resolution) -> bool:
    found = other.bindings.get((reference.at, "ref"))
    if not isinstance(found, Ambiguous) or found == reference.meaning:
        return False
    return any(isinstance(c, Col) and case.plan(c.key) and case.is_target(c.item) for c in found.candidates)


def _qualify(case: Case, reference: Reference) -> Splice:
    item = holder(reference.scope, reference.name)
    if item is None or item.name is None:
        raise Unserved(f'the column "{reference.name}" would become ambiguous')
    start, end = case.spans.reference(reference.at)
    text = f"{quote_ident(item.name)}.{quote_ident(reference.name)}"
    return Splice(start, end, text.encode(), reference.at, "reference", rule="qualify")


def _told_apart(case: Case, reference: Reference, meaning: Unlisted) -> list[Splice]:
    """A column that only one temporary relation can have, qualified: without it the name would be the target's."""
    if reference.parts > 1 or len(meaning.items) > 1 or not isinstance(meaning.outside, Missing):
        return []
    ((_, name),) = meaning.items
    start, end = case.spans.reference(reference.at)
    text = f"{quote_ident(name)}.{quote_ident(reference.name)}"
    return [Splice(start, end, text.encode(), reference.at, "reference", rule="qualify")]


def target_rows(case: Case) -> list[Splice]:
    """Whole rows of targets, spelled out as records where a record does as well (T5)."""
    sources = ((use, case.sources.get(use.item.at)) for use in case.answer.rows)
    return [
        _row(case, use, where_there(use.item, s)) for use, s in sources if s is not None and is_spelled(case, use, s)
    ]


def is_spelled(case: Case, use: RowUse, source: Source) -> bool:
    """Whether a whole row of a target is spelled out: not one for which an INSERT parks, as its values come later."""
    oid = source.table.relation.oid
    if oid not in case.tables or not case.is_target(source.at) or use.function == "(row)":
        return False
    parked = {plan.id for plan in case.covered.by_oid[oid] if case.parked(plan.id)}
    later = bool(parked) and (source.role not in ("update", "delete") or use.item is not source.item)
    return not later and is_exact(case, use, source)


def _row(case: Case, use: RowUse, where: str) -> Splice:
    start, end = case.spans.reference(use.at)
    splice = Splice(start, end, b"", use.at, "row")
    listed, w = ", ".join(spelled(case, use.item, splice)), case.alias("w")
    # The name is that of the output column in `RETURNING o::text`.
    text = f"(SELECT {w} AS {quote_ident(use.item.name or '')} FROM (SELECT {listed}{where}) AS {w})"
    splice.text = text.encode()
    return splice

"""Names in expressions: column references, whole rows, stars (transformColumnRef, ExpandColumnRefStar).

Each look-up notes its binding, its reads and its use in the walk's Resolution.
"""

from lintel.analysis import scope as scopes
from lintel.analysis import values
from lintel.analysis.meanings import Ambiguous, Col, Columns, Expr, Meaning, Missing, Row, Unknown
from lintel.analysis.notation import is_call
from lintel.analysis.resolution import Node, Reference, RowUse, StarUse
from lintel.analysis.row_uses import NAMELESS, is_own
from lintel.analysis.scope import Item, Scope
from lintel.analysis.walk import Splice, Walk


def fields_of(reference: Node) -> list[str]:
    """The dotted names of a ColumnRef without a star."""
    return [field["String"]["sval"] for field in reference["fields"] if "String" in field]


def resolve_reference(walk: Walk, reference: Node, scope: Scope, function: str | None = None) -> Meaning:
    """Resolve a ColumnRef that is no star (transformColumnRef); notes the binding, the read and the reference."""
    names = fields_of(reference)
    location, missing = reference["location"], "42703"
    item: Item | None = None
    if len(names) == 1:
        meaning = scopes.column(scope, names[0])
        if isinstance(meaning, Missing):
            meaning = _whole_row(walk, names[0], scope, location, function) or meaning
    else:
        item, meaning = _qualified(walk, names, scope, location)
        if item is None:
            missing = "42P01"  # it is the table
    at, splice = walk.place(location)
    _note(walk, at, splice, meaning, missing)
    if splice is None:
        if values.may_hold(walk) and not isinstance(meaning, Row):
            values.note_at(walk, at, values.within(walk, (meaning,)))
        level = walk.level
        found = Reference(at, item, names[-1], len(names), meaning, level, scope)
        walk.result.references.append(found)
        if level is not None and level.group is not None:
            level.bare.append(found)
    return meaning


def _qualified(walk: Walk, names: list[str], scope: Scope, location: int) -> tuple[Item | None, Meaning]:
    schema = names[-3] if len(names) > 2 else None
    item = scopes.named_item(scope, names[-2], schema)
    if not isinstance(item, Item):
        return None, Missing(".".join(names)) if isinstance(item, Missing) else item
    meaning = scopes.in_item(item, names[-1])
    if isinstance(meaning, Missing):
        if item.scalar:
            return item, Unknown(names[-1], f'"{item.name}" may be a composite value')
        if names[-1] in walk.world.schema.functions:
            # Functional notation (manual 4.2.6 note, 8.16.5): t.f is f(t).
            return item, row_of(walk, item, location, names[-1])
        if is_call(walk, item.at, names[-1]):
            return item, meaning._replace(called=True)
    return item, meaning


def _whole_row(walk: Walk, name: str, scope: Scope, location: int, function: str | None) -> Meaning | None:
    item = scopes.named_item(scope, name)
    if isinstance(item, Missing):
        return None
    if isinstance(item, Ambiguous):
        return item
    if item.scalar:
        return Expr(item.at)
    return row_of(walk, item, location, function)


def row_of(walk: Walk, item: Item, location: int, function: str | None) -> Row:
    """The whole row of an item, noted as a use."""
    row = Row(item.at, _named(walk, item, function))
    if not item.known:
        walk.opaque(f'the columns of "{item.name}" are not known')
    if walk.ours(location) is None:
        walk.result.rows.append(RowUse(walk.at(location), item, function))
    if function != "(row)":
        values.note(walk, location, values.within(walk, (row,)))
    walk.result.whole.update(oids(item))
    return row


def _named(walk: Walk, item: Item, use: str | None) -> Columns:
    """The columns of a row by the names that it has, its type's; without names where they do not count."""
    if item.typed is None or use == "(row)":  # (q).c goes by the alias
        return item.columns
    oid = item.relation.oid if item.relation is not None else 0
    if use in NAMELESS and is_own(walk.world.schema, walk.world.search_path, oid, use):
        return tuple(("", meaning) for _, meaning in item.columns)
    return item.typed


def note(walk: Walk, location: int, meaning: Meaning) -> None:
    """Note what a name means: the binding, the reads, or why the server will reject it."""
    at, splice = walk.place(location)
    _note(walk, at, splice, meaning, "42703")


def _note(walk: Walk, at: int, splice: Splice | None, meaning: Meaning, missing: str) -> None:
    walk.read(meaning)
    if splice is None:
        walk.result.bindings.setdefault((at, "ref"), meaning)
    elif splice.kind == "reference":
        walk.stands(splice, meaning)
    if type(meaning) is Col:  # nearly always
        return
    if isinstance(meaning, Unknown):
        if splice is None or splice.kind == "reference":
            walk.opaque(meaning.why)
    elif isinstance(meaning, Missing):
        walk.problem(missing, at, f'column "{meaning.name}" does not exist', certain=not meaning.called)
    elif isinstance(meaning, Ambiguous):
        walk.problem("42702", at, f'column reference "{meaning.name}" is ambiguous')


def star(walk: Walk, reference: Node, scope: Scope, location: int) -> tuple[Columns, bool]:
    """Expand `*` or `t.*` (ExpandColumnRefStar); notes the binding, the reads and the use."""
    names = fields_of(reference)
    items = starred(walk, names, scope, location)
    columns = tuple(column for item in items for column in item.columns if column[1] not in item.unexpanded)
    known = all(item.known for item in items)
    if not known:
        walk.opaque("a star covers an item whose columns are not known")
    for item in items:
        walk.result.starred.update(oids(item))
    for _, meaning in columns:
        walk.read(meaning)
    splice = walk.ours(location)
    if splice is None or splice.kind == "words":
        at = items[0].at if location < 0 and items else walk.at(location)
        walk.result.bindings[(at, "star")] = columns
        values.note_at(walk, at, values.within(walk, (meaning for _, meaning in columns)))
        walk.result.stars.append(StarUse(at, tuple(items), bool(names), walk.returning, walk.level))
    return columns, known


def starred(walk: Walk, names: list[str], scope: Scope, location: int) -> list[Item]:
    """The items that a star covers: all that are open, or the one that its qualifier names."""
    if not names:
        return [item for item in scope.items if item.open]
    item = scopes.named_item(scope, names[-1], names[-2] if len(names) > 1 else None)
    if isinstance(item, Item):
        return [item]
    walk.problem("42P01", walk.at(location), f'missing FROM-clause entry for table "{names[-1]}"')
    return []


def oids(item: Item) -> set[int]:
    """The relations that an item's own columns are taken from directly; a join's are its sides'."""
    if item.relation is not None:
        return {item.relation.oid}
    return {oid for side in item.sides for oid in oids(side)}


def is_starred(node: Node) -> bool:
    """Whether an entry of a target list is a star, that of a composite value included."""
    steps = node["ColumnRef"]["fields"] if "ColumnRef" in node else node.get("A_Indirection", {}).get("indirection")
    return steps is not None and "A_Star" in steps[-1]


def is_star(node: Node) -> bool:
    """Whether an expression is `*` or `t.*`."""
    return "ColumnRef" in node and "A_Star" in node["ColumnRef"]["fields"][-1]

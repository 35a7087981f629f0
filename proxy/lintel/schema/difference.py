"""What means something else in one snapshot than in the one before it: names, for whoever looked some of them up.

Two snapshots share what did not change, so most of it is told by identity. A relation counts as changed with its
parents and children, which are read through it, with every view in whose definition its name occurs, and with those in
whose columns its rows are, or those of a composite type that has changed; so do functions that return such rows.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lintel.schema.snapshot import Relation, Schema

Name = tuple[str | None, str]  # (schema or None, relation), as looked up


class Difference(NamedTuple):
    """Names that mean something else."""

    relations: frozenset[tuple[str, str]]  # (schema, relation)
    bare: frozenset[str]  # the same without their schemas
    functions: frozenset[str]  # bare

    def touches(self, names: Iterable[Name], functions: frozenset[str], search_path: tuple[str, ...] | None) -> bool:
        """Whether one of these may mean something else; None: the search_path is not known."""
        if self.functions and not self.functions.isdisjoint(functions):
            return True
        return any(self._means(schema, name, search_path) for schema, name in names if name in self.bare)

    def _means(self, schema: str | None, name: str, search_path: tuple[str, ...] | None) -> bool:
        if schema is not None or search_path is None:
            return schema is None or (schema, name) in self.relations
        return any((each, name) in self.relations for each in ("pg_temp", "pg_catalog", *search_path))


def difference(before: Schema, after: Schema) -> Difference:
    """All names that mean something else; more rather than fewer."""
    old, new = before.relations, after.relations
    came = {oid: relation for oid, relation in new.items() if old.get(oid) is not relation}
    went = {oid: relation for oid, relation in old.items() if oid not in new} if len(new) - len(came) < len(old) else {}
    oids = {*came, *went, *_taken(before, after)}
    oids = {holder for oid in oids for schema in (before, after) for holder in schema.holders(oid)}
    related = {kin for oid in oids for schema in (before, after) for kin in _kin(schema, oid)} | oids
    changed = [schema.relations[oid] for schema in (before, after) for oid in related if oid in schema.relations]
    changed += _views(before, [old[oid] for oid in related if oid in old])
    names = frozenset((relation.schema, relation.name) for relation in changed)
    giving = {name for oid in oids for schema in (before, after) for name in schema.givers.get(oid, ())}
    return Difference(names, frozenset(name for _, name in names), _functions(before, after) | giving)


def _kin(schema: Schema, oid: int) -> Iterator[int]:
    """Ancestors and descendants."""
    if oid in schema.children:
        yield from schema.family(oid)
    todo = list(schema.relations[oid].parents) if oid in schema.relations else []
    while todo:
        parent = todo.pop()
        yield parent
        todo.extend(schema.relations[parent].parents if parent in schema.relations else ())


def _views(schema: Schema, changed: list[Relation]) -> list[Relation]:
    """Views whose definitions speak of the relations, and views on those."""
    waiting = {oid: relation for oid, relation in schema.relations.items() if relation.definition and changed}
    found: list[Relation] = []
    while changed:
        names = {relation.name for relation in changed}
        changed = [view for view in waiting.values() if any(name in (view.definition or "") for name in names)]
        for view in changed:
            del waiting[view.oid]
        found += changed
    return found


def _taken(before: Schema, after: Schema) -> frozenset[int]:
    """Relations whose rows a function takes now, or did."""
    if before.functions is after.functions:
        return frozenset()
    return frozenset(oid for oid, _ in before.taken.items() ^ after.taken.items())


def _functions(before: Schema, after: Schema) -> frozenset[str]:
    old, new = before.functions, after.functions
    if old is new:
        return frozenset()
    return frozenset(name for name in {*old, *new} if old.get(name) != new.get(name))

"""A catalog snapshot as compact JSON, deflated, and back."""

import json
import zlib
from collections.abc import Iterable
from dataclasses import fields
from operator import attrgetter
from typing import Any

from lintel.schema import Column, Constraint, Dependency, Domain, Function, Grant, Relation, Routine, Schema, ServerCode

# dataclasses.astuple copies each value: ten times the time, while the event loop waits for the interpreter.
_RELATION, _COLUMN, _FUNCTION = (
    attrgetter(*(field.name for field in fields(kind))) for kind in (Relation, Column, Function)
)
_COLUMNS = [field.name for field in fields(Relation)].index("columns")


def dump(schema: Schema) -> bytes:
    """As `catalogs.snapshot` keeps it: fields in the order of the dataclasses, so that nothing is named twice."""
    found = {
        "version": schema.server_version,
        "schemas": sorted(schema.schemas),
        "relations": [_values(relation) for relation in schema.relations.values()],
        "functions": [_FUNCTION(one) for overloads in schema.functions.values() for one in overloads],
        "procs": [_FUNCTION(one) for overloads in schema.procedures.values() for one in overloads],
        "domains": [(*name, oid) for name, oid in schema.domains.items()],
        "code": [getattr(schema.code, field.name) for field in fields(ServerCode)],
    }
    return zlib.compress(json.dumps(found, separators=(",", ":")).encode())


def _values(relation: Relation) -> list[Any]:
    values = list(_RELATION(relation))
    values[_COLUMNS] = [_COLUMN(column) for column in relation.columns]
    return values


def load(data: bytes) -> Schema:
    """Raises ValueError or zlib.error for what dump() has not written."""
    found = json.loads(zlib.decompress(data))
    # Not "procedures": an earlier form kept oids by name under that key; what it kept is loaded without them.
    relations = [_relation(values) for values in found["relations"]]
    functions, procedures = _functions(found["functions"]), _functions(found.get("procs", ()))
    schemas = frozenset(found["schemas"])
    code = _code(*found.get("code", ((), ())))
    domains = {(space, name): oid for space, name, oid in found.get("domains", ())}
    return Schema({r.oid: r for r in relations}, functions, schemas, found["version"], code, domains, procedures)


def _code(
    dependencies: Any, routines: Any, constraints: Any = (), grants: Any = (), typed: Any = (), domains: Any = ()
) -> ServerCode:
    return ServerCode(
        tuple(Dependency(*one) for one in dependencies),
        tuple(map(_routine, routines)),
        tuple(Constraint(*one) for one in constraints),
        tuple(Grant(*one) for one in grants),
        tuple(typed),
        tuple(Domain(*one) for one in domains),
    )


def _functions(found: Iterable[list[Any]]) -> dict[str, tuple[Function, ...]]:
    functions: dict[str, tuple[Function, ...]] = {}
    for schema, name, *rest in found:
        values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in rest]
        functions[name] = (*functions.get(name, ()), Function(schema, name, *values))
    return functions


def _routine(values: list[Any]) -> Routine:
    name, language, arguments, result, names, source, path, tables = values
    own = None if path is None else tuple(path)
    return Routine(name, language, arguments, result, tuple(names), source, own, tuple(tables))


def _relation(values: list[Any]) -> Relation:
    oid, schema, name, kind, columns, parents, key, definition, has_rules, temporary, *more = values
    earlier: tuple[Any, ...] = ((), (), None)
    constraints, triggered, follows = (*more, *earlier[len(more) :])
    return Relation(
        oid, schema, name, kind, tuple(Column(*c) for c in columns), tuple(parents), tuple(key),
        definition, has_rules, temporary, tuple((name, tuple(attnums)) for name, attnums in constraints),
        tuple(triggered), None if follows is None else tuple(follows),
    )  # fmt: skip

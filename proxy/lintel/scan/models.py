"""Classes that are tables: SQLAlchemy's (and SQLModel's) and Django's; and SQLAlchemy's Table(...)."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from lintel.scan.classes import Class, Classes, is_true, keyword, last_name, text
from lintel.scan.finding import Found, Sure
from lintel.scan.target import Target

_COLUMN_CALLS = ("Column", "mapped_column", "deferred", "column_property", "MappedColumn")
_NO_COLUMNS = ("relationship", "Relationship", "synonym", "association_proxy", "hybrid_property", "composite")
_KEYS = ("ForeignKey", "OneToOneField")
_MANY = ("ManyToManyField", "GenericForeignKey", "GenericRelation")


class Member(NamedTuple):
    """A column of a model: the attribute, what the database calls it, and where it stands."""

    attribute: str
    column: str
    file: str
    line: int


class Model(NamedTuple):
    """A class, and the table that it stands for."""

    name: str
    table: str  # of ours
    sure: bool
    members: tuple[Member, ...]
    home: Class


def models_of(classes: Classes, target: Target) -> list[Model]:
    """The classes that stand for tables of interest."""
    found = []
    for one in classes:
        lineage = list(classes.lineage(one))
        place = _sqlalchemy(one) or _django(one, lineage)
        hit = target.named(*place) if place is not None else None
        if hit is not None:
            found.append(Model(one.name, *hit, tuple(_members(lineage)), one))
    return found


def uses(model: Model, target: Target) -> Iterator[Found]:
    """Each column that the model lists and the table has."""
    known = target.columns[model.table]
    for member in model.members:
        column = known.get(member.column.lower())
        if column is not None and target.wants(model.table, column):
            home = model.home
            line = member.line if member.file == home.file else home.line
            yield Found(home.file, line, model.table, column, "model", home.reader, *_certainty(sure=model.sure))


def _certainty(*, sure: bool) -> tuple[Sure, str | None]:
    return ("exact", None) if sure else ("likely", "a table of this name in a schema that the database does not have")


def _sqlalchemy(one: Class) -> tuple[str, str] | None:
    """(schema, name) of the table, schema "" where the class does not say."""
    name = text(one.values.get("__tablename__"))
    if name is None and is_true(one.keywords.get("table")):
        name = one.name.lower()  # SQLModel's default
    return None if name is None else (_schema(one.values.get("__table_args__")), name)


def _schema(arguments: ast.expr | None) -> str:
    if isinstance(arguments, ast.Tuple) and arguments.elts:
        arguments = arguments.elts[-1]
    if isinstance(arguments, ast.Dict):
        for key, value in zip(arguments.keys, arguments.values, strict=True):
            if text(key) == "schema":
                return text(value) or ""
    return ""


def _django(one: Class, lineage: list[Class]) -> tuple[str, str] | None:
    meta = one.inner.get("Meta")
    options = meta.values if meta is not None else {}
    if is_true(options.get("abstract")) or not any(_is_field(v) for c in lineage for v in c.values.values()):
        return None
    name = text(options.get("db_table"))
    if name is None:
        return "", f"{text(options.get('app_label')) or one.package}_{one.name.lower()}"
    parts = name.replace('"', "").split(".")  # 'sales"."orders' is how people name a schema
    return parts[0] if len(parts) > 1 else "", parts[-1]


def _is_field(value: ast.expr) -> bool:
    """models.CharField(...), whatever the module is called."""
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return False
    module = value.func.value
    named = isinstance(module, ast.Name) and module.id.endswith("models")
    return named and (value.func.attr.endswith("Field") or value.func.attr in _KEYS)


def _members(lineage: list[Class]) -> Iterator[Member]:
    seen: set[str] = set()
    django = any(_is_field(value) for one in lineage for value in one.values.values())
    for one in lineage:
        for attribute, line in one.lines.items():
            column = _django_column(one, attribute) if django else _column(one, attribute)
            if column is not None and attribute not in seen:
                seen.add(attribute)
                yield Member(attribute, column, one.file, line)
    keys = [v for one in lineage for v in one.values.values() if is_true(keyword(v, "primary_key"))]
    if django and not keys:
        yield Member("id", "id", lineage[0].file, lineage[0].line)


def _django_column(one: Class, attribute: str) -> str | None:
    value = one.values.get(attribute)
    if value is None or not _is_field(value) or last_name(value) in _MANY:
        return None
    given = text(keyword(value, "db_column"))
    return given or (f"{attribute}_id" if last_name(value) in _KEYS else attribute)


def _column(one: Class, attribute: str) -> str | None:
    value, annotation = one.values.get(attribute), one.types.get(attribute)
    called = last_name(value) if isinstance(value, ast.Call) else ""
    if attribute.startswith("__") or called in _NO_COLUMNS or last_name(annotation) == "ClassVar":
        return None
    if called in _COLUMN_CALLS and isinstance(value, ast.Call):
        return _given_name(value) or attribute
    mapped = last_name(annotation) == "Mapped" or (annotation is not None and is_true(one.keywords.get("table")))
    return attribute if mapped and not called.startswith("relation") else None


def _given_name(call: ast.Call) -> str | None:
    return (text(call.args[0]) if call.args else None) or text(keyword(call, "name"))


def tables(file: str, tree: ast.Module, target: Target) -> Iterator[Found]:
    """The columns of each Table("orders", metadata, Column(...), ...)."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or last_name(node) != "Table" or not node.args:
            continue
        name = text(node.args[0])
        hit = target.named(text(keyword(node, "schema")) or "", name) if name else None
        if hit is not None:
            yield from _table(file, node, hit, target)


def _table(file: str, node: ast.Call, hit: tuple[str, bool], target: Target) -> Iterator[Found]:
    table, sure = hit
    reader = f"Table({text(node.args[0])})"
    if any(keyword(node, name) is not None for name in ("autoload_with", "autoload")):
        yield Found(file, node.lineno, table, None, "star", reader, "likely", "its columns are read from the database")
    for argument in node.args[1:]:
        if isinstance(argument, ast.Call) and last_name(argument) in _COLUMN_CALLS:
            column = target.columns[table].get((_given_name(argument) or "").lower())
            if column is not None and target.wants(table, column):
                yield Found(file, argument.lineno, table, column, "model", reader, *_certainty(sure=sure))

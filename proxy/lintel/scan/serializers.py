"""Classes that list a table's columns without being the table: serializers, schemas, forms, records.

Django REST framework and marshmallow name the model (class Meta: model, fields); pydantic, dataclasses and the like
are known by their fields alone: likely, where most of them are columns of one table.
"""

import ast
from collections.abc import Iterator
from posixpath import commonprefix

from lintel.scan.classes import Class, Classes, is_true, keyword, last_name, text
from lintel.scan.finding import Found
from lintel.scan.models import Model
from lintel.scan.target import Target

_LEAST = 3  # columns that a class has to list
_MOST_OTHERS = 0.25  # of its fields that may be none
_RECORDS = ("NamedTuple", "TypedDict", "Struct")
_SCHEMAS = ("Schema", "SQLAlchemySchema", "SQLAlchemyAutoSchema", "ModelSchema", "Serializer")


def uses(classes: Classes, models: list[Model], target: Target) -> Iterator[Found]:
    """The columns that such classes list."""
    homes = {id(model.home) for model in models}
    for one in classes:
        if id(one) in homes:
            continue
        lineage = list(classes.lineage(one))
        name = last_name(_option(lineage, "model")) or last_name(_option(lineage, "sqla_model"))
        model = _nearest([model for model in models if model.name == name], one.file)
        if model is not None:
            yield from _of_model(one, lineage, model, target)
        else:
            yield from _by_fields(one, lineage, target)


def _nearest(named: list[Model], file: str) -> Model | None:
    """Of several models of a name the one that begins most like the file."""
    return max(named, key=lambda model: len(commonprefix((model.home.file, file))), default=None)


def _option(lineage: list[Class], name: str) -> ast.expr | None:
    """An option of class Meta, the nearest one."""
    metas = [one.inner[inner] for one in lineage for inner in ("Meta", "Config") if inner in one.inner]
    return next((meta.values[name] for meta in metas if name in meta.values), None)


def _of_model(one: Class, lineage: list[Class], model: Model, target: Target) -> Iterator[Found]:
    fields, exclude = _names(_option(lineage, "fields")), _names(_option(lineage, "exclude"))
    meta = one.inner.get("Meta")
    columns = {member.attribute: member.column for member in model.members}
    if fields is None:
        line = meta.lines.get("fields", meta.line) if meta is not None else one.line
        if exclude is None and target.wants(model.table, None):
            yield Found(one.file, line, model.table, None, "star", one.reader, "likely", f"all of {model.home.reader}")
        fields = {name: line for name in columns if name not in (exclude or {})}
    for name, line in fields.items():
        column = target.columns[model.table].get(columns.get(name, name).lower())
        if column is not None and target.wants(model.table, column):
            yield Found(one.file, line, model.table, column, "model", one.reader, "exact" if model.sure else "likely")


def _names(node: ast.expr | None) -> dict[str, int] | None:
    """The strings of a list or tuple with their lines; None for "__all__" and for what is not told."""
    if not isinstance(node, ast.List | ast.Tuple | ast.Set):
        return None
    return {name: part.lineno for part in node.elts if (name := text(part)) is not None}


def _by_fields(one: Class, lineage: list[Class], target: Target) -> Iterator[Found]:
    configured = _from_attributes(lineage)
    if not configured and not _is_record(one, lineage):
        return
    fields = {name: line for part in reversed(lineage) for name, line in _fields(part, one).items()}
    table = _table(one, fields, target, named=not configured)
    if table is None:
        return
    reason = f"most of its fields are columns of {table}"
    for name, line in fields.items():
        column = target.columns[table].get(name.lower())
        if column is not None and target.wants(table, column):
            yield Found(one.file, line, table, column, "model", one.reader, "likely", reason)


def _from_attributes(lineage: list[Class]) -> bool:
    """Whether pydantic is told to read attributes of a model."""
    for part in lineage:
        config = part.values.get("model_config")
        if is_true(keyword(config, "from_attributes")):
            return True
        if isinstance(config, ast.Dict) and any(
            text(key) == "from_attributes" and is_true(value)
            for key, value in zip(config.keys, config.values, strict=True)
        ):
            return True
    return any(is_true(_option(lineage, name)) for name in ("from_attributes", "orm_mode"))


def _is_record(one: Class, lineage: list[Class]) -> bool:
    bases = {base for part in lineage for base in part.bases}
    records = {"BaseModel", *_RECORDS, *_SCHEMAS}
    return bool(bases & records) or bool({"dataclass", "define", "frozen", "attrs"} & set(one.decorators))


def _fields(part: Class, one: Class) -> dict[str, int]:
    """Annotated attributes, and those of marshmallow and the like; the bases' stand at the class itself."""
    names = [name for name in part.types if last_name(part.types[name]) != "ClassVar" and name != "model_config"]
    names += [name for name, value in part.values.items() if isinstance(value, ast.Call) and _is_field(value)]
    return {name: part.lines[name] if part is one else one.line for name in names}


def _is_field(value: ast.Call) -> bool:
    module = value.func.value if isinstance(value.func, ast.Attribute) else None
    return isinstance(module, ast.Name) and module.id in ("fields", "ma", "serializers", "auto_field")


def _table(one: Class, fields: dict[str, int], target: Target, *, named: bool) -> str | None:
    """The table that the fields are of; `named`: only one that the class is named after."""
    wanted = {name.lower() for name in fields}
    best: tuple[bool, int, str] | None = None
    for table, columns in target.columns.items():
        common = len(wanted & columns.keys())
        if common < min(_LEAST, max(2, len(columns))) or len(wanted) - common > _MOST_OTHERS * len(wanted):
            continue
        alike = _alike(one.name, target.relations[table].name)
        if alike or not named:
            best = max(best or (False, 0, ""), (alike, common, table))
    return best[2] if best is not None else None


def _alike(name: str, table: str) -> bool:
    """OrderOut and shop_orders."""
    plain = table.lower().rpartition("_")[2].rstrip("s")
    return bool(plain) and plain in name.lower()

"""dbt projects: models rendered, resolved in the order of their refs, and followed down to the tables of the database.

A mart that is three models away from a table is named as its reader, with the models that the column comes through. A
model that cannot be rendered or resolved is opaque, and so is what stands on it, if it may reach a table of interest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlglot import exp

from lintel.scan import files, foreign, jinja, yaml
from lintel.scan.finding import Finding, Found, Opaque
from lintel.scan.guarded import NotRead, parsed
from lintel.scan.lineage import Outputs, Reading, Source, read
from lintel.scan.target import Target

PROJECT = "dbt_project.yml"
_FOLDERS = {
    "model-paths": "models", "snapshot-paths": "snapshots", "analysis-paths": "analyses", "test-paths": "tests",
}  # fmt: skip


@dataclass
class Model:
    """One .sql file of a project, and what became of it."""

    name: str
    file: str
    rendered: jinja.Rendered
    sources: set[str] = field(default_factory=set)  # tables of interest that it names
    reading: Reading | None = None
    outputs: Outputs = field(default_factory=dict)
    reach: set[str] = field(default_factory=set)  # tables of interest below it
    why: str | None = None  # it is opaque


@dataclass
class Project:
    """A directory with a dbt_project.yml."""

    root: Path
    dialect: str
    models: dict[str, Model] = field(default_factory=dict)
    sources: dict[tuple[str, str], str] = field(default_factory=dict)  # (source, table) -> schema.identifier
    documents: list[tuple[str, dict[str, yaml.Value]]] = field(default_factory=list)
    variables: Mapping[str, Any] = field(default_factory=dict)
    templates: list[tuple[str, str, str]] = field(default_factory=list)  # name, file, text


def project(root: Path, dialect: str | None) -> Project:
    """The project below a directory, not yet read."""
    settings = _document(root / PROJECT)
    variables = settings.get("vars")
    found = Project(root, dialect or _adapter(root) or "postgres")
    found.variables = {k: str(v) for k, v in variables.items()} if isinstance(variables, dict) else {}
    folders = [root / name for name in _folders(settings)]
    for path in files.below([one for one in folders if one.is_dir()], frozenset(("sql", "yml", "yaml"))):
        data = files.content(path)
        if data is not None and path.suffix == ".sql":
            found.templates.append((path.stem, str(path), files.decoded(data)))
        elif data is not None:
            document = yaml.load(files.decoded(data))
            found.documents.append((str(path), document if isinstance(document, dict) else {}))
    for _, document in found.documents:
        found.sources |= {(one.name, one.table): f"{one.schema}.{one.identifier}" for one in _sources(document)}
    return found


def _document(path: Path) -> dict[str, yaml.Value]:
    data = files.content(path)
    document = yaml.load(files.decoded(data)) if data is not None else {}
    return document if isinstance(document, dict) else {}


def _folders(settings: Mapping[str, yaml.Value]) -> Iterator[str]:
    for key, usual in _FOLDERS.items():
        given = settings.get(key)
        yield from [str(name) for name in given] if isinstance(given, list) else [usual]


def _adapter(root: Path) -> str | None:
    """The type of the first target in a profiles.yml of the project."""
    profiles = _document(root / "profiles.yml")
    todo: list[yaml.Value] = [profiles]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            kind = value.get("type")
            if isinstance(kind, yaml.Scalar):
                return str(kind)
            todo += value.values()
    return None


@dataclass
class _SourceTable:
    name: str
    table: str
    schema: str
    identifier: str
    columns: list[yaml.Scalar]


def _sources(document: Mapping[str, yaml.Value]) -> Iterator[_SourceTable]:
    for source in _entries(document.get("sources")):
        name = str(source.get("name", ""))
        for table in _entries(source.get("tables")):
            plain = str(table.get("name", ""))
            schema = str(source.get("schema", name))
            yield _SourceTable(name, plain, schema, str(table.get("identifier", plain)), _columns(table))


def _entries(value: yaml.Value | None) -> list[dict[str, yaml.Value]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _columns(entry: Mapping[str, yaml.Value]) -> list[yaml.Scalar]:
    names = [column.get("name") for column in _entries(entry.get("columns"))]
    return [name for name in names if isinstance(name, yaml.Scalar)]


def uses(found: Project, target: Target) -> Iterator[Finding]:
    """Every use in a project."""
    for name, file, text in found.templates:
        rendered = jinja.render(text, lambda source, table: _placed(found, source, table), found.variables, name)
        found.models[name] = Model(name, file, rendered)
    for model in list(found.models.values()):
        _resolve(found, model, target, ())
    for model in found.models.values():
        yield from _of_model(model, target)
    for file, document in found.documents:
        yield from _documented(file, document, found, target)


def _placed(found: Project, source: str, table: str) -> str:
    return found.sources.get((source, table), f"{source}.{table}")


def _resolve(found: Project, model: Model, target: Target, over: tuple[str, ...]) -> None:
    """Resolve a model after those that it stands on."""
    if model.reading is not None or model.why is not None:
        return
    for name in sorted(model.rendered.refs - {model.name, *over}):
        below = found.models.get(name)
        if below is not None and len(over) < 200:
            _resolve(found, below, target, (*over, model.name))
            model.reach |= below.reach
    try:
        _read(found, model, target)
    except NotRead as problem:
        model.why = str(problem)
        words = model.rendered.sql.lower()
        model.reach |= {table for table, one in target.relations.items() if one.name.lower() in words}


def _read(found: Project, model: Model, target: Target) -> None:
    statements = [one for one in parsed(model.rendered.sql, found.dialect) if isinstance(one, exp.Query)]
    if len(statements) != 1:
        raise NotRead("not one query")
    below = {name: found.models[name].outputs for name in model.rendered.refs if name in found.models}

    def look(table: exp.Table) -> Source | None:
        if table.db.lower() == jinja.REF:
            outputs = below.get(table.name, below.get(table.name.lower()))
            return None if outputs is None else Source(None, outputs)
        source = foreign.source_of(table, target)
        if source is not None and source.table is not None:
            model.sources.add(source.table)
        return source

    model.reading = read(statements[0], found.dialect, look)
    model.outputs = model.reading.outputs
    model.reach |= model.sources
    broken = sorted(
        n for n in model.rendered.refs if n in found.models and found.models[n].why and found.models[n].reach
    )
    if broken:
        model.why = f"stands on {', '.join(broken)}, which could not be read"
    elif model.rendered.problems and model.reach:
        model.why = f"not rendered: {', '.join(sorted(set(model.rendered.problems))[:5])}"


def _of_model(model: Model, target: Target) -> Iterator[Finding]:
    reader = f"model {model.name}"
    reading = model.reading or Reading()
    for (table, column), known in reading.reads.items():
        if target.wants(table, column):
            through = ", ".join(sorted(reading.through.get((table, column), ())))
            reason = "; ".join(filter(None, [f"through {through}" if through else "", *sorted(reading.unsure)])) or None
            line = known or reading.stars.get(table) or 1
            yield Found(model.file, line, table, column, "read", reader, "likely", reason)
    for table, place in reading.stars.items():
        yield Found(model.file, place or 1, table, None, "star", reader, "likely")
    if model.why is not None and model.reach:
        yield Opaque(model.file, 1, reader, model.why, tuple(sorted(model.reach)))


def _documented(file: str, document: Mapping[str, yaml.Value], found: Project, target: Target) -> Iterator[Finding]:
    """Columns that a .yml file lists, of sources and of models that have them from a table."""
    for source in _sources(document):
        hit = target.named(source.schema, source.identifier)
        for name in source.columns if hit is not None else ():
            column = target.columns[hit[0]].get(name.lower()) if hit is not None else None
            if hit is not None and column is not None and target.wants(hit[0], column):
                yield Found(file, name.line, hit[0], column, "model", f"source {source.name}.{source.table}", "likely")
    for entry in _entries(document.get("models")):
        model = found.models.get(str(entry.get("name", "")))
        for name in _columns(entry) if model is not None else ():
            for table, column in sorted(model.outputs.get(name.lower(), ()) if model is not None else ()):
                if target.wants(table, column):
                    reader = f"schema of model {model.name}" if model is not None else ""
                    yield Found(file, name.line, table, column, "model", reader, "likely")

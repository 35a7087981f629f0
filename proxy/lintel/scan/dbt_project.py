"""A dbt project as its files describe it: templates, sources, variables and dialect. Nothing is rendered here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lintel.scan import files, yaml

PROJECT = "dbt_project.yml"
_FOLDERS = {
    "model-paths": "models", "snapshot-paths": "snapshots", "analysis-paths": "analyses", "test-paths": "tests",
}  # fmt: skip


@dataclass
class Project:
    """A directory with a dbt_project.yml."""

    root: Path
    dialect: str
    sources: dict[tuple[str, str], str] = field(default_factory=dict)  # (source, table) -> schema.identifier
    documents: list[tuple[str, dict[str, yaml.Value]]] = field(default_factory=list)
    variables: Mapping[str, Any] = field(default_factory=dict)
    templates: list[tuple[str, str, str]] = field(default_factory=list)  # name, file, text

    @property
    def files(self) -> set[str]:
        """Those that were read as parts of the project."""
        return {file for _, file, _ in self.templates} | {file for file, _ in self.documents}


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
        found.sources |= {(one.name, one.table): f"{one.schema}.{one.identifier}" for one in sources(document)}
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
class SourceTable:
    """A table of a source, as a .yml file describes it."""

    name: str
    table: str
    schema: str
    identifier: str
    columns: list[yaml.Scalar]


def sources(document: Mapping[str, yaml.Value]) -> Iterator[SourceTable]:
    """The sources' tables in a document."""
    for source in entries(document.get("sources")):
        name = str(source.get("name", ""))
        for table in entries(source.get("tables")):
            plain = str(table.get("name", ""))
            schema = str(source.get("schema", name))
            yield SourceTable(name, plain, schema, str(table.get("identifier", plain)), columns(table))


def entries(value: yaml.Value | None) -> list[dict[str, yaml.Value]]:
    """The mappings of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def columns(entry: Mapping[str, yaml.Value]) -> list[yaml.Scalar]:
    """The names of its columns."""
    names = [column.get("name") for column in entries(entry.get("columns"))]
    return [name for name in names if isinstance(name, yaml.Scalar)]

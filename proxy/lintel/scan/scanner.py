"""Which reader a file gets, and what all of them find together.

A file that names no table of interest is not read any further; Python files are also taken up where a class of theirs
may be a table or list its columns, and dbt projects as a whole.
"""

import ast
import configparser
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from lintel.scan import (
    dbt,
    dbt_project,
    files,
    foreign,
    models,
    notebooks,
    python,
    resolved,
    serializers,
    strings,
    yaml,
)
from lintel.scan.classes import Classes
from lintel.scan.finding import Finding, Found, Opaque, Snippet
from lintel.scan.target import Target

SQL_SUFFIXES = frozenset(("sql", "psql", "pgsql", "ddl", "dml", "hql"))
YAML_SUFFIXES = frozenset(("yml", "yaml"))
SUFFIXES = frozenset({"py", "ipynb"}) | SQL_SUFFIXES | YAML_SUFFIXES | strings.SUFFIXES
POSTGRES = frozenset(("postgres", "postgresql"))

_FEW = 50
_COMMON = frozenset((b"id", b"name", b"type", b"value"))  # in any code: they say nothing
_WORD = re.compile(rb"[A-Za-z_\x80-\xff][\w$\x80-\xff]*")
_CLASSES = re.compile(rb"^\s*class\s+\w+|\bTable\(", re.MULTILINE)
_CLASS_NAMES = re.compile(rb"^\s*class\s+(\w+)", re.MULTILINE)
_NAMES_A_MODEL = re.compile(rb"^\s+model\s*=|^\s+sqla_model\s*=", re.MULTILINE)


@dataclass
class Result:
    """What was found, in order of file and line."""

    uses: list[Found] = field(default_factory=list)
    opaque: list[Opaque] = field(default_factory=list)
    files: int = 0


def scan(paths: Iterable[Path], target: Target, dialect: str | None = None) -> Result:
    """Read everything below the paths; ConfigError for a path that is not there or a table that is not."""
    scanner = _Scanner(target, dialect)
    found = list(dict.fromkeys(scanner.run(list(files.below(paths, SUFFIXES)))))
    return Result(
        sorted((one for one in found if isinstance(one, Found)), key=_order),
        sorted(one for one in found if isinstance(one, Opaque)),
        scanner.files,
    )


def _order(one: Found) -> tuple[str, int, str, str, str]:
    return one.file, one.line, one.table, one.column or "", one.kind


class _Scanner:
    """One run over one set of files."""

    def __init__(self, target: Target, dialect: str | None) -> None:
        self.files = 0
        self._target, self._dialect = target, dialect
        self._words = {word.encode() for word in target.words}
        self._columns = [
            {name.encode() for column in columns for name in (column, column.removesuffix("_id"))} - _COMMON
            for columns in target.columns.values()
        ]
        self._endings = {end.encode() for word in target.words for end in _endings(word)}
        self._dialects: dict[Path, str | None] = {}
        self._in_projects: set[str] = set()
        self._classes = Classes()
        self._naming: list[tuple[Path, bytes]] = []  # Python files that name some model

    def run(self, paths: list[Path]) -> Iterator[Finding]:
        """Everything in these files, and in the dbt projects among them."""
        roots = [path.parent for path in paths if path.name == dbt_project.PROJECT]
        for root in roots:
            yield from self._safely(root / dbt_project.PROJECT, self._project)
        for path in paths:
            self.files += 1
            data = None if str(path) in self._in_projects else files.content(path)
            if data is not None:
                yield from self._safely(path, partial(self._file, data=data))
        yield from self._of_classes()

    def _safely(self, path: Path, reader: Callable[[Path], Iterator[Finding]]) -> list[Finding]:
        try:
            return list(reader(path))
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as bug:
            # A fault of ours over one file must not cost the others; it is seen in the reason.
            why = f"internal error: {type(bug).__name__}"
            return [Opaque(str(path), 1, "file", why, tuple(sorted(self._target.relations)))]

    def _project(self, path: Path) -> Iterator[Finding]:
        project = dbt_project.project(path.parent, self._dialect)
        self._in_projects |= project.files
        return dbt.uses(project, self._target)

    def _file(self, path: Path, data: bytes) -> Iterator[Finding]:
        suffix = path.suffix[1:].lower()
        if suffix == "py":
            yield from self._python(path, data)
        elif self._names_table(data):
            for snippet in self._snippets(suffix, files.decoded(data)):
                yield from self._sql(path, snippet)

    def _snippets(self, suffix: str, text: str) -> Iterator[Snippet]:
        if suffix in SQL_SUFFIXES:
            yield Snippet(text, 1, "script")
        elif suffix == "ipynb":
            yield from notebooks.snippets(text)
        elif suffix in YAML_SUFFIXES:
            for scalar in yaml.scalars(yaml.load(text)):
                yield from _in_scalar(scalar)
        elif suffix in strings.SUFFIXES:
            yield from strings.snippets(text, suffix)

    def _sql(self, path: Path, snippet: Snippet) -> Iterator[Finding]:
        dialect = self._dialect or self._of_directory(path.parent)
        if dialect is None or dialect in POSTGRES:
            yield from resolved.uses(str(path), snippet, self._target)
        else:
            yield from foreign.uses(str(path), snippet, self._target, dialect)

    def _names_table(self, data: bytes) -> bool:
        lowered = data.lower()
        if len(self._words) <= _FEW:
            return any(word in lowered for word in self._words)
        return not self._words.isdisjoint(_WORD.findall(lowered))

    def _python(self, path: Path, data: bytes) -> Iterator[Finding]:
        names, lists = self._names_table(data), self._lists_columns(data)
        if not lists and _NAMES_A_MODEL.search(data):
            self._naming.append((path, data))
        if not names and not lists:
            return
        tree = python.parsed(files.decoded(data))
        if tree is None:
            for snippet in strings.snippets(files.decoded(data), "py") if names else ():
                yield from self._sql(path, snippet)
            return
        if lists:
            self._classes.add(str(path), tree)
        yield from self._tree(path, tree)

    def _tree(self, path: Path, tree: ast.Module) -> Iterator[Finding]:
        yield from models.tables(str(path), tree, self._target)
        for snippet in python.snippets(tree):
            yield from self._sql(path, snippet)

    def _lists_columns(self, data: bytes) -> bool:
        """Whether it has classes, and one is named as Django would name a table's, or two columns of some table."""
        if not _CLASSES.search(data):
            return False
        lowered = data.lower()
        if not self._endings.isdisjoint(_CLASS_NAMES.findall(lowered)):
            return True
        words = set(_WORD.findall(lowered))
        return any(len(columns & words) >= min(2, len(columns)) > 0 for columns in self._columns)

    def _of_classes(self) -> Iterator[Finding]:
        found = models.models_of(self._classes, self._target)
        names = {model.name.encode() for model in found}
        for path, data in self._naming:
            if any(name in data for name in names) and (tree := python.parsed(files.decoded(data))) is not None:
                self._classes.add(str(path), tree)
        for model in found:
            yield from models.uses(model, self._target)
        yield from serializers.uses(self._classes, found, self._target)

    def _of_directory(self, directory: Path) -> str | None:
        """The dialect that the nearest .sqlfluff names."""
        if directory not in self._dialects:
            said = _sqlfluff(directory / ".sqlfluff")
            above = directory.parent
            self._dialects[directory] = said or (self._of_directory(above) if above != directory else None)
        return self._dialects[directory]


def _endings(table: str) -> Iterator[str]:
    """What follows each underscore: Django's store_parcel is the Parcel of some app."""
    _, *parts = table.split("_")
    yield from ("_".join(parts[at:]) for at in range(len(parts)))


def _sqlfluff(file: Path) -> str | None:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read(file, encoding="utf-8")
        return parser.get("sqlfluff", "dialect", fallback=None)
    except (configparser.Error, UnicodeDecodeError, OSError):
        return None


def _in_scalar(scalar: yaml.Scalar) -> Iterator[Snippet]:
    """A scalar that is SQL, or shell with SQL in it."""
    if strings.is_sql(scalar):
        yield Snippet(str(scalar), scalar.line, "scalar")
    else:
        for one in strings.snippets(scalar, "sh"):
            yield one._replace(line=one.line + scalar.line - 1, reader="command")

"""PATHs of the command line as migrations, each kind by its own reader, in the order in which its tool runs them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from lintel.config import ConfigError
from lintel.gate import changed, plain, plans, revisions, sqlmigrate
from lintel.gate.migration import Migration, order

AUTO = "auto"


class Request(NamedTuple):
    """What to look at."""

    paths: tuple[Path, ...]
    adapter: str = AUTO  # or sql, alembic, django
    since_commit: str | None = None
    python: str | None = None  # the one that has the project's packages


class _Files(NamedTuple):
    """Files of one kind: named by the user or git, or all below a directory."""

    kind: str
    directory: Path
    files: tuple[Path, ...]
    named: bool


def collect(request: Request) -> list[Migration]:
    """Every migration; ConfigError where a path is none, or the project's own tool fails."""
    for path in request.paths:
        if not path.exists():
            raise ConfigError(str(path), "", "there is no such file or directory")
    only = None if request.since_commit is None else changed.since(request.since_commit, request.paths)
    groups = [group for path in request.paths for group in _groups(path, request.adapter)]
    if only is not None:
        groups = [_since(group, only) for group in groups]
    return list(_unique(_read(groups, request.python)))


def _groups(path: Path, adapter: str) -> list[_Files]:
    if path.is_file():
        return [_Files(_kind_of(path, adapter), path.parent, (path,), named=True)]
    kind = adapter if adapter != AUTO else _kind_of_directory(path)
    if kind == "sql":
        return _of_sql(path)
    return [_Files(kind, path, tuple(_of_python(path, kind)), named=False)]


def _of_python(path: Path, kind: str) -> Iterator[Path]:
    for file in sorted(path.rglob("*.py")):
        hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
        if not hidden and "site-packages" not in file.parts and _kind_of_python(file) == kind:
            yield file


def _of_sql(path: Path) -> list[_Files]:
    found = tuple(sorted(plain.files(path), key=order))
    tomls = tuple(sorted(path.glob("*.toml")))
    if found:
        return [_Files("sql", path, found, named=False)]
    if tomls:
        return [_Files("plan", path, tomls, named=True)]
    raise ConfigError(str(path), "", "there are no migrations in it: expected .sql files, or plans in .toml files")


def _kind_of(file: Path, adapter: str) -> str:
    if file.suffix == ".toml":
        return "plan"
    if adapter != AUTO:
        return adapter
    if file.suffix == ".sql":
        return "sql"
    kind = _kind_of_python(file) if file.suffix == ".py" else None
    if kind is None:
        raise ConfigError(str(file), "", "expected a migration (.sql, Alembic's or Django's .py) or a plan (.toml)")
    return kind


def _kind_of_python(file: Path) -> str | None:
    text = file.read_text(encoding="utf-8", errors="replace")
    if "migrations.Migration" in text:
        return "django"
    return "alembic" if "down_revision" in text else None


def _kind_of_directory(path: Path) -> str:
    if (path / revisions.INI).exists() or ((path / "env.py").exists() and (path / "versions").is_dir()):
        return "alembic"
    if (path / sqlmigrate.MANAGE).exists():
        return "django"
    kinds = (_kind_of_python(file) for file in sorted(path.rglob("*.py")) if file.name != "__init__.py")
    return next((kind for kind in kinds if kind is not None), "sql")


def _since(group: _Files, only: frozenset[Path]) -> _Files:
    return group._replace(files=tuple(file for file in group.files if file.resolve() in only), named=True)


def _read(groups: Sequence[_Files], python: str | None) -> Iterable[Migration]:
    for group in _together(groups):
        if not group.files:
            continue
        if group.kind == "sql":
            files = sorted(group.files, key=order) if group.named else group.files
            yield from (plain.read(file)._replace(pending=group.named) for file in files)
        elif group.kind == "plan":
            yield from plans.read(group.files)
        elif group.kind == "alembic":
            yield from revisions.read(group.directory, group.files, python, pending=group.named)
        else:
            yield from sqlmigrate.read(group.directory, group.files if group.named else None, python)


def _together(groups: Sequence[_Files]) -> list[_Files]:
    """Named files of one kind at once: they may be given in any order, and tools take time to start."""
    found: dict[object, _Files] = {}
    for number, group in enumerate(groups):
        project = None if group.kind in ("sql", "plan") else _project(group)
        key = (group.kind, project) if group.named else number
        before = found.get(key)
        found[key] = group if before is None else before._replace(files=(*before.files, *group.files))
    return list(found.values())


def _project(group: _Files) -> Path | None:
    marker = revisions.INI if group.kind == "alembic" else sqlmigrate.MANAGE
    here = group.directory.resolve()
    return next((place for place in (here, *here.parents) if (place / marker).exists()), None)


def _unique(migrations: Iterable[Migration]) -> Iterable[Migration]:
    seen: set[Path] = set()
    for migration in migrations:
        file = migration.file.resolve()
        if file not in seen:
            seen.add(file)
            yield migration

"""Django: `sqlmigrate` in the user's environment says the SQL, this module which operation of the file makes it."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lintel.config import ConfigError
from lintel.gate import drivers, tool
from lintel.gate.ignores import in_python
from lintel.gate.migration import Migration, Note, Step
from lintel.gate.python_code import migration_line, operations, parsed, text_of

MANAGE = "manage.py"
# What Django writes before the SQL of each operation; the second form is that of versions before 4.
_HEADER = re.compile(r"^--\n(?:-- MIGRATION NOW PERFORMS .*\n)?-- (.*)\n--$", re.MULTILINE)
_NO_SQL = re.compile(r"CANNOT BE WRITTEN AS SQL")
_FRAME = re.compile(r"^(?:BEGIN|COMMIT);$", re.MULTILINE)


def read(directory: Path, wanted: Sequence[Path] | None, python: str | None) -> list[Migration]:
    """The migrations below the directory that the project's database has not applied, or those wanted."""
    manage = _manage(directory)
    environment = {"LINTEL_GATE": json.dumps({"files": _names(wanted), "below": str(directory.resolve())})}
    command = [tool.python(python, "django"), MANAGE, "shell", "-c", drivers.source("django_sqlmigrate")]
    answer = drivers.answer(tool.run(command, manage.parent, environment=environment))
    if not answer:
        raise ConfigError(str(manage), "", "Django said nothing of its migrations")
    # The database of the settings is perhaps an empty one of a test run, not the one that is to be changed.
    found = [_migration(one)._replace(pending=wanted is not None) for one in json.loads(answer)]
    _check_all(wanted, found)
    return found


def _names(wanted: Sequence[Path] | None) -> list[str] | None:
    return None if wanted is None else [os.fspath(file.resolve()) for file in wanted]


def _manage(directory: Path) -> Path:
    here = directory.resolve()
    for place in (here, *here.parents):
        if (place / MANAGE).exists():
            return place / MANAGE
    raise ConfigError(str(directory), "", f"there is no {MANAGE} in it or above it")


def _check_all(wanted: Sequence[Path] | None, found: Sequence[Migration]) -> None:
    known = {migration.file for migration in found}
    for file in wanted or ():
        if file.resolve() not in known:
            raise ConfigError(str(file), "", "Django does not know it as a migration; is its app in INSTALLED_APPS?")


def _migration(one: dict[str, Any]) -> Migration:
    file = Path(one["file"])
    text = text_of(file)
    tree = parsed(file, text)
    ignores = tuple(in_python(file, text))
    if "problem" in one:
        said = f"Django cannot write it as SQL: {one['problem']}"
        return Migration(file, ignores=ignores, problem=Note(migration_line(tree), said))
    found = list(_pieces(one["sql"]))
    lines = operations(tree)
    if len(lines) != len(found):  # they are made by code: nobody can tell which is which
        lines = [(migration_line(tree),) * 2] * len(found)
    steps = [Step(sql.encode(), *at) for (_, sql), at in zip(found, lines, strict=True) if _has_sql(sql)]
    silent = [(title, at) for (title, sql), at in zip(found, lines, strict=True) if _NO_SQL.search(sql)]
    advice = tuple(Note(first, f"{title}: no SQL, so what it does is not known") for title, (first, _) in silent)
    return Migration(file, tuple(steps), ignores, advice=advice)


def _pieces(sql: str) -> Iterator[tuple[str, str]]:
    """(what Django says of the operation, its SQL)."""
    heads = list(_HEADER.finditer(sql))
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        body = sql[head.end() : None if following is None else following.start()]
        note = "CANNOT BE WRITTEN AS SQL" if _NO_SQL.search(head[0]) else ""
        yield head[1], f"{note and '-- ' + note}{_FRAME.sub('', body)}".strip()


def _has_sql(sql: str) -> bool:
    return any(line.strip() and not line.strip().startswith("--") for line in sql.splitlines())

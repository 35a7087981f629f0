"""Alembic: its offline mode in the user's environment says the SQL, this module which lines of the revision make it."""

import ast
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lintel.config import ConfigError
from lintel.gate import drivers, tool
from lintel.gate.ignores import in_python
from lintel.gate.migration import Migration, Note, Step
from lintel.gate.python_code import covering, parsed, text_of

INI = "alembic.ini"


def read(directory: Path, wanted: Sequence[Path], python: str | None, *, pending: bool) -> list[Migration]:
    """The revisions below the directory, or those wanted, oldest first; ConfigError where Alembic does not answer."""
    ini = _configuration(directory)
    command = [tool.python(python, "alembic"), "-c", drivers.source("alembic_offline"), str(ini)]
    command += [str(file.resolve()) for file in wanted]
    answer = drivers.answer(tool.run(command, ini.parent))
    if not answer:
        raise ConfigError(str(ini), "", "alembic said nothing of its revisions")
    found = [_migration(one, pending) for one in json.loads(answer)]
    known = {migration.file for migration in found}
    for file in wanted:
        if file.resolve() not in known:
            raise ConfigError(str(file), "", f"Alembic does not know it as a revision of {ini}")
    return found


def _configuration(directory: Path) -> Path:
    """Where Alembic would find it, from the directory upwards."""
    named = os.environ.get("ALEMBIC_CONFIG")
    if named:
        return Path(named).resolve()
    here = directory.resolve()
    for place in (here, *here.parents):
        if (place / INI).exists():
            return place / INI
    raise ConfigError(str(directory), "", f"there is no {INI} in it or above it; ALEMBIC_CONFIG can name it")


def _migration(one: dict[str, Any], pending: bool) -> Migration:
    file = Path(one["file"])
    text = text_of(file)
    ignores = tuple(in_python(file, text))
    if "problem" in one:
        said = f"alembic cannot write it as SQL: {one['problem']}"
        return Migration(file, ignores=ignores, problem=Note(one["line"], said), pending=pending)
    return Migration(file, tuple(_steps(parsed(file, text), one["texts"])), ignores, pending=pending)


def _steps(tree: ast.Module, texts: Sequence[tuple[int, str]]) -> Iterator[Step]:
    for line, sql in texts:
        if sql.strip():
            yield Step(sql.strip().encode(), *covering(tree, line))

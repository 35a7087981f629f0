"""Which files are read: everything below the paths given but what is nobody's own source code."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from lintel.config import ConfigError

MAX_BYTES = 2 << 20
LEFT_OUT = frozenset(
    (".git", ".hg", ".svn", ".venv", ".tox", ".nox", "node_modules", "site-packages", "dbt_packages", "__pycache__")
)
_BUILDS = frozenset(("Cargo.toml", "pom.xml", "build.sbt", "dbt_project.yml"))  # what makes a directory "target"
_ENVIRONMENT = "pyvenv.cfg"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")


def below(paths: Iterable[Path], suffixes: frozenset[str]) -> Iterator[Path]:
    """Files with one of these suffixes, each directory once, sorted; a file that is named is always read.

    ConfigError for a path that is not there.
    """
    seen: set[tuple[int, int]] = set()
    for path in paths:
        if not path.exists():
            raise ConfigError(str(path), "", "expected a file or directory")
        yield from (path,) if path.is_file() else _walk(path, suffixes, seen)


def _walk(directory: Path, suffixes: frozenset[str], seen: set[tuple[int, int]]) -> Iterator[Path]:
    todo = [str(directory)]
    while todo:
        entries = _entries(todo.pop(), seen)
        names = {entry.name for entry in entries}
        if _ENVIRONMENT in names:
            continue
        left_out = LEFT_OUT | {"target"} if names & _BUILDS else LEFT_OUT
        todo += [entry.path for entry in reversed(entries) if entry.name not in left_out and _is(entry, "is_dir")]
        for entry in entries:
            _, dot, suffix = entry.name.rpartition(".")
            if dot and suffix.lower() in suffixes and _is(entry, "is_file"):
                yield Path(entry.path)


def _entries(directory: str, seen: set[tuple[int, int]]) -> list[os.DirEntry[str]]:
    """What is in a directory that was not read yet under whatever name: links may lead round in circles."""
    try:
        status = os.stat(directory)  # noqa: PTH116 - thousands of times
        if (status.st_dev, status.st_ino) in seen:
            return []
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(directory) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _is(entry: os.DirEntry[str], question: str) -> bool:
    try:
        return bool(getattr(entry, question)())
    except OSError:
        return False


def content(path: Path) -> bytes | None:
    """The bytes of a file; None where it cannot be read, is too large or is no text."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError:
        return None
    if len(data) > MAX_BYTES or (b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff"))):
        return None
    return data


def decoded(data: bytes) -> str:
    """Text of a file, in what its first bytes or lines say, else UTF-8, else Latin-1, which fits any bytes."""
    said = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    if said is None and (hit := _CODING.search(data[:300])):
        said = hit[1].decode()
    for encoding in (said, "utf-8"):
        try:
            if encoding:
                return data.decode(encoding).replace("\r\n", "\n")
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1").replace("\r\n", "\n")

"""The one error of the store, and how what SQLite and the file system raise becomes it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class StoreError(Exception):
    """The store cannot be read or written right now: locked, full, corrupt, of a newer version, or gone."""


class Corrupt(StoreError):
    """Waiting will not help: the file is no database any more."""


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Problems of this file as StoreError."""
    try:
        yield
    except sqlite3.Error as problem:
        kind = (
            Corrupt if getattr(problem, "sqlite_errorname", "") in ("SQLITE_CORRUPT", "SQLITE_NOTADB") else StoreError
        )
        raise kind(f"{path}: {problem}") from problem
    except OSError as problem:
        raise StoreError(f"{path}: {problem.strerror or problem}") from problem

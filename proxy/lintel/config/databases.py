"""[databases]: servers of their own for some of the names that clients ask for, as in pgbouncer's section of that name.

A DSN is only text here; whoever connects reads it.
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field

from lintel.config.errors import ConfigError

TABLE = "databases"
_KEYS = ("dsn", "control_dsn")


@dataclass(frozen=True, slots=True)
class Database:
    """One line of the table."""

    name: str  # as clients ask for it; every * in it stands for any text
    dsn: str = field(repr=False)
    control_dsn: str = field(default="", repr=False)
    file: str = field(default="", compare=False)  # that says so

    @property
    def key(self) -> str:
        """As messages name it."""
        return f"{TABLE}.{self.name}"


def read(file: str, content: object) -> tuple[Database, ...]:
    """The table of a file, in its order. ConfigError names the entry."""
    if not isinstance(content, dict):
        raise ConfigError(file, TABLE, f"expected a table, [{TABLE}]")
    return tuple(_database(file, name, said) for name, said in content.items())


def _database(file: str, name: str, said: object) -> Database:
    if not name:
        raise ConfigError(file, TABLE, 'expected the name of a database before "=", or "*"')
    if isinstance(said, str):
        return Database(name, said, file=file)
    if not isinstance(said, dict):
        raise ConfigError(file, f"{TABLE}.{name}", 'expected a DSN, or { dsn = "...", control_dsn = "..." }')
    found = dict(_texts(file, f"{TABLE}.{name}", said))
    if "dsn" not in found:
        raise ConfigError(file, f"{TABLE}.{name}.dsn", "missing; expected the DSN of a server")
    return Database(name, **found, file=file)


def _texts(file: str, key: str, said: dict[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in said.items():
        if name not in _KEYS:
            close = difflib.get_close_matches(name, _KEYS, 1)
            way_out = f"did you mean {close[0]}?" if close else "a name with a dot in it is written in quotes"
            raise ConfigError(file, f"{key}.{name}", f"unknown; {way_out}")
        if not isinstance(value, str):
            raise ConfigError(file, f"{key}.{name}", "expected a string")
        yield name, value

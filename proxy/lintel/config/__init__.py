"""Configuration: flags, environment and one TOML file, read once into frozen `Settings`. Knows no SQL and no session.

- *settings*: every key there is, with its default; the only place where a key is declared.
- *databases*: the one table whose keys are the user's own.
- *values*: from what a file or a variable says to a value; each says what it expected.
- *load*: flag > LINTEL_SECTION__KEY > file > default, and which of them a value came from.
- *errors*: the one error, ConfigError.
"""

from lintel.config.databases import Database
from lintel.config.errors import ConfigError
from lintel.config.load import Flag, Loaded, load
from lintel.config.settings import (
    Admin,
    Auth,
    Limits,
    Listen,
    Log,
    Process,
    Record,
    Server,
    Settings,
    Shield,
)
from lintel.config.values import Address

__all__ = [
    "Address",
    "Admin",
    "Auth",
    "ConfigError",
    "Database",
    "Flag",
    "Limits",
    "Listen",
    "Loaded",
    "Log",
    "Process",
    "Record",
    "Server",
    "Settings",
    "Shield",
    "load",
]

"""One table of a TOML file, read key by key: every wrong or unknown key becomes a ConfigError that names it.

Knows types and spelling, not what any key means.
"""

import difflib
import re
from collections.abc import Mapping
from typing import NoReturn

from lintel.config import ConfigError

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}
_KINDS = {str: "a string", bool: "a boolean", int: "an integer", float: "a number", list: "a list", dict: "a table"}


class Section:
    """The keys of one table; `close` says which of them nobody asked for."""

    def __init__(self, file: str, name: str, values: Mapping[str, object]) -> None:
        self.file = file
        self.name = name
        self._values = values
        self._asked: list[str] = []

    def fail(self, key: str, expected: str) -> NoReturn:
        """Raise the ConfigError for one of this table's keys ("" for the table itself)."""
        raise ConfigError(self.file, ".".join(part for part in (self.name, key) if part), expected)

    @property
    def keys(self) -> tuple[str, ...]:
        """What the table holds."""
        return tuple(self._values)

    def value(self, key: str) -> object:
        """The raw value, None where the key is absent."""
        self._asked.append(key)
        return self._values.get(key)

    def text(self, key: str, example: str) -> str:
        """A required string that is not blank; `example` completes "expected ..."."""
        found = self.optional_text(key, example)
        if found is None:
            self.fail(key, f"missing; expected {example}")
        return found

    def optional_text(self, key: str, example: str) -> str | None:
        """A string that is not blank, or None where the key is absent."""
        found = self.value(key)
        if found is None:
            return None
        if not isinstance(found, str):
            self.fail(key, f"expected {example}; got {describe(found)}")
        if not found.strip():
            self.fail(key, f"expected {example}; got an empty string")
        return found

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """One of the words, the first where the key is absent."""
        found = self.value(key)
        if found is None:
            return choices[0]
        if found not in choices:
            self.fail(key, f"expected one of {', '.join(quoted(choice) for choice in choices)}; got {describe(found)}")
        return str(found)

    def flag(self, key: str) -> bool:
        """A boolean, false where the key is absent."""
        found = self.value(key)
        if found is None:
            return False
        if not isinstance(found, bool):
            self.fail(key, f"expected true or false; got {describe(found)}")
        return found

    def count(self, key: str, default: int) -> int:
        """A whole number from 1."""
        found = self.value(key)
        if found is None:
            return default
        if isinstance(found, bool) or not isinstance(found, int) or found < 1:
            self.fail(key, f"expected a whole number from 1; got {describe(found)}")
        return found

    def seconds(self, key: str, default: float) -> float:
        """A duration such as "5s" or "500ms"."""
        found = self.value(key)
        if found is None:
            return default
        match = _DURATION.fullmatch(found.strip()) if isinstance(found, str) else None
        if match is None:
            self.fail(key, f'expected a duration such as "5s" or "500ms"; got {describe(found)}')
        return float(match[1]) * _SECONDS[match[2]]

    def texts(self, key: str, example: str) -> tuple[str, ...]:
        """A list of at least one string."""
        found = self.value(key)
        if not isinstance(found, list) or not found or not all(isinstance(item, str) and item for item in found):
            self.fail(key, f"expected {example}; got {describe(found)}")
        return tuple(found)

    def section(self, key: str) -> "Section | None":
        """The table of that name, or None."""
        found = self.value(key)
        if found is None:
            return None
        if not isinstance(found, dict):
            self.fail(key, f"expected a table; got {describe(found)}")
        return Section(self.file, f"{self.name}.{key}" if self.name else key, found)

    def sections(self, key: str) -> "list[Section]":
        """The tables of a [[key]] list, named key[1], key[2], ..."""
        found = self.value(key)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            self.fail(key, f"expected tables headed [[{key}]]; got {describe(found)}")
        name = f"{self.name}.{key}" if self.name else key
        return [Section(self.file, f"{name}[{number}]", item) for number, item in enumerate(found, 1)]

    def close(self) -> None:
        """Complain about the first key that nobody asked for."""
        for key in self._values:
            if key not in self._asked:
                near = difflib.get_close_matches(key, self._asked, n=1)
                hint = f"did you mean {quoted(near[0])}?" if near else f"expected {' | '.join(self._asked)}"
                self.fail(key, f"unknown key; {hint}")


def describe(value: object) -> str:
    """What somebody wrote, for the end of an error message."""
    if value is None:
        return "nothing"
    kind = _KINDS.get(type(value), type(value).__name__)
    return quoted(value) if isinstance(value, str) else f"{kind} ({value})"


def quoted(text: str) -> str:
    """A string as TOML would show it, kept short."""
    short = text if len(text) <= 60 else text[:57] + "..."
    return '"' + short.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

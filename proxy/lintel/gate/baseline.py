"""The baseline: findings that are known and accepted, in a JSON file under source control.

An entry is told by its fingerprint (result.Found); the rest of it is for people.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lintel.config import ConfigError
from lintel.gate.result import Found, words
from lintel.sql.stored import shown

VERSION = 1


def load(file: Path) -> frozenset[str]:
    """The fingerprints; ConfigError where the file is none that `write` made."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        version, entries = found["version"], found["findings"]
        known = frozenset(str(entry["fingerprint"]) for entry in entries)
    except FileNotFoundError:
        raise ConfigError("--baseline", str(file), "there is none; --write-baseline makes it") from None
    except OSError as problem:
        raise ConfigError("--baseline", str(file), f"cannot be read: {problem.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise ConfigError("--baseline", str(file), "expected what --write-baseline writes") from None
    if version != VERSION:
        raise ConfigError("--baseline", str(file), f"expected version {VERSION}, got {version}")
    return known


def write(file: Path, found: Iterable[Found]) -> int:
    """Accept these and nothing else; how many there are."""
    entries = {one.fingerprint: _entry(one) for one in found}
    ordered = sorted(entries.values(), key=lambda entry: [str(value) for value in entry.values()])
    text = json.dumps({"version": VERSION, "findings": ordered}, indent=2, ensure_ascii=False) + "\n"
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise ConfigError("--baseline", str(file), f"cannot be written: {problem.strerror}") from None
    return len(entries)


def _entry(one: Found) -> dict[str, Any]:
    about = one.finding
    return {
        "rule": about.rule,
        "change": words(one.step.sql),
        "client": about.client,
        "object": about.object,
        "sql": None if about.sql is None else shown(about.sql),
        "fingerprint": one.fingerprint,
    }

"""`lintel: ignore RULE[, RULE]` in comments, on a statement or above it."""

import difflib
import io
import re
import tokenize
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path

from lintel.config import ConfigError
from lintel.gate.migration import Ignore, Step
from lintel.impact import RULES
from lintel.sql.tokens import tokens

_IGNORE = re.compile(r"(?:--|#|/\*)\s*lintel\s*:\s*ignore\b[ \t:]*([^\n*]*)")
_SEPARATOR = re.compile(r"[\s,]+")


def in_sql(file: Path, text: bytes) -> Iterator[Ignore]:
    """Those in comments of SQL; ConfigError where one names no rule."""
    if b"lintel" not in text:
        return
    for token in tokens(text):
        if token.kind == "comment":
            line = text.count(b"\n", 0, token.start) + 1
            yield from _read(file, line, text[token.start : token.end].decode("utf-8", "replace"))


def in_python(file: Path, text: str) -> Iterator[Ignore]:
    """Those in comments of Python."""
    if "lintel" not in text:
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield from _read(file, token.start[0], token.string)


def in_toml(file: Path, text: str) -> Iterator[Ignore]:
    """Those in lines of TOML that are comments."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#"):
            yield from _read(file, number, line)


def _read(file: Path, line: int, comment: str) -> Iterator[Ignore]:
    for found in _IGNORE.finditer(comment):
        rules = tuple(filter(None, _SEPARATOR.split(found[1].strip())))
        for rule in rules:
            _check(f"{file}:{line}", rule)
        if not rules:
            raise ConfigError(f"{file}:{line}", "lintel: ignore", "expected the ids of rules, such as ADD-01")
        yield Ignore(line, rules)


def _check(where: str, rule: str) -> None:
    if rule in RULES:
        return
    near = difflib.get_close_matches(rule.upper(), RULES, n=1)
    hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(RULES)}"
    raise ConfigError(where, "lintel: ignore", f"there is no rule {rule}; {hint}")


def applying(ignores: Iterable[Ignore], steps: Iterable[Step]) -> list[tuple[Ignore, int]]:
    """Each with the first line of the statements that it is for: those that it stands on, else the next; 0: none."""
    known = list(steps)
    firsts = sorted({step.first for step in known})
    found = []
    for ignore in ignores:
        on = [step.first for step in known if step.first <= ignore.line <= step.last]
        following = bisect_left(firsts, ignore.line)
        found.append((ignore, max(on) if on else firsts[following] if following < len(firsts) else 0))
    return found

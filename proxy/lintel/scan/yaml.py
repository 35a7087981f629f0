"""As much of YAML as dbt projects and CI files are written in: block mappings and lists, flow lists, scalars.

A reader of its own rather than a dependency: it needs names and lines, not types, and has to go on where a file is
none (a template, say). What it does not know (anchors, tags, flow mappings, keys of several words in quotes) is a
scalar or is passed over.
"""

import re
from collections.abc import Iterator
from typing import Self, Union

MAX_DEPTH = 60

_ENTRY = re.compile(r"""(?P<key>"[^"]*"|'[^']*'|[^\s#"'\[\]{},:-][^:#\n]*?|-[^\s:]+)\s*:(?:\s+(?P<rest>.*))?$""")
_COMMENT = re.compile(r"\s+#.*$|^#.*$")


class Scalar(str):
    """A string and its line; of a block scalar the line of its first line of text."""

    line: int

    def __new__(cls, text: str, line: int) -> Self:
        """A scalar of the file."""
        found = super().__new__(cls, text)
        found.line = line
        return found


Value = Union[Scalar, list["Value"], dict[str, "Value"]]  # noqa: UP007  (recursive)
Line = tuple[int, str, int]  # indent, text, number


def load(text: str) -> Value:
    """The document; what cannot be read is left out."""
    lines = [(len(raw) - len(raw.lstrip(" ")), raw.strip(), i) for i, raw in enumerate(text.splitlines(), 1)]
    value, _ = _block(lines, _next(lines, 0), text.splitlines(), 0)
    return value


def scalars(value: Value) -> Iterator[Scalar]:
    """Every scalar of a document."""
    if isinstance(value, Scalar):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from scalars(part)


def _next(lines: list[Line], at: int) -> int:
    while at < len(lines) and (not lines[at][1] or lines[at][1].startswith(("#", "---", "%"))):
        at += 1
    return at


def _block(lines: list[Line], at: int, raw: list[str], depth: int) -> tuple[Value, int]:
    """The value that begins at a line, and the line behind it."""
    if at >= len(lines) or depth > MAX_DEPTH:
        return Scalar("", 0), len(lines)
    _, text, number = lines[at]
    if text == "-" or text.startswith("- "):
        return _list(lines, at, raw, depth)
    if _ENTRY.match(text):
        return _mapping(lines, at, raw, depth)
    return _scalar(text, number), _next(lines, at + 1)


def _list(lines: list[Line], at: int, raw: list[str], depth: int) -> tuple[Value, int]:
    found: list[Value] = []
    indent = lines[at][0]
    while at < len(lines) and lines[at][0] == indent and (lines[at][1] == "-" or lines[at][1].startswith("- ")):
        _, text, number = lines[at]
        rest = text[1:].lstrip()
        if not rest:
            value, at = _nested(lines, at, indent, raw, depth)
        elif rest[0] in "|>" and len(rest) < 4:
            value, at = _folded(lines, at, indent, raw)
        else:
            lines[at] = (indent + len(text) - len(rest), rest, number)
            value, at = _block(lines, at, raw, depth + 1)
        found.append(value)
    return found, at


def _mapping(lines: list[Line], at: int, raw: list[str], depth: int) -> tuple[Value, int]:
    found: dict[str, Value] = {}
    indent = lines[at][0]
    while at < len(lines) and lines[at][0] == indent and (entry := _ENTRY.match(lines[at][1])):
        key = entry["key"].strip("\"'")
        rest = _COMMENT.sub("", entry["rest"] or "")
        if rest[:1] in ("|", ">") and len(rest) < 4:
            found[key], at = _folded(lines, at, indent, raw)
        elif not rest:
            found[key], at = _nested(lines, at, indent, raw, depth)
        else:
            found[key], at = _continued(lines, at, indent, rest)
    if at < len(lines) and lines[at][0] >= indent and not found:
        at += 1
    return found, _past(lines, at, indent)


def _past(lines: list[Line], at: int, indent: int) -> int:
    """Over what is deeper than it should be: not understood."""
    while at < len(lines) and lines[at][0] > indent:
        at = _next(lines, at + 1)
    return at


def _nested(lines: list[Line], at: int, indent: int, raw: list[str], depth: int) -> tuple[Value, int]:
    following = _next(lines, at + 1)
    if following < len(lines):
        deeper, text, _ = lines[following]
        if deeper > indent or (deeper == indent and text.startswith("- ") and not lines[at][1].startswith("-")):
            return _block(lines, following, raw, depth + 1)
    return Scalar("", lines[at][2]), following


def _folded(lines: list[Line], at: int, indent: int, raw: list[str]) -> tuple[Value, int]:
    """A block scalar, its lines as they are."""
    end = at + 1
    while end < len(lines) and (not lines[end][1] or lines[end][0] > indent):
        end += 1
    return Scalar("\n".join(raw[lines[at][2] : lines[at][2] + end - at - 1]), lines[at][2] + 1), _next(lines, end)


def _continued(lines: list[Line], at: int, indent: int, first: str) -> tuple[Value, int]:
    """A scalar that may go on over deeper lines."""
    parts, number = [first], lines[at][2]
    at += 1
    while at < len(lines) and lines[at][1] and lines[at][0] > indent and not lines[at][1].startswith("#"):
        parts.append(lines[at][1])
        at += 1
    return _scalar("\n".join(parts), number), _next(lines, at)


def _scalar(text: str, number: int) -> Value:
    text = text.strip()
    if text[:1] == "[" and text[-1:] == "]":
        return [_scalar(part, number) for part in text[1:-1].split(",") if part.strip()]
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return Scalar(text[1:-1], number)
    return Scalar(_COMMENT.sub("", text), number)

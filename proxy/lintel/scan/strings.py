"""String literals in languages that are not parsed: what in them begins like SQL.

A tolerant scanner: it knows how comments and strings look in a family of languages, joins literals that are put
together by + or ., and takes what stands between for holes. It would rather take too much for SQL than too little:
what is not SQL does not parse, and says nothing unless it names a table.
"""

import re
from collections.abc import Iterator

from lintel.scan.finding import Snippet

SQL = re.compile(
    r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*|\()*(?:select\b.*?\bfrom\b|insert\s+into\b|update\b.*?\bset\b|delete\s+from\b"
    r"|merge\s+into\b"
    r"|with\s+(?:recursive\s+)?[\w\"]+\s*(?:\([^)]*\)\s*)?as\b|copy\s+[\w\"(]|truncate\s+\w|table\s+[\w.\"]+\s*;?\s*$"
    r"|create\s+(?:or\s+replace\s+)?(?:temp\w*\s+|unlogged\s+)?(?:table|view|materialized\s+view)\b|alter\s+table\b"
    r"|explain\s|declare\s+\w+\s+.*?cursor\b|refresh\s+materialized\b|values\s*\()",
    re.IGNORECASE | re.DOTALL,
)
MAX_LITERAL = 256 * 1024


def _any(*patterns: str) -> str:
    return "|".join(patterns)


_SLASH_COMMENTS = r"//[^\n]*|/\*.{0,16000}?\*/"
_DOUBLE = r'"(?:[^"\\\n]|\\.)*"'
_SINGLE = r"'(?:[^'\\\n]|\\.)*'"
_MANY_DOUBLE = r'"(?:[^"\\]|\\.)*"'
_MANY_SINGLE = r"'(?:[^'\\]|\\.)*'"
_TRIPLE = r'"""(?P<triple>.{0,64000}?)"""'
_BACKTICK = r"`(?P<back>(?:[^`\\]|\\.)*)`"
_RAW_RUST = r'r(?P<sharps>#*)"(?P<raw>.{0,16000}?)"(?P=sharps)'
_HEREDOC = (
    r"<<[-~<]?\s*(?P<quote>['\"]?)(?P<mark>[A-Za-z_]\w*)(?P=quote)[^\n]*\n(?P<here>.{0,16000}?)^[ \t]*(?P=mark)\b"
)

_PYTHON = _any(r"(?<!\S)#[^\n]*", _TRIPLE, r"'''(?P<thrice>.{0,64000}?)'''", _DOUBLE, _SINGLE)  # of another version
_JVM = _any(_SLASH_COMMENTS, _TRIPLE, _DOUBLE, _SINGLE)
_SCRIPT = _any(_SLASH_COMMENTS, _BACKTICK, _DOUBLE, _SINGLE)
_SHELL = _any(r"(?<!\S)#[^\n]*", _HEREDOC, _MANY_DOUBLE, r"'[^']*'")
_RUBY = _any(r"(?<!\S)#(?!\{)[^\n]*", _HEREDOC, _MANY_DOUBLE, _MANY_SINGLE)
_PHP = _any(_SLASH_COMMENTS, r"(?<!\S)#[^\n]*", _HEREDOC, _MANY_DOUBLE, _MANY_SINGLE)
_CSHARP = _any(_SLASH_COMMENTS, _TRIPLE, r'[$@]{1,2}"(?P<verbatim>(?:[^"]|"")*)"', _DOUBLE, _SINGLE)
_RUST = _any(_SLASH_COMMENTS, _RAW_RUST, _MANY_DOUBLE)
_GO = _any(_SLASH_COMMENTS, r"`(?P<back>[^`]*)`", _DOUBLE, _SINGLE)

_LANGUAGES = {
    "py": _PYTHON,
    **dict.fromkeys(("java", "kt", "kts", "scala", "groovy", "swift", "dart"), _JVM),
    **dict.fromkeys(("js", "mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx", "vue", "svelte"), _SCRIPT),
    **dict.fromkeys(("sh", "bash", "zsh", "ksh"), _SHELL),
    **dict.fromkeys(("rb", "rake", "ex", "exs"), _RUBY),
    **dict.fromkeys(("cs", "fs", "vb"), _CSHARP),
    "go": _GO,
    "php": _PHP,
    "rs": _RUST,
    "c": _JVM,
    "cc": _JVM,
    "cpp": _JVM,
    "r": _SHELL,
    "pl": _RUBY,
}
SUFFIXES = frozenset(_LANGUAGES)
_PATTERNS = {pattern: re.compile(pattern, re.DOTALL | re.MULTILINE) for pattern in set(_LANGUAGES.values())}
_JOINED = re.compile(r"\s*(?:[+.]\s*(?:[\w.$()\[\]>-]{1,200}?\s*[+.]\s*)?|\\\s*)")
_COMMENT = re.compile(_SLASH_COMMENTS, re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": " ", "\n": "\n", "0": " "}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_RAW_GROUPS = ("triple", "thrice", "back", "raw", "verbatim", "here")


def snippets(text: str, suffix: str) -> Iterator[Snippet]:
    """The SQL in a file of that language."""
    parts: list[str] = []
    begin = end = 0
    for hit in _PATTERNS[_LANGUAGES[suffix]].finditer(text):
        body = _body(hit)
        if body is None:
            continue
        gap = _COMMENT.sub("", text[end : hit.start()]) if parts and hit.start() - end < 400 else None
        joint = _JOINED.fullmatch(gap) if gap is not None else None
        if joint is None:
            yield from _snippet(text, parts, begin)
            parts, begin = [], hit.start()
        elif joint[0].strip(" \t\n+.\\"):
            parts.append("{}")  # something in between that is known at run time
        parts.append(body + "\n" * (hit[0].count("\n") - body.count("\n")))
        end = hit.end()
    yield from _snippet(text, parts, begin)


def is_sql(text: str) -> bool:
    """Whether a literal begins like a statement."""
    return len(text) <= MAX_LITERAL and SQL.match(text) is not None


def _snippet(text: str, parts: list[str], begin: int) -> Iterator[Snippet]:
    whole = "".join(parts)
    if whole and is_sql(whole):
        line = text.count("\n", 0, begin) + 1
        yield Snippet(whole, line, "string", made="{}" in parts, literal=True)


def _body(hit: re.Match[str]) -> str | None:
    """What is in the literal; None for a comment."""
    named = hit.groupdict()
    for group in _RAW_GROUPS:
        if named.get(group) is not None:
            lead = "\n" * hit[0][: hit.start(group) - hit.start()].count("\n")
            return lead + (named[group].replace('""', '"') if group == "verbatim" else named[group])
    if hit[0][0] not in "\"'":
        return None
    return _ESCAPE.sub(lambda escape: _ESCAPES.get(escape[1], escape[1]), hit[0][1:-1])

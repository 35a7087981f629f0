"""What the body of a function or procedure says that it may do to the session that calls it.

By words, as nobody but the server knows what it runs: texts that it puts together at run time say what they hold of it,
and what it has others do, it does not say.
"""

import re

# For Python and PostgreSQL alike.
_SETTLING = "search_path|set_config[^a-z_]+role|set[^a-z_]+((local|session)[^a-z_]+)?(role|authorization)(?! *=)"
TELLING = f"{_SETTLING}|temp"  # what a body has that is looked at here

_settling = re.compile(_SETTLING, re.IGNORECASE).search
_MADE = re.compile(
    r"""\b (?: (?:create|replace|local|global|into) \s+ temp(?:orary)? \s+ (?! from\b)  # INTO a variable, that is
              | create \s+ (?:unlogged \s+)? (?=(?:table|view|sequence) \s+ (?:if \s+ not \s+ exists \s+)? pg_temp)
              | into \s+ (?=pg_temp))
        (?: (?:recursive \s+)? (?:table|view|sequence) \s+)?+
        (?: if \s+ not \s+ exists \s+)?+ (?:pg_temp \s* \. \s*)?+
        (?: "((?:[^"]|"")+)" | ([^\W\d][\w$]*) )""",
    re.IGNORECASE | re.VERBOSE,
)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def settles(body: str) -> bool:
    """Whether it may set the search_path or the role."""
    return _settling(body) is not None


def temporary_in(body: str) -> tuple[str, ...]:
    """Names of temporary relations that it may make, sorted."""
    found = _MADE.findall(_COMMENT.sub(" ", body))
    return tuple(sorted({quoted.replace('""', '"') or bare.lower() for quoted, bare in found}))

"""search_path as SHOW prints it, taken apart (manual 5.10.3)."""

from collections.abc import Mapping
from functools import lru_cache

from lintel.sql.tokens import tokens


@lru_cache(maxsize=1024)
def schemas_of(shown: str, role: str | None, user: str) -> tuple[str, ...]:
    """The bare schema names of a path, "$user" replaced by the current role: `role` unless that is none."""
    text = shown.encode()
    names = []
    for token in tokens(text):
        word = text[token.start : token.end].decode()
        if token.kind == "quoted":
            names.append(word[1:-1].replace('""', '"'))
        elif token.kind in ("ident", "number"):
            names.append(word)
    current = current_role(role, user)
    return tuple(current if name == "$user" else name for name in names)


def current_role(role: str | None, user: str) -> str:
    """Of a session of this user, from what SHOW role says."""
    return user if role is None or role in ("none", "") else role


def usable(names: tuple[str, ...], role: str, users: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Without the schemas that the role may not use, which PostgreSQL passes over."""
    return tuple(name for name in names if name not in users or role in users[name])

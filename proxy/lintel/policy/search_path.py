"""search_path as SHOW prints it, taken apart (manual 5.10.3)."""

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
    current = user if role in (None, "none", "") else role
    return tuple(current if name == "$user" else name for name in names)

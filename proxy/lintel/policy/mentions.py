"""Which tables a text that was not understood may still speak of: the names that are identifiers in it."""

from collections.abc import Iterable

from lintel.sql.tokens import tokens

_LIMIT = 1 << 20  # a longer text is not taken apart
_NAME_SIZE = 63  # bytes that the server looks at: NAMEDATALEN without the NUL


def mentions(text: bytes, names: Iterable[str]) -> set[str]:
    """The names that an identifier token of the text may be, folded and cut off as the server does it."""
    if len(text) > _LIMIT:
        return possibly_mentions(text, names)
    wanted = {name.encode(): name for name in names}
    found: set[str] = set()
    for token in tokens(text):
        word = text[token.start : token.end]
        if token.kind == "ident":
            found.add(wanted.get(_cut(word.lower()), ""))
        elif token.kind == "quoted" and word[:1] == b'"':
            found.add(wanted.get(_cut(word[1:-1].replace(b'""', b'"')), ""))
        elif token.kind in ("quoted", "error"):
            # U&"..." with escapes, or text that never closes: any name may be meant.
            return set(wanted.values())
    return found - {""}


def _cut(name: bytes) -> bytes:
    """Of a long name what the server looks at: whole characters."""
    return name if len(name) <= _NAME_SIZE else name[:_NAME_SIZE].decode("utf-8", "ignore").encode()


def possibly_mentions(text: bytes, names: Iterable[str]) -> set[str]:
    """The names that may be in a text, wherever its literals begin and whatever its bytes beyond ASCII are."""
    lowered = text.lower()
    escapes = b'u&"' in lowered
    return {name for name in names if escapes or not name.isascii() or _written(name) in lowered}


def _written(name: str) -> bytes:
    return name.lower().replace('"', '""').encode()

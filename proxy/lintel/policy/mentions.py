"""Whether a text that was not understood may still speak of a table under a plan: do its identifiers name it."""

from collections.abc import Iterable

from lintel.sql.tokens import tokens

_LIMIT = 1 << 20  # beyond it, bytes are searched instead of tokens


def mentions(text: bytes, names: Iterable[str]) -> bool:
    """Whether an identifier token, folded as the server folds it, is one of the names (63 bytes at most)."""
    wanted = {name.encode() for name in names}
    if len(text) > _LIMIT:
        lowered = text.lower()
        return any(name.lower() in lowered for name in wanted)
    return any(
        _names(text[t.start : t.end], t.kind, wanted) for t in tokens(text) if t.kind in ("ident", "quoted", "error")
    )


def _names(word: bytes, kind: str, wanted: set[bytes]) -> bool:
    if kind == "ident":
        return word.lower()[:63] in wanted
    if kind == "quoted" and word[:1] == b'"':
        return word[1:-1].replace(b'""', b'"')[:63] in wanted
    # U&"..." with escapes, or text that never closes: any name may be meant.
    return True

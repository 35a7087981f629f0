"""Applying edits to a text."""

Edit = tuple[int, int, bytes]  # (start, end, replacement)


def edited(text: bytes, edits: tuple[Edit, ...]) -> bytes:
    """The text with its edits applied; they are in order and do not overlap."""
    parts, at = [], 0
    for start, end, new in edits:
        parts += [text[at:start], new]
        at = end
    return b"".join([*parts, text[at:]])

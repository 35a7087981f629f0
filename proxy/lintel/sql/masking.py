"""A text in another encoding than the grammar's, made readable: what it cannot know is masked, nothing is moved.

For encodings in which a byte below 0x80 is that ASCII character wherever it stands: all that a server can have (manual
24.3.1). Those that only clients have are not among them: in SJIS a backslash may be half a character.
"""

from lintel.sql.tokens import tokens

MASK = b"\x1a"  # "substitute": nobody writes it
_ASCII_ALIKE = ("EUC_", "LATIN", "WIN", "ISO_8859_", "KOI8", "MULE_INTERNAL", "SQL_ASCII")
_MASKED = bytes(byte if byte < 0x80 else MASK[0] for byte in range(256))


def is_ascii_alike(encoding: str) -> bool:
    """Whether texts of that encoding, as PostgreSQL names it, can be masked; not of one that nobody knows."""
    return encoding.upper().startswith(_ASCII_ALIKE)


def masked(text: bytes) -> bytes | None:
    """The text, as long as before, with MASK for each byte beyond ASCII in its literals and comments.

    None where a name has such a byte, or the text has a MASK of its own.
    """
    if MASK in text:
        return None
    readable = bytearray(text)
    for kind, start, end in tokens(text):
        if kind in ("string", "comment"):
            readable[start:end] = text[start:end].translate(_MASKED)
    return bytes(readable) if readable.isascii() else None

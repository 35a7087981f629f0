"""SASLprep (RFC 4013) of passwords, as the server and libpq do it. Knows no protocol.

Where the profile forbids a password, both of them take its bytes as they are instead of refusing it; they look for what
is forbidden before normalization, not behind it. Unassigned is what was unassigned in Unicode 3.2.
"""

import stringprep
from unicodedata import normalize

_PROHIBITED = (
    stringprep.in_table_a1,  # unassigned
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def prepared(password: bytes) -> bytes:
    """What a SCRAM secret is made of; the password itself where it is ASCII, no UTF-8, or not allowed."""
    if password.isascii():
        return password
    try:
        mapped = "".join(map(_mapped, password.decode()))
    except UnicodeDecodeError:
        return password
    return normalize("NFKC", mapped).encode() if mapped and _is_allowed(mapped) else password


def _mapped(character: str) -> str:
    if stringprep.in_table_c12(character):
        return " "
    return "" if stringprep.in_table_b1(character) else character


def _is_allowed(text: str) -> bool:
    if any(prohibited(character) for character in text for prohibited in _PROHIBITED):
        return False
    if not any(map(stringprep.in_table_d1, text)):
        return True
    at_ends = stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])
    return at_ends and not any(map(stringprep.in_table_d2, text))

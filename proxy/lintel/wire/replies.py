"""ErrorResponses of statements that Lintel refused or changed: the body that the client gets instead."""

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from .decision import Decision, Expectation, Refusal
from .framing import length_at

if TYPE_CHECKING:
    from mypy_extensions import i64

Fields = list[tuple[int, bytes]]

SEVERITY: Final = 0x53  # S
SEVERITY_PLAIN: Final = 0x56  # V
SQLSTATE: Final = 0x43  # C
MESSAGE: Final = 0x4D  # M
DETAIL: Final = 0x44  # D
HINT: Final = 0x48  # H
POSITION: Final = 0x50  # P
ROUTINE: Final = 0x52  # R
CONTEXT: Final = 0x57  # W
_COPY_COLUMNS: Final = b"CopyGetAttnums"
_SPACE: Final = 0x20
_ZERO: Final = 0x30
_NINE: Final = 0x39
_LARGEST: Final = 10**17  # rows: what is larger is not believed


def value(fields: Fields, code: int) -> bytes | None:
    """The field of this type, if there is one."""
    return next((found for key, found in fields if key == code), None)


def sqlstate(fields: Fields) -> str:
    """The SQLSTATE, which every server sends."""
    return (value(fields, SQLSTATE) or b"XX000").decode("ascii", "replace")


def is_fatal(fields: Fields) -> bool:
    """The server closes the connection after this."""
    return (value(fields, SEVERITY_PLAIN) or value(fields, SEVERITY)) in (b"FATAL", b"PANIC")


def analysis_failed(fields: Fields) -> bool:
    """The statement itself was refused, not what a function ran: in parse analysis, or where COPY looks up its columns.

    That is as early, and the only such place that tells no position (CopyGetAttnums in the server's source).
    """
    if value(fields, CONTEXT) is not None:
        return False
    return value(fields, POSITION) is not None or value(fields, ROUTINE) == _COPY_COLUMNS


def rows(chunk: bytes, at: int) -> int:
    """How many the tag of the CommandComplete at this offset speaks of (manual 55.7); 0 where it speaks of none.

    Nothing is known of them where the offset is -1: none, too.
    """
    if at < 0:
        return 0
    pos: i64 = at + length_at(chunk, at)  # the end of the tag
    if pos >= len(chunk):
        return 0
    found: i64 = 0
    scale: i64 = 1
    while pos > at and _ZERO <= (digit := chunk[pos - 1]) <= _NINE and scale <= _LARGEST:
        found += (digit - _ZERO) * scale
        scale *= 10
        pos -= 1
    return found if chunk[pos - 1] == _SPACE else 0


def for_client(fields: Fields, decision: Decision, text: bytes, encoding: str) -> Fields:
    """The fields as the client should see them, of an error that answers a statement with this decision."""
    refusal = _refusal(fields, decision, text, encoding)
    if refusal is not None:
        return _refused(fields, refusal)
    if decision.text is not None and value(fields, POSITION) is not None:
        return moved(fields, decision, text, encoding)
    return fields


def by_token(fields: Fields, decision: Decision) -> Fields:
    """A refusal, where the message has the token of one."""
    message = value(fields, MESSAGE) or b""
    refusal = next((found for token, found in decision.refusals if token in message), None)
    return fields if refusal is None else _refused(fields, refusal)


def is_refusal(fields: Fields, changed: Fields) -> bool:
    """Whether what `for_client` made of the fields says something of our own, not only where it points."""
    return value(fields, MESSAGE) != value(changed, MESSAGE)


def moved(fields: Fields, decision: Decision, text: bytes, encoding: str) -> Fields:
    """The fields with the position in the client's own text."""
    return [
        (key, _own_position(found, decision, text, encoding) if key == POSITION else found) for key, found in fields
    ]


def under_own_name(fields: Fields, server_name: bytes, name: bytes) -> Fields:
    """A message that names a prepared statement names it as the client does."""
    named, own = b'"%b"' % server_name, b'"%b"' % name
    if named not in (value(fields, MESSAGE) or b""):
        return fields
    return [(key, found.replace(named, own) if key == MESSAGE else found) for key, found in fields]


def _refusal(fields: Fields, decision: Decision, text: bytes, encoding: str) -> Refusal | None:
    message = value(fields, MESSAGE) or b""
    for token, refusal in decision.refusals:
        if token in message:
            return refusal
    if not decision.expected or value(fields, CONTEXT) is not None:
        return None  # raised by what a function ran
    code, position = sqlstate(fields), value(fields, POSITION)
    at = None if position is None else _offset(position, decision, text, _codec(encoding))
    return next((e.refusal for e in decision.expected if e.sqlstate == code and _means(e, fields, at)), None)


def _means(expected: Expectation, fields: Fields, at: int | None) -> bool:
    if at is None:
        return not expected.end or (bool(expected.copied) and _misses(fields, expected.copied))
    return expected.start <= at and (expected.end is None or at < expected.end)


def _misses(fields: Fields, columns: tuple[bytes, ...]) -> bool:
    """COPY has not found one of these, and says which, in any language."""
    if value(fields, ROUTINE) != _COPY_COLUMNS:
        return False
    message = value(fields, MESSAGE) or b""
    return any(re.search(rb"(?<!\w)%b(?!\w)" % re.escape(column), message) for column in columns)


def _refused(fields: Fields, refusal: Refusal) -> Fields:
    """Severity stays the server's (it is translated there); everything that tells of its text goes."""
    kept = [(key, found) for key, found in fields if key in (SEVERITY, SEVERITY_PLAIN)]
    own = (
        (SQLSTATE, refusal.sqlstate), (MESSAGE, refusal.message), (DETAIL, refusal.detail), (HINT, refusal.hint),
        (ROUTINE, refusal.routine),
    )  # fmt: skip
    return kept + [(key, text.encode()) for key, text in own if text is not None]


def _own_position(position: bytes, decision: Decision, text: bytes, encoding: str) -> bytes:
    """A position in the server's text, counted in characters from 1, as one in the client's."""
    if decision.text is None or not position.isdigit():
        return position
    codec = _codec(encoding)
    return str(len(text[: _offset(position, decision, text, codec)].decode(codec, "replace")) + 1).encode()


def _offset(position: bytes, decision: Decision, text: bytes, codec: str) -> int:
    """The byte of the client's text that a position in the server's stems from."""
    given = decision.sent(text).decode(codec, "replace")
    before = given[: int(position) - 1 if position.isdigit() else 0]
    return origin(len(before.encode(codec, "replace")), decision.edits)


def _codec(encoding: str) -> str:
    return "utf-8" if encoding.upper() in ("UTF8", "UNICODE", "") else "latin-1"


def origin(offset: int, edits: tuple[tuple[int, int, bytes], ...]) -> int:
    """The byte of the client's text that `offset` of the edited text stems from; an edit's start for its inside."""
    starts: list[int] = []  # of each edit, in the edited text
    grown = 0
    for start, end, replacement in edits:
        starts.append(start + grown)
        grown += len(replacement) - (end - start)
    index = bisect_right(starts, offset) - 1
    if index < 0:
        return offset
    start, end, replacement = edits[index]
    into = offset - starts[index]
    return start if into < len(replacement) else end + into - len(replacement)

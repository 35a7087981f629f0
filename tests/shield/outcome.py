"""What a case came to: run it, and say where two outcomes differ. Knows the protocol, not what Lintel does."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tests.shield.case import Case, Step
from tests.shield.wire_client import Client, Field, Reply, Result, Row

MODES = ("simple", "simple in a block", "extended", "extended in a block")
BINARY = "extended in a block"  # this mode asks for its columns in binary
BINARY_COPY = b"PGCOPY\n\xff\r\n\0"


@dataclass
class Outcome:
    """What a client got for each statement."""

    replies: list[Reply] = field(default_factory=list)
    end: str | None = None  # the tag that ended the block

    @property
    def error(self) -> dict[str, str] | None:
        """The first error."""
        return next((reply.error for reply in self.replies if reply.error), None)

    def refused(self) -> bool:
        """Whether that error is Lintel's own."""
        return self.error is not None and self.error["M"].startswith("lintel:")


def modes(case: Case) -> list[str]:
    """The ways in which a case can be sent."""
    possible = list(MODES)
    if "simple" in case.flags:
        possible = [mode for mode in possible if mode.startswith("simple")]
    if any(step.params for step in case.steps):
        possible = [mode for mode in possible if mode.startswith("extended")]
    if "block" in case.flags:
        possible = [mode for mode in possible if mode.endswith("block")]
    return possible


def stays(case: Case, mode: str) -> bool:
    """Whether it may leave something behind, to be undone: a block is rolled back."""
    return case.writes and not mode.endswith("block")


def perform(client: Client, case: Case, mode: str) -> Outcome:
    """Send a case's statements one after the other."""
    block = mode.endswith("block")
    outcome = Outcome()
    if block:
        client.simple("BEGIN")
    outcome.replies = [_send(client, step, mode) for step in case.steps]
    if block:
        # COMMIT where it failed: that the server answers ROLLBACK shows whose transaction was aborted.
        ending = client.simple("COMMIT" if outcome.error else "ROLLBACK")
        outcome.end = ending.results[0].tag
    return outcome


def differences(case: Case, wanted: Outcome, got: Outcome) -> list[str]:
    """Where the second outcome is not the first, a line each."""
    found = [] if wanted.end == got.end else [f"block ended with {got.end}, not {wanted.end}"]
    for at, (left, right) in enumerate(zip(wanted.replies, got.replies, strict=True), 1):
        for what, a, b in _compared(case, left, right):
            if a != b:
                found.append(f"statement {at}, {what}:\n  wanted {a}\n  got    {b}")
    return found


def _send(client: Client, step: Step, mode: str) -> Reply:
    data = None if step.copy is None else step.copy.encode()
    if mode.startswith("simple"):
        return client.simple(step.sql, data)
    return client.extended(step.sql, step.params, data, int(mode == BINARY))


def _compared(case: Case, left: Reply, right: Reply) -> list[tuple[str, object, object]]:
    pairs: list[tuple[str, object, object]] = [
        ("errors", _error(left), _error(right)),
        ("status", left.status, right.status),
        ("notices", left.notices, right.notices),
        ("tags", [r.tag for r in left.results], [r.tag for r in right.results]),
        ("columns", [_columns(case, r) for r in left.results], [_columns(case, r) for r in right.results]),
        ("parameters", [r.parameters for r in left.results], [r.parameters for r in right.results]),
    ]
    if "unstable" not in case.flags:
        pairs += [
            ("rows", [_rows(case, r) for r in left.results], [_rows(case, r) for r in right.results]),
            ("copied", [_lines(r) for r in left.results], [_lines(r) for r in right.results]),
        ]
    return pairs


def _error(reply: Reply) -> tuple[str | None, ...] | None:
    """SQLSTATE, position and message: what a client could act on or read."""
    return tuple(reply.error.get(letter) for letter in "CPM") if reply.error else None


def _columns(case: Case, result: Result) -> list[Field] | None:
    if result.fields is None:
        return None
    return [replace(field, type_oid=0) if "record" in case.flags else field for field in result.fields]


def _rows(case: Case, result: Result) -> list[Row]:
    if "ordered" in case.flags:
        return result.rows
    return sorted(result.rows, key=lambda row: [(value is None, value or b"") for value in row])


def _lines(result: Result) -> list[bytes]:
    binary = result.copied.startswith(BINARY_COPY)
    return sorted(_tuples(result.copied) if binary else result.copied.split(b"\n"))


def _tuples(copied: bytes) -> Iterator[bytes]:
    """Behind a header of 19 bytes, each is a number of fields and the fields; the number of the trailer is -1."""
    start = 19
    while (fields := int.from_bytes(copied[start : start + 2], signed=True)) >= 0:
        end = start + 2
        for _ in range(fields):
            end += 4 + max(0, int.from_bytes(copied[end : end + 4], signed=True))
        yield copied[start:end]
        start = end

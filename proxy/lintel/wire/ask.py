"""What Lintel asks a session by itself: its search_path and role, and whether a table is as a loud text needs it.

SHOW takes no snapshot, so it may stand between BEGIN and SET TRANSACTION; and the extended protocol with names of
its own leaves the client's unnamed statement and portal alone, which a simple Query would destroy.

The probe is parsed and described, never run: that takes the table's lock until the transaction ends, and needs no
privilege on it. It takes the transaction's snapshot, as the analysis of the statement behind it would have done.
"""

from typing import Final

from . import messages

_NAME: Final = b"lintel_ask"
_PROBE: Final = b"lintel_probe"


def _show(setting: bytes) -> bytes:
    return (
        messages.parse(_NAME, b"SHOW " + setting, b"\0\0")
        + messages.bind(_NAME, _NAME)
        + messages.execute(_NAME)
        + messages.close(b"P", _NAME)
        + messages.close(b"S", _NAME)
    )


QUESTION: Final = _show(b"search_path") + _show(b"role") + messages.SYNC_FRAME


def probe(text: bytes) -> bytes:
    """Without a Sync, which might end the transaction; it closes what one that was canceled may have left."""
    closing = messages.close(b"S", _PROBE)
    asking = messages.parse(_PROBE, text, b"\0\0") + messages.describe(b"S", _PROBE)
    return closing + asking + closing + messages.FLUSH_FRAME


def running(text: bytes) -> bytes:
    """Likewise, of one that is executed."""
    gone = messages.close(b"P", _PROBE) + messages.close(b"S", _PROBE)
    asking = messages.parse(_PROBE, text, b"\0\0") + messages.bind(_PROBE, _PROBE) + messages.execute(_PROBE)
    return gone + asking + gone + messages.FLUSH_FRAME


class Answer:
    """What comes back, up to its ReadyForQuery."""

    __slots__ = ("_values", "again")

    def __init__(self, again: bytes = b"") -> None:
        self._values: list[str] = []
        self.again = again  # instead of a question, a failed try was ended: what the client sent is sent again

    def add(self, row: bytes) -> None:
        """One row of the answer: the settings come in the order of the question."""
        self._values.append(messages.first_column(row).decode("utf-8", "replace"))

    @property
    def search_path(self) -> str | None:
        """None where the server would not say."""
        return self._values[0] if len(self._values) == 2 else None

    @property
    def role(self) -> str | None:
        """Likewise; "none" where no role was set."""
        return self._values[1] if len(self._values) == 2 else None

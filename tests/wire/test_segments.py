"""Bind, Describe, Execute and Sync in one go, answered in whatever pieces: as if each had come alone."""

import pytest
from tests.wire.playbook import ScriptedContext

from lintel.wire import messages as m
from lintel.wire.ask import QUESTION
from lintel.wire.conversation import Conversation
from lintel.wire.decision import Decision

READY = m.frame(m.READY_FOR_QUERY, b"I")
BOUND = m.frame(m.BIND_COMPLETE, b"")
DESCRIPTION = m.frame(m.ROW_DESCRIPTION, b"\0\1total\0" + b"\0" * 18)
OTHER = m.frame(m.ROW_DESCRIPTION, b"\0\1other\0" + b"\0" * 18)
ROW = m.frame(m.DATA_ROW, b"\0\1\0\0\0\x013")
COMPLETE = m.frame(m.COMMAND_COMPLETE, b"SELECT 1\0")
NOTICE = m.frame(m.NOTICE_RESPONSE, b"SNOTICE\0C00000\0Mhm\0\0")
ERROR = m.frame(m.ERROR_RESPONSE, b"SERROR\0VERROR\0C22012\0Mdivision by zero\0\0")
BIND = m.frame(m.BIND, b"\0s\0" + b"\0" * 6)
PLAIN = BIND + m.execute(b"") + m.SYNC_FRAME
DESCRIBED = BIND + m.describe(b"P", b"") + m.execute(b"") + m.SYNC_FRAME

# name: what the client asks in each go, what the server answers in all, what is counted
CASES = {
    "plain": ([PLAIN], BOUND + ROW + COMPLETE + READY, [None]),
    "described": ([DESCRIBED], BOUND + DESCRIPTION + ROW + COMPLETE + READY, [None]),
    "otherwise than last time": ([DESCRIBED], BOUND + OTHER + ROW + COMPLETE + READY, [None]),
    "no rows": ([PLAIN], BOUND + COMPLETE + READY, [None]),
    "two at once": ([DESCRIBED, DESCRIBED], (BOUND + DESCRIPTION + ROW + COMPLETE + READY) * 2, [None, None]),
    "of both kinds": (
        [DESCRIBED + PLAIN, PLAIN],
        BOUND + DESCRIPTION + COMPLETE + READY + (BOUND + ROW + COMPLETE + READY) * 2,
        [None] * 3,
    ),
    "cannot be bound": ([DESCRIBED, PLAIN], ERROR + READY + BOUND + COMPLETE + READY, ["22012", None]),
    "fails": ([DESCRIBED], BOUND + DESCRIPTION + ERROR + READY, ["22012"]),
    "fails late": ([PLAIN, PLAIN], BOUND + ROW + ROW + ERROR + READY + BOUND + COMPLETE + READY, ["22012", None]),
    "notices": ([DESCRIBED], NOTICE + BOUND + NOTICE + DESCRIPTION + ROW + NOTICE + COMPLETE + NOTICE + READY, [None]),
    "nothing to run": ([PLAIN], BOUND + m.frame(m.EMPTY_QUERY_RESPONSE, b"") + READY, [None]),
    "and a query": (
        [DESCRIBED, m.query(b"SELECT 2"), PLAIN],
        BOUND + DESCRIPTION + COMPLETE + READY + DESCRIPTION + COMPLETE + READY + BOUND + COMPLETE + READY,
        [None] * 3,
    ),
    "and what takes the long way": (
        [DESCRIBED, m.frame(m.CLOSE, b"Sother\0") + PLAIN],
        BOUND + DESCRIPTION + COMPLETE + READY + m.frame(m.CLOSE_COMPLETE, b"") + BOUND + COMPLETE + READY,
        [None, None],
    ),
}


class Session:
    """Open, with a statement prepared as `s` and described once."""

    def __init__(self) -> None:
        self.counted: list[str | None] = []
        context = ScriptedContext()
        self.conversation = Conversation(lambda _: context, self._completed)
        self.conversation.receive_server(m.authentication(0) + READY)
        assert self.conversation.take_to_server() == QUESTION
        self.conversation.receive_server(_shown() + READY)
        self.conversation.receive_client(m.parse(b"s", b"SELECT 1", b"\0\0") + DESCRIBED)
        self.conversation.receive_server(m.frame(m.PARSE_COMPLETE, b"") + BOUND + DESCRIPTION + COMPLETE + READY)
        assert self.conversation.idle
        self.counted.clear()

    def _completed(self, decision: Decision, sqlstate: str | None, chunk: bytes, at: int) -> None:
        self.counted.append(sqlstate)

    def ask(self, chunks: list[bytes]) -> bytes:
        return b"".join(map(self.conversation.receive_client, chunks))

    def answer(self, *chunks: bytes) -> bytes:
        return b"".join(map(self.conversation.receive_server, chunks))


def _shown() -> bytes:
    shown = m.frame(m.DATA_ROW, b"\0\1\0\0\0\4none") + m.frame(m.COMMAND_COMPLETE, b"SHOW\0")
    one = m.frame(m.PARSE_COMPLETE, b"") + BOUND + shown + m.frame(m.CLOSE_COMPLETE, b"") * 2
    return one * 2


@pytest.mark.parametrize("name", CASES)
def test_in_any_pieces(name: str) -> None:
    asked, answered, counted = CASES[name]
    session = Session()
    for at in range(len(answered) + 1):
        assert session.ask(asked) == b"".join(asked)
        assert session.answer(answered[:at], answered[at:]) == answered
        assert session.counted == counted
        assert session.conversation.idle
        session.counted.clear()


@pytest.mark.parametrize("name", CASES)
def test_byte_by_byte(name: str) -> None:
    asked, answered, counted = CASES[name]
    session = Session()
    every = b"".join(asked)
    assert session.ask([every[at : at + 1] for at in range(len(every))]) == every
    assert session.answer(*(answered[at : at + 1] for at in range(len(answered)))) == answered
    assert session.counted == counted
    assert session.conversation.idle

"""Bind, Describe, Execute and Sync in one go, answered in whatever pieces: as if each had come alone."""

import pytest
from tests.wire.playbook import ScriptedContext

from lintel.wire import messages as m
from lintel.wire.ask import QUESTION
from lintel.wire.conversation import Conversation
from lintel.wire.decision import Decision
from lintel.wire.errors import ProtocolError

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
        self.conversation.server.receive(m.authentication(0) + READY)
        assert self.conversation.take_to_server() == QUESTION
        self.conversation.server.receive(_shown() + READY)
        self.conversation.client.receive(m.parse(b"s", b"SELECT 1", b"\0\0") + DESCRIBED)
        self.conversation.server.receive(m.frame(m.PARSE_COMPLETE, b"") + BOUND + DESCRIPTION + COMPLETE + READY)
        assert self.conversation.idle
        self.counted.clear()

    def _completed(self, decision: Decision, sqlstate: str | None, chunk: bytes, at: int) -> None:
        self.counted.append(sqlstate)

    def ask(self, chunks: list[bytes]) -> bytes:
        return b"".join(map(self.conversation.client.receive, chunks))

    def answer(self, *chunks: bytes) -> bytes:
        return b"".join(map(self.conversation.server.receive, chunks))


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


PARSED = m.frame(m.PARSE_COMPLETE, b"")
QUERY = m.query(b"SELECT 2")
UNNAMED = m.parse(b"", b"SELECT 3", b"\0\0") + BIND.replace(b"\0s\0", b"\0\0").replace(b"\x0d", b"\x0c")
WHOLE = UNNAMED + m.describe(b"P", b"") + m.execute(b"") + m.SYNC_FRAME


def rows(*values: bytes) -> bytes:
    return b"".join(m.frame(m.DATA_ROW, b"\0\1" + len(value).to_bytes(4, "big") + value) for value in values)


def tagged(tag: bytes, status: bytes = b"I") -> bytes:
    return m.frame(m.COMMAND_COMPLETE, tag + b"\0") + m.frame(m.READY_FOR_QUERY, status)


# What is asked again and again, and what its answer begins with.
ASKED = {
    "query": (QUERY, DESCRIPTION),
    "prepared": (DESCRIBED, BOUND + DESCRIPTION),
    "not described": (PLAIN, BOUND),
    "unnamed": (WHOLE, PARSED + BOUND + DESCRIPTION),
}
# What follows it, one after another.
ENDS = (
    rows(b"3") + tagged(b"SELECT 1"),
    rows(b"3") + tagged(b"SELECT 1"),
    tagged(b"SELECT 0"),
    rows(b"3", b"44", b"") + tagged(b"SELECT 3"),
    rows(b"3") + tagged(b"SELECT 1", b"T"),
    rows(b"x" * 70_000) + tagged(b"SELECT 1"),
    rows(tagged(b"SELECT 1")) + tagged(b"SELECT 1"),
    rows(*([b"3"] * 5000)) + tagged(b"SELECT 5000"),
    NOTICE + rows(b"3") + tagged(b"SELECT 1"),
    rows(b"3") + tagged(b"SELECT 1"),
)


class Tags(Session):
    """Notes where each CommandComplete is found."""

    def _completed(self, decision: Decision, sqlstate: str | None, chunk: bytes, at: int) -> None:
        self.counted.append(chunk[at + 5 :].partition(b"\0")[0].decode() if at >= 0 else sqlstate)
        assert at < 0 or chunk[at] == m.COMMAND_COMPLETE


@pytest.mark.parametrize("name", ASKED)
def test_again_and_again(name: str) -> None:
    asked, opening = ASKED[name]
    session = Tags()
    for end in ENDS:
        assert session.ask([asked]) == asked
        assert session.answer(opening + end) == opening + end
        tag = end[end.rindex(b"SELECT") :].partition(b"\0")[0]
        assert session.counted.pop().endswith(tag.decode())
        assert session.conversation.idle == (end[-1:] == b"I")
        assert not session.counted


@pytest.mark.parametrize("name", ASKED)
def test_an_end_that_is_a_rows(name: str) -> None:
    """A row is cut where its value looks like the end of the answer: nothing has ended."""
    asked, opening = ASKED[name]
    session = Tags()
    end = rows(b"3") + tagged(b"SELECT 1")
    for _ in range(4):
        session.ask([asked])
        session.answer(opening + end)
    forged = opening + rows(tagged(b"SELECT 1") + b"more")
    session.counted.clear()
    session.ask([asked])
    assert session.answer(forged[:-4]) == forged[:-4]
    assert not session.counted
    assert not session.conversation.idle
    assert session.answer(forged[-4:] + end) == forged[-4:] + end
    assert len(session.counted) == 1
    assert session.conversation.idle


def test_another_statement_under_the_name() -> None:
    """What is remembered of a prepared statement is forgotten with it."""
    session = Session()
    for _ in range(3):
        session.ask([DESCRIBED])
        session.answer(BOUND + DESCRIPTION + COMPLETE + READY)
    again = m.frame(m.CLOSE, b"Ss\0") + m.parse(b"s", b"SELECT 9", b"\0\0") + m.SYNC_FRAME
    session.ask([again])
    session.answer(m.frame(m.CLOSE_COMPLETE, b"") + PARSED + READY)
    for _ in range(3):
        assert session.ask([DESCRIBED]) == DESCRIBED
        assert session.answer(BOUND + OTHER + COMPLETE + READY) == BOUND + OTHER + COMPLETE + READY
        assert session.conversation.idle


def outcome(chunks: list[bytes]) -> bytes | str:
    """What the server gets of it, or why the session ends."""
    session = Session()
    session.ask([DESCRIBED])
    session.answer(BOUND + DESCRIPTION + COMPLETE + READY)
    try:
        return session.ask(chunks)
    except ProtocolError as problem:
        return problem.message


@pytest.mark.parametrize("length", range(30))
def test_a_bind_of_another_length(length: int) -> None:
    """In one piece it is what it is in many."""
    broken = DESCRIBED[:4] + bytes([length]) + DESCRIBED[5:]
    assert outcome([broken]) == outcome([broken[at : at + 1] for at in range(len(broken))])

"""Who lets a repeated exchange pass beside the Conversation has the same as who shows it all, or every byte alone."""

import random
from collections import deque
from typing import NamedTuple

import pytest
from tests.wire.playbook import Slicing, bytewise, decision_of, frame_of, whole
from tests.wire.repeating import Shell, answered_whole, asked_again
from tests.wire.test_any_split import Context

from lintel.wire import messages as m
from lintel.wire.conversation import Conversation
from lintel.wire.decision import Decision, Settings
from lintel.wire.exchange import Exchange
from lintel.wire.expected import Expected
from lintel.wire.framing import header

READY = {status: m.frame(m.READY_FOR_QUERY, status) for status in (b"I", b"T")}
DESCRIPTION = m.frame(m.ROW_DESCRIPTION, b"\0\1total\0" + b"\0" * 18)
ROW = m.frame(m.DATA_ROW, b"\0\1\0\0\0\x013")
ERROR = m.frame(m.ERROR_RESPONSE, b"SERROR\0VERROR\0C22012\0Mdivision by zero\0\0")
COMPLETE = m.frame(m.COMMAND_COMPLETE, b"SELECT 1\0")
ASYNCHRONOUS = [frame_of("B", words.split()) for words in ("NoticeResponse M=n", "NotificationResponse x")]
SHOWN = frame_of("B", ["DataRow", "public"])
LOGIN = m.authentication(0) + READY[b"I"], SHOWN + SHOWN + READY[b"I"]
DESCRIBED, EXECUTED = m.describe(b"P", b"") + m.execute(b""), m.execute(b"")


def bind(name: bytes, value: bytes) -> bytes:
    return m.frame(m.BIND, b"\0" + name + b"\0\0\0\0\1" + len(value).to_bytes(4, "big") + value + b"\0\0")


class Changing(Context):
    """What it has sent in the place of a text is its own; of a number's texts it has one decision."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self._numbers = decision_of("numbers", {})

    def decide(self, text: bytes) -> Decision:
        if text.startswith(b"number "):
            return self._numbers
        if text != b"rewritten":
            return super().decide(text)
        edit = {"text": f"rewritten under {self.number}", "edit": "0:1:x"}
        return self.decisions.setdefault(text, decision_of("rewritten", edit))

    def alike(self, text: bytes, decision: Decision) -> bytes:
        return b"number 1" if decision is self._numbers else b""


class Side:
    """A session that is open; what has arrived and what was counted."""

    def __init__(self, passes: bool = False, slicing: Slicing = whole) -> None:
        self._contexts = [Changing(0)]
        self.counted: list[tuple[str, str | None]] = []
        conversation = Conversation(self._resolve, self._completed)
        self._shell = Shell(conversation) if passes else None
        self._slicing = slicing
        self._conversation = conversation
        self.at_client = conversation.server.receive(LOGIN[0])
        self.at_server = conversation.take_to_server()
        self.at_client += conversation.server.receive(LOGIN[1])

    def _resolve(self, settings: Settings) -> Context:
        return self._contexts[-1]

    def _completed(self, decision: Decision, sqlstate: str | None, chunk: bytes, at: int) -> None:
        tag = chunk[at : at + len(COMPLETE)] if sqlstate is None and at >= 0 else b""
        assert tag in (b"", COMPLETE)
        self.counted.append((str(decision.statement), sqlstate))

    @property
    def conversation(self) -> Conversation:
        return self._conversation if self._shell is None else self._shell.conversation

    @property
    def passed(self) -> list[int]:
        return [0, 0] if self._shell is None else self._shell.passed

    @property
    def queries(self) -> int:
        return 0 if self._shell is None else self._shell.queries

    @property
    def alike(self) -> int:
        return 0 if self._shell is None else self._shell.alike

    def client_sent(self, data: bytes) -> bytes:
        """What has arrived at the server."""
        receive = self._conversation.client.receive if self._shell is None else self._shell.client_sent
        return b"".join(self._arrived(receive(piece), b"") for piece in self._slicing(data))

    def server_sent(self, data: bytes) -> bytes:
        """What has arrived at the server, for that."""
        receive = self._conversation.server.receive if self._shell is None else self._shell.server_sent
        return b"".join(self._arrived(b"", receive(piece)) for piece in self._slicing(data))

    def _arrived(self, at_server: bytes, at_client: bytes) -> bytes:
        if self._conversation.needs.any:
            at_server += self.conversation.take_to_server()
        self.at_server += at_server
        self.at_client += at_client
        return at_server

    def change(self) -> None:
        self._contexts.append(Changing(len(self._contexts)))
        self.conversation.reconsider()


class Server:
    """Answers what has come, in the pieces in which it likes to send."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._asked: deque[int] = deque()
        self._status = b"I"

    def heard(self, data: bytes) -> None:
        at = 0
        while at < len(data):
            kind, length = header(data, at)
            self._asked.append(kind)
            at += 1 + length

    def says(self) -> bytes:
        """To everything up to the next Sync, or to a Query."""
        said, dice = [], self._dice
        failing = dice.random() < 0.05
        while self._asked:
            kind = self._asked.popleft()
            if kind == m.FLUSH:
                break
            if dice.random() < 0.02:
                said.append(dice.choice(ASYNCHRONOUS))
            if kind == m.SYNC:
                self._status = dice.choice([b"I", self._status, self._status, b"T"])
                said.append(READY[self._status])
                break
            if kind == m.QUERY:
                said.append(ERROR if failing else dice.choice([b"", DESCRIPTION]) + ROW * dice.randrange(3) + COMPLETE)
                self._asked.appendleft(m.SYNC)  # which is answered as the end of a Query is
            elif kind == m.EXECUTE and failing:
                said.append(ERROR)
                while self._asked[0] != m.SYNC:
                    self._asked.popleft()
            else:
                said.append(self._reply(kind))
        return b"".join(said)

    def _reply(self, kind: int) -> bytes:
        if kind == m.EXECUTE:
            return ROW * self._dice.randrange(3) + COMPLETE
        plain = {m.PARSE: m.PARSE_COMPLETE, m.BIND: m.BIND_COMPLETE, m.CLOSE: m.CLOSE_COMPLETE}
        return DESCRIPTION if kind == m.DESCRIBE else m.frame(plain[kind], b"")


QUERIES = [m.query(text) for text in (b"plain", b"other", b"rewritten")]


def asks(name: bytes, how: bytes, dice: random.Random) -> bytes:
    """What a client sends in one go: a Query, or a statement from its Parse or Bind to its Sync; or more, sometimes."""
    if how == b"":
        query = dice.choice([*QUERIES, m.query(b"number %d" % dice.randrange(1000))])
        return query if dice.random() < 0.95 else query + dice.choice(QUERIES)
    bound = bind(name, bytes(dice.randrange(1, 9)))
    if not name:
        bound = m.parse(name, b"rewritten" if how == EXECUTED else b"plain", b"\0\0") + bound
    one = bound + how + m.SYNC_FRAME
    return one if dice.random() < 0.95 else one + bind(b"r", b"") + EXECUTED + m.SYNC_FRAME


def in_pieces(data: bytes, dice: random.Random) -> list[bytes]:
    if dice.random() < 0.9 or len(data) < 2:
        return [data]
    cut = dice.randrange(1, len(data))
    return [data[:cut], data[cut:]]


class Step(NamedTuple):
    """Who sends what, and what arrives of it, or for it."""

    who: str
    data: bytes
    at_server: bytes
    at_client: bytes


class Talk:
    """All sides are told the same, by one client and one server that answers what has arrived."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._server = Server(self._dice)
        self.sides = Side(), Side(passes=True), Side(slicing=bytewise)
        self.script: list[Step] = []
        self._again = b"s", EXECUTED

    def begin(self) -> None:
        self.ask(m.parse(b"s", b"plain", b"\0\0") + m.parse(b"r", b"rewritten", b"\0\0"))
        self.ask(m.parse(b"t", b"plain", b"\0\0") + m.SYNC_FRAME)
        self.answer()

    def ask(self, data: bytes) -> None:
        for piece in in_pieces(data, self._dice):
            sent = [each.client_sent(piece) for each in self.sides]
            assert sent[0] == sent[1] == sent[2]
            self._server.heard(sent[0])
            self.script.append(Step("client", piece, sent[0], b""))

    def answer(self) -> None:
        while said := self._server.says():
            for piece in in_pieces(said, self._dice):
                before = len(self.sides[0].at_client)
                sent = [each.server_sent(piece) for each in self.sides]
                assert sent[0] == sent[1] == sent[2]
                self._server.heard(sent[0])
                self.script.append(Step("server", piece, sent[0], self.sides[0].at_client[before:]))
        assert len({each.at_client for each in self.sides}) == 1

    def goes_on(self) -> None:
        dice = self._dice
        if dice.random() < 0.2:
            self._again = dice.choice([b"s", b"s", b"r", b"", b"t"]), dice.choice([DESCRIBED, EXECUTED, b""])
        self.ask(asks(*self._again, dice))
        if dice.random() < 0.9:
            self.answer()
        if dice.random() < 0.03:
            for each in self.sides:
                each.change()
            self.script.append(Step("change", b"", b"", b""))
        if dice.random() < 0.1:
            assert len({each.conversation.idle for each in self.sides}) == 1
            assert len({each.conversation.answered for each in self.sides}) == 1


@pytest.mark.check(1)
def test_the_same_conversation() -> None:
    passed, queries, alike = [0, 0], 0, 0
    for seed in range(150):
        talk = Talk(seed)
        talk.begin()
        for _ in range(80):
            talk.goes_on()
        talk.answer()
        asking, passing, walking = talk.sides
        assert asking.counted == passing.counted == walking.counted, seed
        passed = [before + now for before, now in zip(passed, passing.passed, strict=True)]
        queries += passing.queries
        alike += passing.alike
    assert min(passed) > 1000, passed
    assert queries > 200, queries
    assert alike > 60, alike
    assert sum(passed) < 150 * 80, passed  # enough of everything else, too


EXCHANGE = Exchange(Expected(m.BIND), b"", b"", b"\0s\0", EXECUTED + m.SYNC_FRAME)
ASKED = bind(b"s", b"1") + EXCHANGE.tail


@pytest.mark.parametrize(
    "data",
    [
        b"", b"B", ASKED[:-1], ASKED + m.SYNC_FRAME, ASKED * 2, bind(b"t", b"1") + EXCHANGE.tail,
        bind(b"s", b"1") + DESCRIBED + m.SYNC_FRAME, m.SYNC_FRAME + ASKED, bind(b"s", b"1") * 2 + EXCHANGE.tail,
        m.frame(m.BIND, b"\0") + EXCHANGE.tail, b"P" + ASKED[1:], b"B\xff\xff\xff\xff" + ASKED[5:],
    ],
)  # fmt: skip
def test_what_is_not_asked_again(data: bytes) -> None:
    assert asked_again(EXCHANGE, ASKED) == 0
    assert asked_again(EXCHANGE, data) == -1


BOUND = m.frame(m.BIND_COMPLETE, b"")


@pytest.mark.parametrize(
    "data",
    [
        b"", BOUND, BOUND + COMPLETE, BOUND + READY[b"I"], BOUND + ERROR + READY[b"I"], ROW + COMPLETE + READY[b"I"],
        BOUND + ROW + ASYNCHRONOUS[0] + COMPLETE + READY[b"I"], BOUND + COMPLETE + READY[b"I"] * 2,
        BOUND + COMPLETE + COMPLETE + READY[b"I"], BOUND + COMPLETE + READY[b"I"][:-1],
        BOUND + m.frame(m.EMPTY_QUERY_RESPONSE, b"") + READY[b"I"], BOUND + b"D\0\0\0\1" + COMPLETE + READY[b"I"],
        BOUND + b"D\xff\xff\xff\xff" + COMPLETE + READY[b"I"], BOUND + m.frame(m.DATA_ROW, COMPLETE + READY[b"I"]),
    ],
)  # fmt: skip
def test_what_is_no_whole_answer(data: bytes) -> None:
    assert answered_whole(BOUND, BOUND + ROW + COMPLETE + READY[b"T"]) == len(BOUND + ROW)
    assert answered_whole(BOUND, data) == -1

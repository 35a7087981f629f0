"""However the bytes are sliced, the same ones arrive; and whatever is sent, nothing but a ProtocolError is raised."""

import random
import shlex
from collections.abc import Iterator

import pytest
from tests.wire.playbook import Slicing, bytewise, decision_of, frame_of, randomly, whole

from lintel.wire import messages
from lintel.wire.ask import QUESTION
from lintel.wire.conversation import Conversation
from lintel.wire.decision import Decision, Settings
from lintel.wire.errors import ProtocolError
from lintel.wire.exchange import Exchange

CLIENT = [
    frame_of("F", shlex.split(line))
    for line in """
        Parse s plain 23|Parse '' plain|Parse '' loud|Parse s loud|Parse '' rewritten|Parse s rewritten|Bind '' s 1
        Bind '' ''|Bind c1 s|Describe S s|Describe P ''|Execute ''|Execute c1 3|Close S s|Close P c1|Sync|Sync|Flush
        Query plain|Query loud|Query settings|Query ddl|Query temporary|Query commit|Query rewritten|Query prepare
        Query execute|Query deallocate|Query discard|Query ''|CopyData abc|CopyDone|CopyFail no|FunctionCall 3
    """.replace("\n", "|").split("|")
    if line.strip()
]
SERVER = [
    frame_of("B", shlex.split(line))
    for line in """
        ParseComplete|BindComplete|CloseComplete|RowDescription a|NoData|DataRow 1|CommandComplete ROLLBACK
        CommandComplete 'SELECT 1'|EmptyQueryResponse|PortalSuspended|ReadyForQuery I|ReadyForQuery I|ReadyForQuery T
        ReadyForQuery E|ErrorResponse S=ERROR V=ERROR C=42703 M=x P=3|ErrorResponse S=ERROR C=22000 M=y
        ErrorResponse V=FATAL C=57P01 M=z|NoticeResponse M=n|NotificationResponse x|ParameterStatus search_path q
        ParameterStatus application_name z|CopyInResponse x|CopyOutResponse x|CopyDone|CopyData zz
        FunctionCallResponse x
    """.replace("\n", "|").split("|")
    if line.strip()
]
FIELDS = {
    "loud": {"retry": "42703"},
    "settings": {"effects": "SETTINGS"},
    "ddl": {"effects": "DDL"},
    "temporary": {"effects": "TEMPORARY", "temporary": "t"},
    "commit": {"effects": "ENDS"},
    "rewritten": {"text": "rewritten text", "edit": "0:1:x"},
    "prepare": {"names": "PREPARE:p"},
    "execute": {"names": "EXECUTE:p"},
    "deallocate": {"names": "DEALLOCATE:s"},
    "discard": {"effects": "DISCARDS|SETTINGS"},
}


class Context:
    """Its rewritten texts tell it from others."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.planned = True
        self.decisions: dict[bytes, Decision] = {}
        self.queries: dict[bytes, Exchange] = {}
        self.passing: object = None

    def decide(self, text: bytes) -> Decision:
        name = text.decode("latin-1")
        fields = FIELDS.get(name, {})
        if self.number and name == "loud":
            fields = {"text": f"context {self.number}"}
        return self.decisions.setdefault(text, decision_of(name, fields))

    def alike(self, text: bytes, decision: Decision) -> bytes:
        return b""

    def known(self, text: bytes) -> bool:
        return True

    def aside(self) -> "Context":
        return self

    def learn(self, aside: object) -> None: ...


class Run:
    """One conversation; collects what arrives."""

    def __init__(self, slicing: Slicing) -> None:
        self._slicing = slicing
        self._contexts = [Context(0)]
        self.broken = False
        self.arrived = (bytearray(), bytearray())
        self.conversation = Conversation(self._resolve, lambda decision, sqlstate, chunk, at: None)

    def _resolve(self, settings: Settings) -> Context:
        return self._contexts[-1]

    def send(self, side: int, data: bytes) -> None:
        receive = (self.conversation.client.receive, self.conversation.server.receive)[side]
        for piece in self._slicing(data):
            self.arrived[side].extend(receive(piece))
            while self.conversation.needs.any:
                self.arrived[0].extend(self.conversation.take_to_server())
                if self.conversation.needs.catalog:
                    self._contexts.append(Context(len(self._contexts)))
                    self.arrived[1].extend(self.conversation.refreshed())

    def breaks(self, side: int, data: bytes) -> bool:
        """Whether that is where the session ends."""
        try:
            self.send(side, data)
        except ProtocolError:
            self.broken = True
        return self.broken


def script(seed: int) -> Iterator[tuple[int, bytes]]:
    dice = random.Random(seed)
    for _ in range(dice.randint(1, 30)):
        side = dice.randint(0, 1)
        yield side, b"".join(dice.choices((CLIENT, SERVER)[side], k=dice.randint(1, 6)))


def begin(run: Run) -> None:
    """Log in, and answer the question."""
    run.send(1, frame_of("B", ["AuthenticationOk"]) + frame_of("B", ["ReadyForQuery", "I"]))
    assert bytes(run.arrived[0]) == QUESTION
    row = frame_of("B", ["DataRow", "public"])
    run.send(1, row + row + frame_of("B", ["ReadyForQuery", "I"]))


@pytest.mark.check(1)
@pytest.mark.parametrize("slicing", [bytewise, randomly(1), randomly(2)], ids=["bytewise", "random1", "random2"])
def test_the_same_bytes_arrive(slicing: Slicing) -> None:
    for seed in range(300):
        runs = Run(whole), Run(slicing)
        for run in runs:
            begin(run)
        for side, data in script(seed):
            if len({run.breaks(side, data) for run in runs}) == 2:
                raise AssertionError(f"{seed}: only one has ended")
            if runs[0].broken:
                break
        assert runs[0].broken or runs[0].arrived == runs[1].arrived, seed


@pytest.mark.check(2)
def test_nothing_but_protocol_errors() -> None:
    dice = random.Random(7)
    for seed in range(2000):
        run = Run(whole)
        begin(run)
        try:
            for side, data in script(seed):
                run.send(side, damaged(data, dice) if dice.random() < 0.1 else data)
        except ProtocolError as problem:
            assert problem.sqlstate in ("08P01", "54000")  # noqa: PT017 - most scripts raise nothing


def damaged(data: bytes, dice: random.Random) -> bytes:
    """A byte is another one, or the end is missing."""
    changed = bytearray(data)
    changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed[: dice.randint(1, len(changed))] if dice.random() < 0.5 else changed)


@pytest.mark.check(2)
def test_a_large_frame_in_small_pieces_is_joined_once() -> None:
    run = Run(lambda data: (data[at : at + 1000] for at in range(0, len(data), 1000)))
    begin(run)
    run.arrived[0].clear()
    text = b"x" * 5_000_000
    run.send(0, messages.query(text))
    assert bytes(run.arrived[0]) == messages.query(text)

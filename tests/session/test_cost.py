"""What a statement costs the interpreter, both legs and counting included, in bytecode."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.instructions import counted_here, instructions
from tests.priority import PLAN, rule

from lintel.analysis.ddl import schema_of
from lintel.app.presence import Presence
from lintel.metrics import Counters
from lintel.plan.parse import parse
from lintel.policy import Policy
from lintel.recorder import Recorder
from lintel.session.database import Login
from lintel.session.relay import Session
from lintel.wire import messages as m
from lintel.wire.conversation import Conversation
from lintel.wire.decision import Settings

pytestmark = counted_here

PLANS = (parse(PLAN + rule("new", "new"), "plan.toml"),)
SCHEMA = schema_of(b"CREATE TABLE orders (id int PRIMARY KEY, total numeric)")
TEXT = b"SELECT total FROM orders WHERE id = $1"
DESCRIPTION = m.frame(m.ROW_DESCRIPTION, b"\0\1total\0" + b"\0" * 18)
ROW = m.frame(m.DATA_ROW, b"\0\1\0\0\0\x013")
COMPLETE = m.frame(m.COMMAND_COMPLETE, b"SELECT 1\0")
READY = m.frame(m.READY_FOR_QUERY, b"I")
SAYS = (
    ("in_hot_standby", "off"), ("integer_datetimes", "on"), ("TimeZone", "Etc/UTC"), ("IntervalStyle", "postgres"),
    ("search_path", '"$user", public'), ("is_superuser", "on"), ("application_name", "old"), ("server_version", "18.0"),
    ("default_transaction_read_only", "off"), ("scram_iterations", "4096"), ("DateStyle", "ISO, MDY"),
    ("standard_conforming_strings", "on"), ("session_authorization", "shop"), ("client_encoding", "UTF8"),
    ("server_encoding", "UTF8"),
)  # fmt: skip
STARTED = b"".join(
    (
        m.authentication(0),
        *(m.frame(m.PARAMETER_STATUS, f"{name}\0{value}\0".encode()) for name, value in SAYS),
        m.frame(m.BACKEND_KEY_DATA, bytes(8)),
        READY,
    )
)
PARSED, BOUND = m.frame(m.PARSE_COMPLETE, b""), m.frame(m.BIND_COMPLETE, b"")
ALL = m.describe(b"P", b"") + m.execute(b"") + m.SYNC_FRAME
ANSWERED = DESCRIPTION + ROW + COMPLETE + READY
PARAMETERS = b"\0\0\0\1\0\0\0\x0242\0\0"


def parse_frame(name: bytes, text: bytes) -> bytes:
    return m.parse(name, text, b"\0\0")


def bind_frame(name: bytes) -> bytes:
    return m.frame(m.BIND, b"\0" + name + b"\0" + PARAMETERS)


class Wire:
    """A transport that only remembers what was written last."""

    def __init__(self) -> None:
        self.protocol: Any = None
        self.write = self.wrote
        self.last = b""

    def wrote(self, data: bytes) -> None:
        self.last = data

    def set_protocol(self, protocol: object) -> None:
        self.protocol = protocol

    def get_extra_info(self, name: str) -> None: ...
    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


class Relayed:
    """A session in which statements are asked and answered."""

    def __init__(self, recorder: Recorder, application: str, policy: Policy | None = None) -> None:
        counters = Counters()
        policy = policy or Policy(SCHEMA, PLANS)
        database: Any = SimpleNamespace(counters=counters, recorder=recorder, policy=policy)
        login = Login("shop", "shop", "127.0.0.1", application)
        self.client, self.server = Wire(), Wire()
        session = Session(cast("Any", self.client), cast("Any", self.server), "/", lambda _: None, counters)
        presence = Presence(database, login, session)
        settings = Settings(application_name=application, session_authorization=login.user)
        conversation = Conversation(presence.resolve, presence.completed, settings, counts=counters)
        session.begin(conversation, presence, b"", b"", b"")
        self.server.protocol.data_received(STARTED)
        self.server.protocol.data_received(shown(b"public") + shown(b"none") + READY)

    def ask(self, asked: bytes, *answers: bytes) -> None:
        self.client.protocol.data_received(asked)
        for answer in answers:
            self.server.protocol.data_received(answer)


def shown(value: bytes) -> bytes:
    row = m.frame(m.DATA_ROW, b"\0\1" + len(value).to_bytes(4, "big") + value)
    return PARSED + BOUND + row + m.frame(m.COMMAND_COMPLETE, b"SHOW\0") + m.frame(m.CLOSE_COMPLETE, b"") * 2


SIMPLE = m.query(TEXT.replace(b"$1", b"42"))
# name: application, prepared before, asked, answered, instructions at most for each time
STATEMENTS: dict[str, tuple[str, bytes, bytes, tuple[bytes, ...], int]] = {
    "simple": ("old", b"", SIMPLE, (ANSWERED,), 399),
    "extended": ("old", b"", parse_frame(b"", TEXT) + bind_frame(b"") + ALL, (PARSED + BOUND + ANSWERED,), 478),
    "prepared": ("old", parse_frame(b"s", TEXT), bind_frame(b"s") + ALL, (BOUND + ANSWERED,), 464),
    "rewritten": (
        "new", parse_frame(b"s", TEXT.replace(b"total", b"priority")), bind_frame(b"s") + ALL, (BOUND + ANSWERED,), 468,
    ),
    "narrow rows, 64 KB": ("old", b"", SIMPLE, (DESCRIPTION, ROW * 5400, COMPLETE + READY), 1480),
    "wide rows, 1 MB": (
        "old", b"", SIMPLE, (DESCRIPTION, m.frame(m.DATA_ROW, bytes(2000)) * 500, COMPLETE + READY), 20_000,
    ),
}  # fmt: skip


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path / "store.db")


@pytest.mark.parametrize("name", STATEMENTS)
def test_instructions(recorder: Recorder, name: str) -> None:
    application, prepared, asked, answers, ceiling = STATEMENTS[name]
    relayed = Relayed(recorder, application)
    if prepared:
        relayed.ask(prepared + m.SYNC_FRAME, PARSED + READY)
    times = 32  # of which two are timed

    def run() -> None:
        for _ in range(times):
            relayed.ask(asked, *answers)

    run()
    each = instructions(run) / times
    assert each <= ceiling, f"{each:.0f} instructions for a statement"
    assert relayed.client.last.endswith(READY)


def test_statements_in_turns(recorder: Recorder) -> None:
    """As the transactions of an application have them."""
    relayed = Relayed(recorder, "old")
    texts = {b"s%d" % number: TEXT + b" AND id > %d" % number for number in range(8)}
    for name, text in texts.items():
        relayed.ask(parse_frame(name, text) + m.SYNC_FRAME, PARSED + READY)

    def run() -> None:
        for name in [*texts] * 4:
            relayed.ask(bind_frame(name) + ALL, BOUND + ANSWERED)

    run()
    each = instructions(run) / 32
    assert each <= 640, f"{each:.0f} instructions for a statement"
    assert relayed.client.last.endswith(READY)


def test_unnamed_statements_in_turns(recorder: Recorder) -> None:
    """As drivers that never name one have them."""
    relayed = Relayed(recorder, "old")
    chunks = [parse_frame(b"", TEXT + b" AND id > %d" % number) + bind_frame(b"") + ALL for number in range(8)]

    def run() -> None:
        for chunk in chunks * 4:
            relayed.ask(chunk, PARSED + BOUND + ANSWERED)

    run()
    each = instructions(run) / 32
    assert each <= 720, f"{each:.0f} instructions for a statement"


def test_opening_a_session(recorder: Recorder) -> None:
    """From the joining of the two connections to the answer to the first question; the server says what 18 says."""
    policy = Policy(SCHEMA, PLANS)
    Relayed(recorder, "old", policy)
    each = instructions(lambda: assert_open(Relayed(recorder, "old", policy)))
    assert each <= 9_470, f"{each} instructions for a session"


def assert_open(relayed: Relayed) -> None:
    assert relayed.client.last.endswith(READY)


def test_a_new_text_of_a_known_shape(recorder: Recorder) -> None:
    """Every text unique: the scan of its literals is C, what is left is here."""
    relayed = Relayed(recorder, "old")
    relayed.ask(SIMPLE, ANSWERED)
    texts = [m.query(TEXT.replace(b"$1", b"%d" % number)) for number in range(1000, 1064)]

    def run() -> None:
        for text in texts:
            relayed.ask(text, ANSWERED)

    each = instructions(run) / len(texts)
    assert each <= 810, f"{each:.0f} instructions for a statement"

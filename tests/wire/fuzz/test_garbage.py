"""Whatever comes from either side: no escape but ProtocolError, no long thought, nothing heaped up."""

import contextlib
import random
from collections.abc import Callable

import pytest
from hypothesis import strategies as st
from tests.wire.fuzz.crossing import Contexts, timed
from tests.wire.fuzz.effort import effort, fuzz
from tests.wire.fuzz.programs import BAD, COPY_DONE, COPY_FAIL, END, GOOD, execute, function
from tests.wire.playbook import randomly

from lintel.wire import messages
from lintel.wire.conversation import Conversation
from lintel.wire.decision import (
    DDL,
    DISCARDS,
    ENDS,
    EXECUTE,
    PREPARE,
    SETTINGS,
    TEMPORARY,
    Decision,
    Expectation,
    Named,
    Refusal,
)
from lintel.wire.errors import ProtocolError
from lintel.wire.login import as_it_is, without_channel_binding

KINDS = [value for name, value in vars(messages).items() if isinstance(value, int) and name not in ("FAILED", "IDLE")]
LENGTHS = st.one_of(st.integers(0, 40), st.sampled_from([0x3FFFFFFF, 0x40000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]))
TEXTS = ["SELECT 1", "SELECT o", "SET x", "BEGIN", "COMMIT", "ALTER", "EXECUTE a", "PREPARE a", "DEALLOCATE ALL", ""]
START = messages.frame(messages.AUTHENTICATION, b"\0\0\0\0") + messages.frame(messages.READY_FOR_QUERY, b"I")


def decide(context: str, text: bytes) -> Decision:
    """Something of everything that there is."""
    refusals = ((b"refused", Refusal("42703", "lintel: no", "hint")),)
    return {
        b"SELECT o": Decision(text=b"SELECT refused", edits=((7, 8, b"refused"),), refusals=refusals),
        b"SELECT 1": Decision(text=b"SELECT 0" + context.encode(), retry=frozenset({"42703"}), edits=((7, 8, b"0"),)),
        b"SET x": Decision(effects=SETTINGS | TEMPORARY, temporary=("o",)),
        b"COMMIT": Decision(effects=ENDS | DDL, expected=(Expectation("42703", Refusal("42703", "lintel: no"), 3, 6),)),
        b"DEALLOCATE ALL": Decision(effects=DISCARDS | SETTINGS),
        b"PREPARE a": Decision(named=(Named(PREPARE, b"a"),)),
        b"EXECUTE a": Decision(named=(Named(EXECUTE, b"a"),)),
    }.get(text, Decision())


def _frame(kind: int, body: bytes, cut: int, length: int | None) -> bytes:
    body = body[: len(body) - cut] if cut else body
    return messages.frame(kind, body) if length is None else bytes([kind]) + length.to_bytes(4, "big") + body


def _error(sqlstate: str, message: str, position: str) -> bytes:
    return b"SERROR\0C%b\0M%b\0P%b\0\0" % (sqlstate.encode(), message.encode(), position.encode())


NAMES = st.sampled_from([b"", b"a", b"lintel_s1", b"\xff"])
STRINGS = st.lists(st.one_of(NAMES, st.sampled_from(TEXTS).map(str.encode)), max_size=3).map(
    lambda strings: b"".join(one + b"\0" for one in strings)
)
ERRORS = st.builds(
    _error,
    st.sampled_from(["42703", "25P02", "57P01", ""]),
    st.sampled_from(["refused", "no"]),
    st.sampled_from(["8", "", "-1", "99999999999999999999", "x"]),
)
BODIES = st.one_of(
    STRINGS,
    st.binary(max_size=30),
    st.sampled_from(
        [b"I", b"T", b"E", b"S\0", b"Pa\0", b"\0\0\0\0", b"SELECT 1\0", b"\0\0\0\x0aSCRAM-SHA-256-PLUS\0\0"]
    ),
    ERRORS,
    st.builds(lambda name, text: name + b"\0" + text.encode() + b"\0\0\0", NAMES, st.sampled_from(TEXTS)),
)
LENGTH_OR_NOT = st.one_of(st.none(), st.none(), st.none(), st.none(), LENGTHS)
CUTS = st.sampled_from([0, 0, 0, 0, 1, 2])
FRAMES = st.builds(_frame, st.one_of(st.sampled_from(KINDS), st.integers(0, 255)), BODIES, CUTS, LENGTH_OR_NOT)
CLIENT = st.one_of(
    FRAMES,
    st.sampled_from(TEXTS).map(lambda text: messages.query(text.encode())),
    st.builds(lambda name, text: messages.parse(name, text.encode(), b"\0\0"), NAMES, st.sampled_from(TEXTS)),
    st.builds(messages.bind, NAMES, NAMES),
    st.builds(execute, NAMES, st.integers(0, 2)),
    st.builds(messages.describe, st.sampled_from([b"S", b"P", b"x"]), NAMES),
    st.builds(messages.close, st.sampled_from([b"S", b"P", b"x"]), NAMES),
    st.sampled_from([*END, GOOD, BAD, COPY_DONE, COPY_FAIL, function(1)]),
)
SERVER = st.one_of(
    FRAMES,
    st.sampled_from([b"I", b"T", b"E"]).map(lambda status: messages.frame(messages.READY_FOR_QUERY, status)),
    ERRORS.map(lambda body: messages.frame(messages.ERROR_RESPONSE, body)),
    st.sampled_from([b"SELECT 1\0", b"ROLLBACK\0"]).map(lambda tag: messages.frame(messages.COMMAND_COMPLETE, tag)),
    st.sampled_from("123nsTGHWIcVAKSD").map(lambda kind: messages.frame(ord(kind), b"")),
)
BOTH = st.lists(st.one_of(CLIENT.map(lambda frame: ("client", frame)), SERVER.map(lambda frame: ("server", frame))))


def converse(said: list[tuple[str, bytes]], seed: int, started: bool) -> None:
    dice = random.Random(seed)
    contexts = Contexts(decide)
    conversation = Conversation(
        contexts.resolve, contexts.completed, authentication=without_channel_binding if seed % 2 else as_it_is
    )
    held = {"client": 0, "server": 0}
    with contextlib.suppress(ProtocolError):
        for side, data in [("server", START)] * started + said:
            receive: Callable[[bytes], bytes] = getattr(conversation, side).receive
            held[side] += len(data)
            for piece in randomly(seed)(data):
                timed(receive, piece)
                conversation.take_to_server()
            if conversation.needs.catalog and dice.random() < 0.7:
                contexts.now = dice.choice(["now", "then"])
                conversation.refreshed()
                conversation.take_to_server()
            if dice.random() < 0.1:
                conversation.reconsider()


@pytest.mark.check(2)
@effort(1000)
def test_conversation(inputs: int) -> None:
    fuzz(inputs, converse, said=BOTH, seed=st.integers(0, 2**32), started=st.booleans())

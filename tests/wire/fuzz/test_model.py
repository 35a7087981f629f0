"""The oracle of the fuzzing is right: real servers answer the same programs with the same messages."""

import psycopg
import pytest
from tests.shield.wire_client import Client
from tests.wire.fuzz.effort import fuzz
from tests.wire.fuzz.meanings import ordinary
from tests.wire.fuzz.model import Postgres
from tests.wire.fuzz.programs import SYNC, Frames, programs

from lintel.wire import messages

TERMINATE = messages.frame(messages.TERMINATE, b"")
Seen = list[tuple[str, str]]


@pytest.fixture
def with_table(database: str) -> str:
    with psycopg.connect(database, autocommit=True) as client:
        client.execute("CREATE TABLE t (n int)")
    return database


def seen(data: bytes) -> Seen:
    """Types, and of what tells the most its heart: tag, status, SQLSTATE."""
    found = []
    while data:
        end = 1 + int.from_bytes(data[1:5], "big")
        found.append((chr(data[0]), _heart(data[0], data[:end])))
        data = data[end:]
    return [one for one in found if one[0] != "S" or one[1] == "application_name"]


def _heart(kind: int, frame: bytes) -> str:
    if kind in (messages.ERROR_RESPONSE, messages.NOTICE_RESPONSE):
        fields = dict(messages.fields(frame))
        return " ".join(fields.get(code, b"").decode() for code in b"VC")
    if kind == messages.PARAMETER_STATUS:
        return messages.parameter_status(frame)[0].decode()
    if kind in (messages.COMMAND_COMPLETE, messages.READY_FOR_QUERY):
        return frame[5:].decode()
    return ""


def really(dsn: str, program: Frames) -> Seen:
    """What a real server says to it, up to its end."""
    with Client(dsn, "") as client:
        client.send(*program, TERMINATE)
        return seen(client._input.read())


def settled(program: Frames) -> Frames:
    """A Sync between an Execute and a Query or FunctionCall: without, PostgreSQL 18 is in a transaction, 15 is not."""
    made: list[bytes] = []
    for one in program:
        if one[0] in (messages.QUERY, messages.FUNCTION_CALL) and any(before[:1] == b"E" for before in made):
            made.append(SYNC)
        made.append(one)
    return tuple(made)


def test_model(with_table: str) -> None:
    def check(program: Frames) -> None:
        program = settled(program)
        assert seen(Postgres(ordinary).receive(b"".join(program))) == really(with_table, program)

    fuzz(60, check, program=programs())

"""With plain decisions a client sees through a Conversation exactly what it sees without, whatever it sends."""

import random

import pytest
from hypothesis import strategies as st
from tests.wire.fuzz.crossing import Contexts, Crossing
from tests.wire.fuzz.effort import effort, fuzz
from tests.wire.fuzz.meanings import ordinary
from tests.wire.fuzz.model import Postgres
from tests.wire.fuzz.programs import programs

from lintel.wire.ask import QUESTION


def directly(program: bytes) -> tuple[bytes, Postgres]:
    """What the client sees without Lintel."""
    server = Postgres(ordinary)
    return server.start() + server.receive(program), server


def plainly(program: tuple[bytes, ...], seed: int) -> None:
    sent = b"".join(program)
    expected, server = directly(sent)
    counted = set()
    for politely in (False, True):
        crossing = Crossing(Postgres(ordinary), Contexts(), random.Random(seed), politely=politely)
        if not crossing.run(sent):
            return
        assert crossing.got == expected
        assert crossing.reached.replace(QUESTION, b"", 1) == sent
        if not server.dead:
            crossing.at_rest()
        counted.add(crossing.contexts.counted)
    # Behind an error it is a matter of order which of the statements that the server skips Lintel still sees.
    assert len(counted) == 1 or b"SERROR" in expected


@pytest.mark.check(1, 3, 6)
@effort(800)
def test_plain_decisions(inputs: int) -> None:
    fuzz(inputs, plainly, program=programs(), seed=st.integers(0, 2**32))

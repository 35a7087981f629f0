"""A cancel request does not overtake what the client sent before it and Lintel still holds."""

import asyncio
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from lintel.metrics import Counters
from lintel.session.relay import Session
from lintel.wire.framing import COMPILED

pytestmark = pytest.mark.skipif(COMPILED, reason="compiled code takes no stand-ins")


def _session(withheld: bool) -> tuple[Session, SimpleNamespace]:
    session = Session(Mock(), Mock(), Mock(), Mock(), Counters())
    conversation = SimpleNamespace(withheld=withheld)
    session._talk = conversation  # type: ignore[assignment]
    return session, conversation


async def test_it_waits_for_a_question_of_ours() -> None:
    session, conversation = _session(withheld=True)
    waiting = asyncio.ensure_future(session.forwarded())
    assert not (await asyncio.wait([waiting], timeout=0.05))[0]
    conversation.withheld = False
    await asyncio.wait_for(waiting, 5)


async def test_it_goes_at_once_where_nothing_is_held() -> None:
    session, _ = _session(withheld=False)
    waiting = asyncio.ensure_future(session.forwarded())
    await asyncio.sleep(0)
    assert waiting.done()

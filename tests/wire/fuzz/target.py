"""For fuzzers that look for new paths themselves: one input, both sides of a conversation.

    pip install atheris; python -m tests.wire.fuzz.target -max_len=512 CORPUS    until it is stopped
    python -m tests.wire.fuzz.target --once FILE...                              what AFL or anybody else has found

An input is a run of chunks, each a byte (its lowest bit the side, the others the length) and that many bytes.
"""

import contextlib
import sys
from pathlib import Path

from tests.wire.fuzz.crossing import Contexts, timed
from tests.wire.fuzz.test_garbage import START, decide

from lintel.wire.conversation import Conversation
from lintel.wire.errors import ProtocolError


def one_input(data: bytes) -> None:
    """Nothing but ProtocolError comes out, and nothing takes long."""
    contexts = Contexts(decide)
    conversation = Conversation(contexts.resolve, contexts.completed)
    with contextlib.suppress(ProtocolError):
        conversation.server.receive(START)
        while data:
            side, size = data[0] & 1, data[0] >> 1
            receive = conversation.server.receive if side else conversation.client.receive
            timed(receive, data[1 : 1 + size])
            conversation.take_to_server()
            if conversation.needs.catalog:
                conversation.refreshed()
            data = data[1 + size :]


def main(arguments: list[str]) -> None:
    """See above."""
    if arguments[:1] == ["--once"]:
        for name in arguments[1:]:
            one_input(Path(name).read_bytes())
        return
    import atheris  # type: ignore[import-untyped]  # not among the locked packages: nobody else needs it

    atheris.instrument_all()
    atheris.Setup([sys.argv[0], *arguments], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])

"""A long text is decided elsewhere, and only its session waits: behind it everything stays in order."""

import shlex
from collections.abc import Iterator

import pytest
from tests.wire.playbook import frame_of, whole
from tests.wire.test_any_split import Context, Run, begin, script

from lintel.wire import messages as m
from lintel.wire.decision import Decision
from lintel.wire.framing import header
from lintel.wire.state import QUICK

LONG = b"long " * QUICK
LONGER = b"longer " * QUICK
PLAIN = m.query(b"plain")
ANSWERED = frame_of("B", ["CommandComplete", "SELECT 1"]) + frame_of("B", ["ReadyForQuery", "I"])


class Slow(Context):
    """Knows no long text; what the shell has had decided it does not keep."""

    def known(self, text: bytes) -> bool:
        return False

    def decide(self, text: bytes) -> Decision:
        assert len(text) <= QUICK, "decided on the event loop"
        return super().decide(text)

    def decided(self, text: bytes) -> Decision:
        """By the other thread."""
        return Decision(text=b"%d: " % self.number + text[:20], edits=((0, len(text), b"x"),), statement="long")


class Waiting(Run):
    """The shell's part is done when the test says so."""

    def __init__(self) -> None:
        super().__init__(whole)
        self._contexts = [Slow(0)]

    def send(self, side: int, data: bytes) -> None:
        """Without looking at what is needed but for the catalog."""
        self.pump((self.conversation.client.receive, self.conversation.server.receive)[side](data), side)

    def pump(self, arrived: bytes, side: int) -> None:
        self.arrived[side].extend(arrived)
        self.arrived[0].extend(self.conversation.take_to_server())

    def decide(self) -> bytes:
        """What was asked for; the text."""
        asked = self.conversation.needs.decision
        assert asked is not None
        context, text = asked
        self.conversation.needs.decision = None
        assert isinstance(context, Slow)
        self.finish(context, text)
        return text

    def finish(self, context: Slow, text: bytes) -> None:
        self.conversation.decided(context, text, context.decided(text))
        self.pump(b"", 0)

    def move(self) -> None:
        """Another policy."""
        self._contexts.append(Slow(len(self._contexts)))
        self.conversation.reconsider()

    def reached(self) -> bytes:
        """The server, since the last look."""
        found = bytes(self.arrived[0])
        self.arrived[0].clear()
        return found


@pytest.fixture
def run() -> Waiting:
    run = Waiting()
    begin(run)
    run.reached()
    return run


def sent(text: bytes, number: int = 0) -> bytes:
    return b"%d: " % number + text[:20]


def test_what_is_behind_it_waits_and_what_is_before_goes_on(run: Waiting) -> None:
    run.send(0, PLAIN + m.query(LONG) + PLAIN)
    assert run.reached() == PLAIN
    assert run.conversation.blocked
    assert run.conversation.withheld
    run.send(0, PLAIN)
    run.send(1, ANSWERED)
    assert not run.reached()
    assert run.arrived[1].endswith(ANSWERED)
    assert run.decide() == LONG
    assert run.reached() == m.query(sent(LONG)) + PLAIN + PLAIN
    assert not run.conversation.blocked
    assert run.conversation.needs.decision is None
    for _ in range(3):
        run.send(1, ANSWERED)
    assert run.conversation.idle


def test_one_after_the_other(run: Waiting) -> None:
    run.send(0, m.query(LONG) + m.parse(b"s", LONGER, b"\0\0") + m.SYNC_FRAME)
    assert run.decide() == LONG
    assert run.reached() == m.query(sent(LONG))
    assert run.decide() == LONGER
    assert run.reached() == m.parse(b"s", sent(LONGER), b"\0\0") + m.SYNC_FRAME


def test_a_text_that_is_sent_in_pieces_is_asked_for_once_it_is_whole(run: Waiting) -> None:
    data = m.query(LONG)
    for at in range(0, len(data), 1000):
        assert run.conversation.needs.decision is None
        run.send(0, data[at : at + 1000])
    assert run.decide() == LONG
    assert run.reached() == m.query(sent(LONG))


def test_under_another_policy_it_is_decided_again(run: Waiting) -> None:
    run.send(0, m.query(LONG))
    asked = run.conversation.needs.decision
    run.conversation.needs.decision = None
    run.move()
    assert asked is not None
    assert isinstance(asked[0], Slow)
    run.finish(asked[0], asked[1])
    assert not run.reached()
    run.decide()
    assert run.reached() == m.query(sent(LONG, 1))


def test_a_prepared_one_is_decided_again_before_its_next_bind(run: Waiting) -> None:
    bind = m.frame(m.BIND, b"\0s\0\0\0\0\0\0\0")
    run.send(0, m.parse(b"s", LONG, b"\0\0") + m.SYNC_FRAME)
    run.decide()
    run.send(1, frame_of("B", ["ParseComplete"]) + frame_of("B", ["ReadyForQuery", "I"]))
    run.move()
    run.reached()
    run.send(0, bind + m.execute(b"") + m.SYNC_FRAME)
    assert not run.reached()
    run.decide()
    again = run.reached()
    assert again == m.parse(b"lintel_s1", sent(LONG, 1), b"\0\0") + m.FLUSH_FRAME
    run.send(1, frame_of("B", ["ParseComplete"]))
    assert run.reached().startswith(m.close(b"S", b"s") + m.rebind(bind, b"lintel_s1"))


def test_behind_ddl_it_is_decided_by_the_catalog_that_this_leaves(run: Waiting) -> None:
    run.send(0, m.query(b"ddl") + m.query(LONG))
    assert run.reached() == m.query(b"ddl")
    run.send(1, frame_of("B", ["CommandComplete", "ALTER TABLE"]) + frame_of("B", ["ReadyForQuery", "I"]))
    assert run.conversation.needs.catalog
    run._contexts.append(Slow(1))
    run.pump(run.conversation.refreshed(), 1)
    run.decide()
    assert run.reached() == m.query(sent(LONG, 1))


def test_the_catalog_is_fetched_while_it_is_being_decided(run: Waiting) -> None:
    """An answer to what was sent before, DDL by a function say, holds both directions; then it is looked at again."""
    run.send(0, m.query(b"plain") + m.query(LONG))
    asked = run.conversation.needs.decision
    run.conversation.needs.decision = None
    run.conversation._state.ddl = run.conversation._state.careful = True
    run.send(1, ANSWERED)
    assert run.conversation.needs.catalog
    assert asked is not None
    assert isinstance(asked[0], Slow)
    run.finish(asked[0], asked[1])
    run._contexts.append(Slow(1))
    run.pump(run.conversation.refreshed(), 1)
    run.reached()
    run.decide()
    assert run.reached() == m.query(sent(LONG, 1))


def test_after_an_error_too(run: Waiting) -> None:
    """What the server skips still goes to it as it was decided."""
    run.send(0, m.parse(b"", b"plain", b"\0\0") + m.FLUSH_FRAME)
    run.send(1, frame_of("B", shlex.split("ErrorResponse S=ERROR C=42601 M=x")))
    run.reached()
    run.send(0, m.parse(b"", LONG, b"\0\0") + m.SYNC_FRAME)
    assert not run.reached()
    run.decide()
    assert run.reached() == m.parse(b"", sent(LONG), b"\0\0") + m.SYNC_FRAME


class Aside(Run):
    """Every text is long, and decided between two events."""

    def __init__(self) -> None:
        super().__init__(whole)
        self._contexts = [Padded(0)]

    def send(self, side: int, data: bytes) -> None:
        super().send(side, data)
        while (asked := self.conversation.needs.decision) is not None:
            self.conversation.needs.decision = None
            self.conversation.decided(*asked, asked[0].decide(asked[1]))
            super().send(side, b"")


class Padded(Context):
    def known(self, text: bytes) -> bool:
        return not text


def frames(data: bytes) -> Iterator[bytes]:
    """One by one: what the server says behind an answer must not overtake the text that the answer sets free."""
    while data:
        size = header(data, 0)[1] + 1
        yield data[:size]
        data = data[size:]


@pytest.mark.check(1)
def test_scripts_of_long_texts_arrive_as_if_they_were_short(monkeypatch: pytest.MonkeyPatch) -> None:
    def either(plain: Run, aside: Run, side: int, data: bytes) -> bool:
        found = []
        for run, quick in ((plain, QUICK), (aside, -1)):
            monkeypatch.setattr("lintel.wire.state.QUICK", quick)
            monkeypatch.setattr("lintel.wire.client.QUICK", quick)
            found.append(any(run.breaks(side, frame) for frame in frames(data)))
        assert found[0] == found[1]
        return found[0]

    for seed in range(500):
        plain, aside = Run(whole), Aside()
        begin(plain)
        begin(aside)
        if not any(either(plain, aside, side, data) for side, data in script(seed)):
            assert plain.arrived == aside.arrived, seed

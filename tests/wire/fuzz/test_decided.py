"""Whatever is decided, a client sees what a server whose table it was built for would show it, at any age of a text.

The client's own texts stand for what they mean on its own table. The server behind Lintel holds another one, which
may change while nobody has it locked: rewritten texts are the same there, refused ones fail, loud ones are right under
one of the two tables only.
"""

import random

import pytest
from hypothesis import strategies as st
from tests.wire.fuzz.crossing import Contexts, Crossing
from tests.wire.fuzz.effort import effort, fuzz
from tests.wire.fuzz.meanings import Failure, Meaning, ordinary
from tests.wire.fuzz.model import Postgres
from tests.wire.fuzz.programs import ALONE, programs, unrepeatable, uses_the_forgotten

from lintel.wire import decision as bits
from lintel.wire.decision import Decision, Expectation, Refusal
from lintel.wire.statements import OUTDATED

WIDE = b"SELECT wide"
GONE = b"SELECT gone"  # refused with a text that cannot be analysed
LANDING = ALONE  # goes out as it is and fails
LOUD = b"SELECT loud"
ALTER = b"ALTER TABLE t ADD c int"
TEMPORARY = b"CREATE TEMP TABLE o (n int)"
MORE = (WIDE, WIDE, GONE, LANDING, LOUD, LOUD, LOUD, ALTER, TEMPORARY)
TOKEN = b"lintel_refused_1"
EXECUTED_TOO_LATE = b"SELECT lintel_refused_outdated"

ONE = Meaning(rows=1, columns=True)
REFUSED = Refusal("42703", "lintel: plan p")
AS_REFUSED = Meaning(unknown=Failure(REFUSED.sqlstate, REFUSED.message, shown=True))
_EFFECTS = {
    b"SET search_path = x": bits.SETTINGS,
    b"COMMIT": bits.ENDS,
    b"ROLLBACK": bits.ENDS,
    b"DISCARD ALL": bits.DISCARDS | bits.SETTINGS,
    b"DEALLOCATE ALL": bits.DISCARDS,
    ALTER: bits.DDL,
    TEMPORARY: bits.TEMPORARY,
}
_UTILITY = {ALTER: Meaning("ALTER TABLE"), TEMPORARY: Meaning("CREATE TABLE")}


def own(text: bytes) -> Meaning:
    """On the client's own table."""
    if text in (WIDE, LOUD):
        return ONE
    if text in (GONE, LANDING):
        return AS_REFUSED
    return _UTILITY.get(text) or ordinary(text)


class World:
    """The table that is there: `before` or `after`; the texts of every age are analysed by it."""

    def __init__(self) -> None:
        self.table = "before"
        self.server = Postgres(self.means)
        self.hopeless = False  # a loud text failed where something had run already

    def means(self, text: bytes) -> Meaning:
        """On the table that is there."""
        bare, _, age = text.partition(b" /*")
        if bare == LOUD and age.decode().removesuffix("*/") != self.table:
            self.hopeless = self.hopeless or self.server.status != b"I" or self.server.ran
            code, what = ("42702", "is ambiguous") if self.table == "after" else ("42703", "does not exist")
            return Meaning(unknown=Failure(code, f'column "loud" {what}', 8))
        if text == LANDING:
            return Meaning(unknown=Failure("42703", 'column "landing" does not exist', 8))
        if text == EXECUTED_TOO_LATE:
            return Meaning(unknown=Failure("42703", 'column "lintel_refused_outdated" does not exist', 8))
        if TOKEN in text:
            return Meaning(unknown=Failure("42703", f'column "{TOKEN.decode()}" does not exist', 8))
        return ONE if bare in (WIDE, LOUD) else _UTILITY.get(text) or ordinary(text)

    def alter(self) -> None:
        """Where no transaction is open."""
        if self.server.status == b"I" and not self.server.ran:
            self.table = "after"


def decide(table: str, text: bytes) -> Decision:
    """As the policy for a table that is `before` or `after` would."""
    parts = [part.strip() for part in text.split(b";")]
    effects = 0
    for part in parts:
        effects |= _EFFECTS.get(part, 0)
    sent = b";".join(_sent(part, table, len(parts) > 1) for part in parts)
    return Decision(
        text=None if sent == text else sent,
        refusals=((TOKEN, REFUSED),) if GONE in parts else (),
        expected=(Expectation("42703", REFUSED),) if LANDING in parts else (),
        retry=frozenset({"42702", "42703"}) if parts == [LOUD] else frozenset(),
        effects=effects,
        temporary=("o",) if TEMPORARY in parts else (),
        prepares="q" if b"PREPARE q AS SELECT 1" in parts else None,
        executes="q" if b"EXECUTE q" in parts else None,
        deallocates="q" if b"DEALLOCATE q" in parts else None,
    )


def _sent(part: bytes, table: str, several: bool) -> bytes:
    if part == GONE:
        return b"SELECT " + TOKEN
    if part == LOUD and several:
        return WIDE
    return b"%b /*%b*/" % (part, table.encode()) if part in (WIDE, LOUD) else part


def compare(got: bytes, expected: bytes, may_learn: bool) -> None:
    """The same; or up to where the client learns that the table has changed, if that could not be kept from it.

    It cannot where something had run, nor where a client that does not wait went on behind an error: what the server
    was going to skip is not known when a text is sent. Nor can it where SQL executes what the protocol has prepared
    under an older policy: that is refused.
    """
    late = got.find(OUTDATED.message.encode())
    if late >= 0:
        cut = got.rfind(b"E\0\0", 0, late)
        assert got[:cut] == expected[:cut]
        return
    end = got.find(b'column "loud"')
    cut = got.rfind(b"E\0\0", 0, end)
    if end >= 0 and (may_learn or b"SERROR" in expected[:cut]):
        assert got[:cut] == expected[:cut]
    else:
        assert got == expected


def decidedly(program: tuple[bytes, ...], seed: int, alters: bool) -> None:
    sent = b"".join(program)
    direct = Postgres(own)
    expected = direct.start() + direct.receive(sent)
    world, dice = World(), random.Random(seed)
    contexts = Contexts(decide)
    contexts.now = "before"

    def moment(crossing: Crossing) -> None:
        if alters and dice.random() < 0.02:
            world.alter()
        if crossing.conversation.needs.catalog or dice.random() < 0.01:
            contexts.now = world.table
            crossing.conversation.reconsider()

    crossing = Crossing(world.server, contexts, dice, moment)
    if not crossing.run(sent):
        return
    compare(crossing.got, expected, may_learn=world.hopeless or unrepeatable(program))
    if not direct.dead:
        crossing.at_rest()


@pytest.mark.check(3, 5)
@effort(1200)
def test_decided(inputs: int) -> None:
    known = programs(MORE).filter(lambda program: not uses_the_forgotten(program))
    fuzz(inputs, decidedly, program=known, seed=st.integers(0, 2**32), alters=st.booleans())

"""Whatever is decided, a client sees what a server whose table it was built for would show it, at any age of a text.

The client's own texts stand for what they mean on its own table. The server behind Lintel holds another one, which
somebody may change and change back while nobody has it locked, and so may the client in its transactions: rewritten
texts are the same there, refused ones fail, loud ones are right under one of the two tables only. What Lintel knows of
the table is as old as its last look.
"""

import random
from dataclasses import replace

import pytest
from hypothesis import strategies as st
from tests.wire.fuzz.crossing import Contexts, Crossing
from tests.wire.fuzz.effort import effort, fuzz
from tests.wire.fuzz.meanings import Failure, Meaning, ordinary
from tests.wire.fuzz.model import Postgres
from tests.wire.fuzz.programs import ALONE, programs, unrepeatable, uses_the_forgotten

from lintel.wire import decision as bits
from lintel.wire.decision import Decision, Expectation, Named, Probe, Refusal, Settings
from lintel.wire.statements import OUTDATED, RENAMED

WIDE = b"SELECT wide"
GONE = b"SELECT gone"  # refused with a text that cannot be analysed
LANDING = ALONE  # goes out as it is and fails
LOUD = b"SELECT loud"
ALTER = b"ALTER TABLE t ADD c int"
TEMPORARY = b"CREATE TEMP TABLE o (n int)"
TOGETHER = b"SELECT wide;SELECT loud"
NAMING = (b"PREPARE q AS SELECT 1", b"EXECUTE q", b"DEALLOCATE q")
MORE = (WIDE, WIDE, GONE, LANDING, *[LOUD] * 8, TOGETHER, b"BEGIN", b"BEGIN", ALTER, ALTER, TEMPORARY)
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
PROBE = b"TABLE public.t"
COLUMNS = {"before": (b"n",), "after": (b"n", b"c")}


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
        self.committed = "before"
        self.own = ""  # as the transaction under way has made it
        self.locked = False  # by the transaction under way
        self.server = Postgres(self.means, ends=self._ended)

    @property
    def table(self) -> str:
        """As the session sees it."""
        return self.own or self.committed

    def means(self, text: bytes) -> Meaning:
        """On the table that is there."""
        bare, _, age = text.partition(b" /*")
        if bare == LOUD and age.decode().removesuffix("*/") != self.table:
            code, what = ("42702", "is ambiguous") if self.table == "after" else ("42703", "does not exist")
            return Meaning(unknown=Failure(code, f'column "loud" {what}', 8), analysed=self._lock)
        if text == LANDING:
            return Meaning(unknown=Failure("42703", 'column "landing" does not exist', 8))
        if text == EXECUTED_TOO_LATE:
            return Meaning(unknown=Failure("42703", 'column "lintel_refused_outdated" does not exist', 8))
        if TOKEN in text:
            return Meaning(unknown=Failure("42703", f'column "{TOKEN.decode()}" does not exist', 8))
        if text == PROBE:
            return Meaning(columns=True, names=COLUMNS[self.table], analysed=self._lock)
        if text == ALTER:
            return Meaning("ALTER TABLE", run=self._add)
        return replace(ONE, analysed=self._lock) if bare in (WIDE, LOUD) else _UTILITY.get(text) or ordinary(text)

    def alter(self) -> None:
        """By somebody else, there and back, where nobody has it locked."""
        if not self.locked:
            self.committed = "before" if self.committed == "after" else "after"

    def _lock(self) -> None:
        self.locked = True

    def _add(self) -> None:
        """Or nothing, if the column is there."""
        self.own = "after"
        self.locked = True

    def _ended(self, committed: bool) -> None:
        if committed and self.own:
            self.committed = self.own
        self.own = ""
        self.locked = False


def altered(settings: Settings) -> str:
    """The table as the session's own DDL has left it."""
    return "after" if any(ran.text and ALTER in ran.text for ran in settings.uncommitted) else ""


def decide(table: str, text: bytes) -> Decision:
    """As the policy for a table that is `before` or `after` would."""
    parts = [part.strip() for part in text.split(b";")]
    effects = 0
    for part in parts:
        effects |= _EFFECTS.get(part, 0)
    sent = b";".join(_sent(part, table, loud=_is_loud(parts)) for part in parts)
    return Decision(
        text=None if sent == text else sent,
        refusals=((TOKEN, REFUSED),) if GONE in parts else (),
        expected=(Expectation("42703", REFUSED),) if LANDING in parts else (),
        retry=frozenset({"42702", "42703"}) if parts == [LOUD] else frozenset(),
        probes=(Probe(PROBE, COLUMNS[table]),) if _is_loud(parts) else (),
        effects=effects,
        temporary=("o",) if TEMPORARY in parts else (),
        named=tuple(Named(part.split()[0], b"q") for part in parts if part in NAMING),
        several=len(parts) > 1,
    )


def _is_loud(parts: list[bytes]) -> bool:
    """Of several, where the first one locks the table, and none does more than read it."""
    return LOUD in parts and set(parts) <= {LOUD, WIDE}


def _sent(part: bytes, table: str, *, loud: bool) -> bytes:
    if part == GONE:
        return b"SELECT " + TOKEN
    if part == LOUD and not loud:
        return WIDE
    return b"%b /*%b*/" % (part, table.encode()) if part in (WIDE, LOUD) else part


def compare(got: bytes, expected: bytes, may_learn: bool) -> None:
    """The same; or up to where the client learns that the table has changed, if that could not be kept from it.

    It cannot where a client that does not wait went on behind an error: what the server was going to skip is not known
    when a text is sent. Nor can it where SQL executes what the protocol has prepared
    under an older policy: that is refused.
    """
    late = max(got.find(refusal.message.encode()) for refusal in (OUTDATED, RENAMED))
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


def decidedly(program: tuple[bytes, ...], seed: int, alters: bool, politely: bool = False) -> None:
    sent = b"".join(program)
    direct = Postgres(own)
    expected = direct.start() + direct.receive(sent)
    world, dice = World(), random.Random(seed)
    contexts = Contexts(decide, altered)
    contexts.now = "before"
    looks: list[str] = []  # what somebody has seen of the table, and is not in force yet

    def moment(crossing: Crossing) -> None:
        if alters and dice.random() < 0.03:
            world.alter()
        if crossing.conversation.needs.catalog:
            looks[:] = [world.committed]
        elif dice.random() < 0.02:
            looks.append(world.committed)
        if looks and (crossing.conversation.needs.catalog or dice.random() < 0.2):
            contexts.now = looks.pop()
            looks.clear()
            crossing.conversation.reconsider()

    crossing = Crossing(world.server, contexts, dice, moment, politely=politely)
    if not crossing.run(sent):
        return
    compare(crossing.got, expected, may_learn=unrepeatable(program))
    if not direct.dead:
        crossing.at_rest()


@pytest.mark.check(3, 5)
@effort(1200)
def test_decided(inputs: int) -> None:
    known = programs(MORE).filter(lambda program: not uses_the_forgotten(program))
    either = st.booleans()
    fuzz(inputs, decidedly, program=known, seed=st.integers(0, 2**32), alters=either, politely=either)

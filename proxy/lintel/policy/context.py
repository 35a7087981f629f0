"""A context: all that a session's verdicts depend on besides the text, and the decisions made under it."""

from typing import Final

from lintel.policy.composed import Decided
from lintel.policy.deciding import decide
from lintel.policy.kept import Carried, History, Kept
from lintel.policy.key import ContextKey
from lintel.policy.moment import Moment
from lintel.policy.recent import LONGEST, Recent
from lintel.policy.repeating import repeating, repeats, telling
from lintel.policy.shapes import prototype
from lintel.sql.comments import only, tags_in
from lintel.sql.condensing import condensed
from lintel.sql.shape import Shape, shape_of
from lintel.wire import decision as wire
from lintel.wire.decision import Decision
from lintel.wire.exchange import Exchange

LONG: Final = 4096  # bytes of a text
MANY: Final = 24  # literals
CONDENSED: Final = b"\0"  # behind such a key: as a text by itself it has other holes
ALIKE: Final = 2048  # decisions of which it is known whether they are those of a shape
GLANCE: Final = 32 * 1024  # bytes of a text whose shape is looked up at once: 1 ms; of a longer one it is made aside


class Context:
    """Decides texts; satisfies wire.decision.Context. Everything in it is bounded."""

    __slots__ = (
        "_alike", "_beside", "_decisions", "_history", "_kept", "_step", "decisions", "key", "moment", "number",
        "passing", "planned", "queries",
    )  # fmt: skip

    def __init__(
        self,
        moment: Moment,
        key: ContextKey,
        kept: Kept,
        history: History,
        step: int,
        beside: "Context | None" = None,
    ) -> None:
        self.moment = moment
        self.key = key
        self.planned = bool(moment.plans)
        self.number = moment.number
        self._decisions: Recent[Decision] = Recent()
        self.decisions = self._decisions.young  # what the hot path looks at
        self.queries: dict[bytes, Exchange] = {}  # likewise, and fills within bounds
        self.passing: object = None  # the shell's
        self._alike: dict[Decision, bytes] = {}
        self._kept = kept
        self._history = history
        self._step = step
        self._beside = beside  # whose shapes are looked at too, from the thread of this one

    def decide(self, text: bytes) -> Decision:
        """The decision for a text that is not in `decisions`."""
        decision = self._decisions.recall(text)
        if decision is None:
            decision = self._made(text)
            assert decision is not None
            if self._kept.seen.again(text):
                self._decisions.remember(text, decision)
        self.decisions = self._decisions.young
        return decision

    def alike(self, text: bytes, decision: Decision) -> bytes:
        """The key of the text's shape, if every text of it is decided by this, which changes nothing; or empty."""
        found = self._alike.get(decision)
        if found is None:
            if len(self._alike) >= ALIKE:
                self._alike.clear()
            self._alike[decision] = found = self._shaped(text, decision)
        return found

    def _shaped(self, text: bytes, decision: Decision) -> bytes:
        """A decision is a prototype's for one shape. What has comments, or is long, has more to it than its shape."""
        shape = shape_of(text)
        if not shape.holes or len(shape.holes) > min(len(shape.spans), MANY):
            return b""
        known = self._standing(self._kept.shapes.recall(shape.key))
        model = known.prototype if known is not None else None
        return shape.key if model is not None and model.decision is decision and decision.plain else b""

    def known(self, text: bytes) -> bool:
        """Whether the text, or its shape, has been decided; `decide` then costs nothing more."""
        if len(text) > GLANCE:
            return False
        decision = self._decisions.recall(text)
        if decision is None and (decision := self._made(text, glance=True)) is not None:
            self._decisions.remember(text, decision)
        self.decisions = self._decisions.young
        return decision is not None

    def aside(self) -> "Context":
        """One for another thread: it reads what is known here of shapes, and keeps to itself what it finds."""
        return Context(self.moment, self.key, Kept(), History(), self._step, self)

    def learn(self, aside: wire.Context) -> None:
        """Take over what an `aside` of this one has found; its thread is done with it."""
        assert isinstance(aside, Context)
        for key, shaped in aside._kept.shapes.all().items():  # noqa: SLF001 - of the same class
            self._kept.shapes.remember(key, shaped)
        for key, repeated in aside._kept.repeating.all().items():  # noqa: SLF001
            self._kept.repeating.remember(key, repeated)
        for text, exact in aside._kept.texts.all().items():  # noqa: SLF001
            self._kept.texts.remember(text, exact)

    def _made(self, text: bytes, *, glance: bool = False) -> Decision | None:
        """None where it takes more than a glance, and that is all there may be."""
        if not self.key.standard_strings and b"\\" in text:  # where its strings end nobody knows
            return None if glance else decide(self.moment, self.key, text).decision
        plain = shape_of(text)
        tags = self._tagged(text, plain) if len(plain.holes) > len(plain.spans) else b""
        long = len(text) > LONG or len(plain.holes) > MANY
        if long and (decision := self._repeated(text, plain, tags)) is not None:
            return decision
        model, shape = condensed(plain) if long else (None, plain)
        key = shape.key + tags if shape.key == plain.key else shape.key + CONDENSED + tags
        known = self._standing(self._kept.shapes.recall(key))
        if known is None and model is not None and not glance:
            known = self._beside.current(key) if self._beside is not None else None
            if known is None and not tags:
                known = self._modelled(model, key)
        if known is not None and known.prototype is not None:
            return known.prototype.for_text(text, shape)
        if known is not None and plain.spans and repeats(known.decided):
            decision = self._repeated(text, plain, tags, None if glance else known.decided)
            if decision is not None:
                return decision
        carried = self._standing(self._kept.texts.recall(text))
        if carried is None and glance:
            return None
        decided = carried.decided if carried is not None else decide(self.moment, self.key, text)
        if carried is None:
            self._kept.texts.remember(text, Carried(decided, None, self._step))
        if shape.holes and known is None:
            made = None if model is not None and _speaks_of_parameters(decided.decision) else prototype(shape, decided)
            self._kept.shapes.remember(key, Carried(decided, made, self._step))
        return decided.decision

    def _repeated(self, text: bytes, shape: Shape, tags: bytes, like: Decided | None = None) -> Decision | None:
        """By what tells its literals, for texts of its very shape; None where that has to be looked at by itself.

        `like` is what was decided on one like it, if there is the time for more than a look.
        """
        key = shape.key + tags
        found = self._standing(self._kept.repeating.recall(key))
        if found is None and self._beside is not None:
            found = self._beside.current_repeating(key)
        if found is None and like is not None and len(key) <= LONGEST:
            found = self._told(text, shape, like)
            self._kept.repeating.remember(key, found)
        return found.repeating.for_text(text, shape) if found is not None and found.repeating is not None else None

    def _told(self, text: bytes, shape: Shape, like: Decided) -> Carried:
        told = telling(text, shape, like.decision)
        if told is None:
            return Carried(like, None, self._step)
        decided = decide(self.moment, self.key, told.text)
        return Carried(decided, None, self._step, repeating(told, decided, like))

    def current(self, key: bytes) -> Carried | None:
        """What is known of a shape at this very moment; asked by other threads, so nothing is changed."""
        return self._at_this_step(self._kept.shapes.peek(key))

    def current_repeating(self, key: bytes) -> Carried | None:
        """Likewise, of one whose edits touch literals."""
        return self._at_this_step(self._kept.repeating.peek(key))

    def _at_this_step(self, found: Carried | None) -> Carried | None:
        return found if found is not None and found.step == self._step else None

    def _modelled(self, model: Shape, key: bytes) -> Carried | None:
        """Of a long text: decided by its condensed key instead, unless its literals or parameters are of importance."""
        decided = decide(self.moment, self.key, model.key)
        found = Carried(decided, prototype(model, decided), self._step)
        if found.prototype is None or _speaks_of_parameters(decided.decision):
            return None
        self._kept.shapes.remember(key, found)
        return found

    def _tagged(self, text: bytes, shape: Shape) -> bytes:
        """Of its comments only the tags that matter tell shapes apart: who sent it, never which request it was."""
        found = only(tags_in(text, shape.comments), self.moment.tag_names)
        return repr(found).encode() if found else b""

    def _standing(self, found: Carried | None) -> Carried | None:
        if found is not None and self._history.stands(found, self._step, self.key.search_path):
            return found
        return None


def _speaks_of_parameters(decision: Decision) -> bool:
    return any(b"$" in new for _, _, new in decision.edits)

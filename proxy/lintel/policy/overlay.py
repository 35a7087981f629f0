"""A context of a session with uncommitted DDL: what speaks of tables under plans is decided by what the session sees.

So is what speaks of a name by which the DDL has given such rows another place: a child, a column, a type, a function.
It belongs to its session and lives as long as the DDL is uncommitted: no context of the policy's own is displaced by
it. Everything else is decided by the context without it.
"""

from collections.abc import Iterator
from copy import copy
from dataclasses import replace

from lintel.analysis.resolution import Resolution
from lintel.policy.context import GLANCE, Context
from lintel.policy.effects import effects_of
from lintel.policy.kept import History, Kept
from lintel.policy.mentions import mentions
from lintel.policy.moment import Moment
from lintel.policy.path import Path
from lintel.policy.search_path import current_role, schemas_of, usable
from lintel.policy.strange import CODE, made_in
from lintel.policy.uncommitted import Uncommitted
from lintel.policy.unread import not_followed
from lintel.schema import Schema
from lintel.shield.tables import remembering
from lintel.sql.grammar import RawStatement, SyntaxProblem, TooDeep, parse
from lintel.wire import decision as wire
from lintel.wire.decision import Decision, Ran, Settings
from lintel.wire.exchange import Exchange

MAX_KEPT = 32
# What gives rows, keeps them or stores a query: not DDL by which a name is only spoken of.
_USING = frozenset(
    ["select", "insert", "update", "delete", "merge", "copy", "call", "execute", "create view", "create table as",
     "create materialized view"]
)  # fmt: skip

Changes = tuple[Ran, ...]
Who = tuple[str, frozenset[str]]  # the session's user, and the names of its temporary relations


class Overlays:
    """What the DDL of a few sessions comes to, so that what is added to it need not be read again from the start."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._kept: dict[tuple[Who, Changes], Uncommitted | None] = {}

    def after(self, who: Who, changes: Changes) -> Uncommitted | None:
        """Once all of them have run; None: nobody can say."""
        known = len(changes)
        while known and (who, changes[:known]) not in self._kept:
            known -= 1
        found = self._kept[who, changes[:known]] if known else Uncommitted(self._schema, self._schema)
        for ran in changes[known:]:
            found = None if found is None else _after(found, ran, who)
        self._keep((who, changes), found)
        return found

    def _keep(self, key: tuple[Who, Changes], found: Uncommitted | None) -> None:
        while len(self._kept) >= MAX_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = found

    def understood(self, user: str, changes: Changes, moment: Moment) -> tuple[frozenset[str], frozenset[str]]:
        """Names by those of them that are understood, whatever the others do.

        Of what gives rows of tables under plans; and of functions that have been made and do so only if among those.
        """
        found = Uncommitted(self._schema, self._schema)
        functions: frozenset[str] = frozenset()
        for ran in changes:
            followed = _after(found, ran, (user, frozenset()))
            found = followed or found
            if followed is not None or not mentions(ran.text or b"", moment.planned):
                functions |= made_in(_statements(ran) or ())
        return frozenset(_at(moment, found).planned), functions


def _after(found: Uncommitted, ran: Ran, who: Who) -> Uncommitted | None:
    statements = _statements(ran)
    if statements is None or ran.text is None or ran.search_path is None or b"set_config" in ran.text.lower():
        return None
    names = schemas_of(ran.search_path, ran.role, who[0])
    path = Path(usable(names, current_role(ran.role, who[0]), found.schema.users))
    left: Uncommitted | None = found
    for raw in statements:
        left = None if left is None else left.after(raw, ran.text, path.certain, who[1])
        path = path.after(raw.node, effects_of(raw.node, Resolution()))
    return left


class Overlay:
    """Satisfies wire.decision.Context.

    Where nobody can say what the DDL comes to, the catalog's columns are asked for again by probes; `described` is what
    such have shown that is otherwise.
    """

    __slots__ = (
        "_ahead", "_base", "_changes", "_coded", "_described", "_functions", "_gone", "_made", "_names", "_overlays",
        "_own", "_unfollowed", "_user", "decisions", "number", "passing", "planned", "queries",
    )  # fmt: skip

    def __init__(self, base: Context, overlays: Overlays, settings: Settings, user: str) -> None:
        self._base = base
        self._overlays = overlays
        self._changes = settings.uncommitted
        self._described = dict(settings.described)
        self._user = user
        self._own: Context | None = None
        self._gone: frozenset[str] = frozenset()  # tables under plans that are not there any longer
        self._unfollowed: frozenset[str] = frozenset()  # in doubt: names that the DDL has given such rows
        self._ahead: frozenset[str] = frozenset()  # under plans: others may have their names
        self._coded = False  # code inside the server may have made what nobody knows of
        self._functions: frozenset[str] = frozenset()  # then: those that the DDL has made, of which it is known
        self._names: frozenset[str] = frozenset()  # a text that speaks of one of them is decided by what is seen
        self._made: frozenset[str] = frozenset()  # names that have to do with rows of such tables by the DDL alone
        self.planned = True
        self.number = base.number
        self.decisions: dict[bytes, Decision] = {}  # the two contexts behind it have theirs
        self.queries: dict[bytes, Exchange] = {}
        self.passing: object = None

    def alike(self, text: bytes, decision: Decision) -> bytes:  # noqa: ARG002 - the protocol's
        """None: what the open transaction has made is looked for in every text."""
        return b""

    def known(self, text: bytes) -> bool:
        """Whether the contexts that `decide` asks know it."""
        own = self._asked(text) if len(text) <= GLANCE else None
        if own is None or not own.known(text):
            return own is None and self._base.known(text)
        return not self._is_lost(own, text) or self._base.known(text)

    def aside(self) -> "Overlay":
        """The DDL is read here, its texts are short; what is decided by it, in the other thread."""
        own = self._seen()
        aside = copy(self)
        aside._base, aside._own = self._base.aside(), own.aside()  # noqa: SLF001 - of this class
        return aside

    def learn(self, aside: wire.Context) -> None:
        """Take over what its contexts have found."""
        assert isinstance(aside, Overlay)
        base, own = aside._base, aside._own  # noqa: SLF001
        self._base.learn(base)
        if self._own is not None and own is not None:
            self._own.learn(own)

    def decide(self, text: bytes) -> Decision:
        """The decision for a text; where it speaks of a table that is gone, the catalog's lets the server say so."""
        own = self._asked(text)
        lost = own is None or self._is_lost(own, text)
        found = _decided(self._base if own is None or lost else own, text)
        if self._is_unfollowed(text, found) or (self._ahead and mentions(text, self._ahead)):
            return not_followed(self._base.moment, text)
        if lost or all(self._described.get(probe.text, probe.columns) == probe.columns for probe in found.probes):
            return found
        return not_followed(self._base.moment, text)

    def _is_unfollowed(self, text: bytes, found: Decision) -> bool:
        """In doubt: whether it uses what the DDL has made beside what is not understood, or code may have made."""
        if not self._unfollowed and not self._coded:
            return False
        used = found.statement.facts.verb in _USING
        strange = self._coded and bool(found.statement.strange - self._functions)
        return strange or (used and bool(mentions(text, self._unfollowed)))

    def _asked(self, text: bytes) -> Context | None:
        own = self._seen()
        return own if mentions(text, self._names) else None

    def _is_lost(self, own: Context, text: bytes) -> bool:
        opaque = self._gone and _decided(own, text).statement.facts.opaque
        return bool(opaque and mentions(text, self._gone) and not mentions(text, self._made))

    def _seen(self) -> Context:
        """The context by what the session sees."""
        if self._own is None:
            base = self._base
            found = None
            if base.key.shadowed.isdisjoint(base.moment.planned):
                found = self._overlays.after((self._user, base.key.shadowed), self._changes)
            moment = replace(base.moment, doubtful=True) if found is None else _at(base.moment, found)
            self._own = Context(moment, base.key, Kept(), History(), 0)
            if found is None and moment.options.enforced:
                self._coded = any(map(_is_coded, self._changes))
                if any(ran.text is None for ran in self._changes):
                    self._ahead = frozenset(self._hidden())
                made, self._functions = self._overlays.understood(self._user, self._changes, base.moment)
                self._unfollowed = made.difference(base.moment.planned)
            self._made = frozenset(moment.planned).difference(base.moment.planned)
            self._names = self._made.union(
                base.moment.planned, *(made_in(_statements(ran) or ()) for ran in self._changes)
            )
            again = {name for _, name in moment.made}
            self._gone = _names(base.moment).difference(_names(moment), again)
        return self._own

    def _hidden(self) -> Iterator[str]:
        """Names of tables under plans that are behind another schema in the path: what ran may have made one there."""
        moment, path = self._base.moment, self._base.key.search_path or ()
        schema = moment.covered.schema
        spaces = [space for space in path if space in schema.schemas or space != self._user]  # else it is no schema
        for oid in moment.covered.by_oid:
            if spaces[:1] != [schema.relations[oid].schema]:
                yield schema.relations[oid].name


def _is_coded(ran: Ran) -> bool:
    """Whether it may have made what its text does not say."""
    statements = _statements(ran)
    return statements is None or ran.search_path is None or any(CODE.intersection(raw.node) for raw in statements)


def _statements(ran: Ran) -> list[RawStatement] | None:
    try:
        return None if ran.text is None else parse(ran.text)
    except (SyntaxProblem, TooDeep, UnicodeDecodeError):
        return None


def _names(moment: Moment) -> frozenset[str]:
    relations = moment.covered.schema.relations
    return frozenset(relations[oid].name for oid in moment.covered.by_oid)


def _at(moment: Moment, found: Uncommitted) -> Moment:
    plans = tuple(remembering(plan, found.schema) for plan in moment.plans)
    return replace(moment, schema=found.schema, plans=plans, made=found.made)


def _decided(context: Context, text: bytes) -> Decision:
    return context.decisions.get(text) or context.decide(text)

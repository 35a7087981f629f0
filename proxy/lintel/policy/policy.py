"""The Policy: one moment of one database, and its interned contexts."""

from dataclasses import replace
from typing import Final

from lintel.plan import Plan
from lintel.plan.clients import ClientAttributes
from lintel.policy.context import Context
from lintel.policy.kept import History, Kept
from lintel.policy.key import ContextKey, Encoding
from lintel.policy.landed import fillings, landings, same_columns
from lintel.policy.moment import Moment, Options
from lintel.policy.overlay import Overlay, Overlays
from lintel.policy.search_path import current_role, schemas_of, usable
from lintel.policy.unplanned import Unplanned, in_catalog
from lintel.schema import Schema, difference
from lintel.shield.tables import remembering
from lintel.sql.masking import is_ascii_alike
from lintel.wire import decision as wire

_NONE: Final = frozenset[str]()
MAX_CONTEXTS = 512  # beyond it the oldest are forgotten; their sessions keep them


class Policy:
    """Contexts of one moment, which share what they keep with those of the moments before and after it."""

    def __init__(
        self,
        schema: Schema | None,
        plans: tuple[Plan, ...] = (),
        options: Options = Options(),  # noqa: B008  (immutable)
        before: "Policy | None" = None,
    ) -> None:
        informed = _informed(plans, schema, before)
        known: Moment = Moment(None, number=0) if before is None else before.moment
        self.moment: Moment = Moment(schema, informed, options, number=known.number + 1)
        if schema is not None:
            same = same_columns(informed, known.plans)
            landed = landings(informed, schema, self.moment.number, known.landed, same)
            filled = fillings(informed, schema, self.moment.number, known.filled, same)
            self.moment = replace(self.moment, landed=landed, filled=filled)
        self.contexts: dict[ContextKey, Context] = {}
        self.kept: dict[ContextKey, Kept] = {}
        self.history = History()
        if before is not None and before.moment.schema is not None and schema is not None and self._as(before):
            self.kept, self.history = before.kept, before.history
            self.history.add(difference(before.moment.schema, schema))
        self._step = self.history.step
        self._overlays = None if schema is None or not plans else Overlays(schema)

    def _as(self, before: "Policy") -> bool:
        """Whether only relations and functions have changed since: a type that is cast to is no name of theirs."""
        same = (before.moment.plans, before.moment.options) == (self.moment.plans, self.moment.options)
        return same and before.moment.covered.schema.domains == self.moment.covered.schema.domains

    def follow(self, schema: Schema) -> "Policy":
        """The policy for a new snapshot of the same database."""
        return Policy(schema, self.moment.plans, self.moment.options, self)

    def unplanned(self, schema: Schema) -> list[Unplanned]:
        """What has changed since in target tables, that no plan announces."""
        options = self.moment.options
        if self.moment.schema is None or not (options.tables or self.moment.plans):
            return []
        warn = options.on_unplanned_ddl != "pass"
        return [one._replace(warn=warn) for one in in_catalog(self.moment.covered, schema, options.tables)]

    def context(self, key: ContextKey) -> Context:
        """The context of a key, made on first use."""
        found = self.contexts.get(key)
        if found is None:
            moment = self.moment.for_older if key.older else self.moment
            found = Context(moment, key, self._keep(key), self.history, self._step)
            while len(self.contexts) >= MAX_CONTEXTS:
                del self.contexts[next(iter(self.contexts))]
            self.contexts[key] = found
        return found

    def context_for(self, settings: wire.Settings, client: ClientAttributes) -> wire.Context:
        """The context of a session, from what the server said of it and what its client said of itself."""
        context = self._context_for(settings, client)
        if self._overlays is None or not settings.uncommitted:
            return context
        return Overlay(context, self._overlays, settings, settings.session_authorization or client.user)

    def _context_for(self, settings: wire.Settings, client: ClientAttributes) -> Context:
        path = settings.search_path
        user = settings.session_authorization or client.user
        names, barred = None if path is None else schemas_of(path, settings.role, user), _NONE
        if self.moment.users:
            role = "" if path is None else current_role(settings.role, user)  # not known, as little as the path is
            names, barred = names and usable(names, role, self.moment.users), self.moment.barred(role)
        return self.context(
            ContextKey(
                sides=tuple(self.moment.sides(client).items()),
                client=client if self.moment.by_tag else None,
                search_path=names,
                barred=barred,
                path_moved=settings.path_moved,
                older=self.moment.is_newer(settings.older),
                shadowed=settings.temporary,
                shown=tuple(sorted(settings.shown)),
                encoding=_encoding(settings.client_encoding),
                standard_strings=settings.standard_conforming_strings != "off",
            )
        )

    def _keep(self, key: ContextKey) -> Kept:
        found = self.kept.pop(key, None) or Kept()
        while len(self.kept) >= MAX_CONTEXTS:
            del self.kept[next(iter(self.kept))]
        self.kept[key] = found
        return found


def _encoding(name: str) -> Encoding:
    if name.upper().replace("-", "") in ("UTF8", "UNICODE", ""):
        return "utf8"
    return "ascii alike" if is_ascii_alike(name) else "other"


def _informed(plans: tuple[Plan, ...], schema: Schema | None, before: Policy | None) -> tuple[Plan, ...]:
    """The plans with what is known of columns that are to go: as the catalog shows them, else as it last did."""
    known = {plan.id: plan for plan in before.moment.plans} if before is not None else {}
    kept = (_kept(plan, known.get(plan.id)) for plan in plans)
    return tuple(kept if schema is None else (remembering(plan, schema) for plan in kept))


def _kept(plan: Plan, earlier: Plan | None) -> Plan:
    if plan.memory is None and earlier is not None and earlier.memory is not None and earlier.change == plan.change:
        return replace(plan, memory=earlier.memory)
    return plan

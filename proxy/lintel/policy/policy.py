"""The Policy: schema, plans and options of one database, and its interned contexts."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from lintel.plan import Plan
from lintel.plan.clients import ClientAttributes, Side
from lintel.policy.context import Context, ContextKey, inherit
from lintel.policy.search_path import schemas_of
from lintel.schema import Schema
from lintel.shield.tables import Covered
from lintel.wire.decision import Settings

MAX_CONTEXTS = 512  # beyond it the oldest are forgotten; their sessions keep them


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of [shield] that verdicts depend on."""

    on_opaque: str = "pass"  # pass | refuse: statements that were not understood
    on_stale: str = "refuse"  # refuse | pass: statements on a planned table while there is no catalog


class Policy:
    """One moment of one database. `schema` is None while there is no catalog."""

    def __init__(
        self,
        schema: Schema | None,
        plans: tuple[Plan, ...] = (),
        options: Options = Options(),
        before: "Policy | None" = None,
    ) -> None:
        self.schema = schema
        self.plans = plans
        self.options = options
        self.covered = Covered(schema if schema is not None else Schema({}), plans)
        self.contexts: dict[ContextKey, Context] = {}
        self._before = before
        if before is not None:
            before.forget()

    def forget(self) -> None:
        """Let go of the policy before this one: one step back is enough, and no chain grows."""
        self._before = None

    def context(self, key: ContextKey) -> Context:
        """The context of a key, made on first use."""
        found = self.contexts.get(key)
        if found is None:
            found = Context(self, key, inherit(self._before, self, key))
            while len(self.contexts) >= MAX_CONTEXTS:
                del self.contexts[next(iter(self.contexts))]
            self.contexts[key] = found
        return found

    def context_for(self, settings: Settings, client: ClientAttributes) -> Context:
        """The context of a session, from what the server said of it and what its client said of itself."""
        path = settings.search_path
        return self.context(
            ContextKey(
                sides=self._sides(client),
                client=client if any(plan.shield.by_tag for plan in self.plans) else None,
                search_path=None if path is None else schemas_of(path, settings.role, client.user),
                shadowed=settings.temporary,
                utf8=settings.client_encoding.upper().replace("-", "") in ("UTF8", "UNICODE", ""),
                standard_strings=settings.standard_conforming_strings != "off",
            )
        )

    def _sides(self, client: ClientAttributes) -> tuple[tuple[str, Side | None], ...]:
        return tuple((plan.id, plan.shield.sees(client)) for plan in self.plans)

    def sides(self, client: ClientAttributes) -> Mapping[str, Side | None]:
        """plan id -> the side that its rules give a client; None: to be inferred from each statement."""
        return dict(self._sides(client))

    @cached_property
    def planned(self) -> dict[str, set[str]]:
        """Bare names of the tables under plans, partitions and children included -> ids of the plans."""
        found: dict[str, set[str]] = {}
        for plan in self.plans:
            found.setdefault(plan.name, set()).add(plan.id)
        for oid, plans in self.covered.by_oid.items():
            found.setdefault(self.covered.schema.relations[oid].name, set()).update(plan.id for plan in plans)
        return found

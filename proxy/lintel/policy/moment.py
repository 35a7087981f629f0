"""One moment of one database: a schema, the plans on it, and the options; what every decision is made from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from lintel.plan import Plan
from lintel.plan.clients import ClientAttributes, Side
from lintel.policy.landed import Landed
from lintel.schema import Schema
from lintel.shield.departure import departure
from lintel.shield.phase import Phase, phase
from lintel.shield.tables import Covered
from lintel.sql.comments import SERVICE_TAGS


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of [shield] that verdicts depend on."""

    on_opaque: str = "pass"  # pass | refuse: statements that were not understood
    on_stale: str = "refuse"  # refuse | pass: statements on a planned table while there is no catalog
    enforced: bool = True  # False: verdicts are counted, and every text goes as it is
    on_unplanned_ddl: str = "pass"  # pass | warn | refuse: DDL on a target table that no plan announces
    referee: float = 0.0  # the share of rewritten shapes that a second reader is asked about
    tables: tuple[str, ...] = ()  # [record] tables: targets besides those of plans


@dataclass(frozen=True, eq=False)
class Moment:
    """Immutable. `schema` is None while there is no catalog."""

    schema: Schema | None
    plans: tuple[Plan, ...] = ()
    options: Options = Options()
    doubtful: bool = False  # a session has changed something, and it is not understood what
    made: frozenset[tuple[str, str]] = frozenset()  # (schema, name) of what queries of the open transaction have made
    older: bool = False  # for a transaction that was open before it: its snapshot may be
    number: int = 1  # of those of a database
    landed: Mapping[str, Landed] = field(default_factory=dict)  # plans whose parked values have landed, by id
    filled: Mapping[str, int] = field(default_factory=dict)  # those whose rows have been filled -> since which number

    @cached_property
    def covered(self) -> Covered:
        """The relations that the plans speak of."""
        return Covered(self.schema if self.schema is not None else Schema({}), self.plans, self.made, older=self.older)

    @cached_property
    def for_older(self) -> "Moment":
        """As a transaction has to have it that may be older than what has landed or been filled."""
        return replace(self, older=True)

    def is_newer(self, older: int | None) -> bool:
        """Whether something has landed or been filled since the moment of that number."""
        if older is None:
            return False
        return any(one.since > older for one in self.landed.values()) or any(n > older for n in self.filled.values())

    @cached_property
    def planned(self) -> dict[str, set[str]]:
        """Bare names of the tables under plans, and of what gives or holds their rows -> ids of plans."""
        found: dict[str, set[str]] = {}
        for plan in self.plans:
            found.setdefault(plan.name, set()).add(plan.id)
        for oid, plans in self.covered.by_oid.items():
            found.setdefault(self.covered.schema.relations[oid].name, set()).update(plan.id for plan in plans)
        for name, oid in self._holding:
            for table in self.covered.schema.tables_in(oid):
                found.setdefault(name, set()).update(plan.id for plan in self.covered.by_oid.get(table, ()))
        return {name: ids for name, ids in found.items() if ids}

    @cached_property
    def users(self) -> Mapping[str, frozenset[str]]:
        """Schemas that not everybody may use -> the roles that may."""
        return self.covered.schema.users

    def barred(self, role: str) -> frozenset[str]:
        """Schemas that the role may not use, and that have a relation of such a name."""
        found = self._barred.get(role)
        if found is None:
            found = frozenset(name for name in self._confusable if role not in self.users[name])
            self._barred[role] = found
        return found

    @cached_property
    def _barred(self) -> dict[str, frozenset[str]]:
        """By role, of which there are as many as there are on the server."""
        return {}

    @cached_property
    def _confusable(self) -> frozenset[str]:
        known = self.covered.schema.by_name
        return frozenset(name for name in self.users if any((name, table) in known for table in self.planned))

    @property
    def _holding(self) -> Iterator[tuple[str, int]]:
        """Names of functions, procedures, domains and relations -> a relation whose rows, also in arrays, they give."""
        schema = self.covered.schema
        yield from ((name, oid) for oid, names in schema.givers.items() for name in names)
        for name, found in schema.procedures.items():
            yield from ((name, oid) for procedure in found for oid in procedure.holds if oid)
        yield from ((name, oid) for (_, name), oid in schema.domains.items())
        for (oid, _), held in schema.rows_of.items():
            yield schema.relations[oid].name, held

    @cached_property
    def phases(self) -> dict[str, Phase]:
        """How far each plan has come, by id."""
        return {plan.id: phase(plan, self.schema) for plan in self.plans}

    @cached_property
    def departures(self) -> dict[str, str]:
        """In what a table is not as its plan has it, by the plan's id."""
        found = ((plan.id, departure(plan, self.schema)) for plan in self.plans)
        return {plan_id: why for plan_id, why in found if why is not None}

    @cached_property
    def tag_names(self) -> tuple[str, ...]:
        """The tags of a comment that matter: those that name a service, and those that the rules of plans ask for."""
        asked = {name for plan in self.plans for rule in plan.shield.clients for name, _ in rule.tags}
        return (*SERVICE_TAGS, *sorted(asked.difference(SERVICE_TAGS)))

    @cached_property
    def by_tag(self) -> bool:
        """Whether a rule looks at tags, which come with each statement."""
        return any(plan.shield.by_tag for plan in self.plans)

    def sides(self, client: ClientAttributes) -> Mapping[str, Side | None]:
        """plan id -> the side that its rules give a client; None: to be inferred from each statement."""
        return {plan.id: plan.shield.sees(client) for plan in self.plans}

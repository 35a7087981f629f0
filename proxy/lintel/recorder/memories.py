"""What plans have to know of columns that may go while nobody looks: kept in the store, read once at the start."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from lintel.plan import Memory, Plan
from lintel.plan.memory import from_json

Key = tuple[str, str]  # (database, id of the plan)


class Memories:
    """`put` brings one to the store and never waits. What was kept for another column or table is none of a plan's."""

    def __init__(self, known: Mapping[Key, str], put: Callable[[Key, str], None]) -> None:
        self._known = dict(known)
        self._put = put

    def reminded(self, database: str, plans: Iterable[Plan]) -> tuple[Plan, ...]:
        """The plans with what is kept for those that know nothing yet."""
        return tuple(replace(plan, memory=plan.memory or self._of(database, plan)) for plan in plans)

    def keep(self, database: str, plans: Iterable[Plan]) -> None:
        """What these know, where that is news."""
        for plan in plans:
            if plan.memory is None:
                continue
            key, kept = (database, plan.id), json.dumps([plan.table, plan.change.column, plan.memory.as_json()])
            if self._known.get(key) != kept:
                self._known[key] = kept
                self._put(key, kept)

    def _of(self, database: str, plan: Plan) -> Memory | None:
        try:
            table, column, memory = json.loads(self._known.get((database, plan.id), "null") or "null")
            return from_json(memory) if (table, column) == (plan.table, plan.change.column) else None
        except (ValueError, TypeError, KeyError, AttributeError):
            return None

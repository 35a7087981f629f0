"""For which of the two tables of a plan a statement was taken to be written, and how that is known.

A statement that means the same on both says nothing of its client: it is on neither side. Counting these, by client, is
how it comes to be known that nobody is left who was built for the old table.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from lintel.analysis.resolution import Resolution
from lintel.plan import Side
from lintel.shield.tables import Covered, Done

EITHER = "either"

Same = Callable[[Resolution, Resolution], bool]


class Sided(NamedTuple):
    """Of one statement and one plan."""

    plan: str
    table: str  # as SQL writes it
    side: str  # old | new | either: it means the same on both
    known: str  # rule | inferred: by what it resolves on | default: by neither


def sided(
    covered: Covered,
    ids: Iterable[str],
    rules: Mapping[str, Side | None],
    found: Mapping[Done, Resolution],
    same: Same,
) -> tuple[Sided, ...]:
    """`found` is what the statement means on each table that the rules leave open."""
    resolving = {done: meant for done, meant in found.items() if not meant.problems} or found
    return tuple(
        Sided(i, covered.plans[i].table, *(_inferred(i, resolving, same) if rule is None else (rule, "rule")))
        for i in ids
        for rule in (rules.get(i),)
    )


def _inferred(plan_id: str, found: Mapping[Done, Resolution], same: Same) -> tuple[str, str]:
    old = [done for done in found if plan_id not in done]
    if len(old) in (0, len(found)):
        return ("old" if old else "new"), "inferred"
    pairs = [(found[done], found[done | {plan_id}]) for done in old if done | {plan_id} in found]
    if pairs and all(same(*pair) for pair in pairs):
        return EITHER, "inferred"
    return "old", "default"

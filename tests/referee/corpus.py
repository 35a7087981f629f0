"""The briefs of the shield's cases: as the plans add their columns, and as they drop, rename and retype them.

Without a server: the schemas come from the cases' own DDL, as `lintel.analysis.ddl` reads it.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.shield import other_plans
from tests.shield.case import Case, Side, everything
from tests.shield.world import PLANS, script

from lintel.analysis.ddl import schema_of
from lintel.brief import Brief
from lintel.plan import load_all
from lintel.policy import Context, ContextKey, Options, Policy
from lintel.schema import Schema

# How a case's plans change its table, and the script that makes the table of old clients' and of new clients' side.
KINDS = {
    "add": ("", "change"), "discarded": ("", "change"), "dropped": ("change", ""), "renamed": ("", "renaming"),
    "renamed back": ("renaming", ""), "retyped": ("", "retyping"), "retyped back": ("retyping", ""),
}  # fmt: skip


class Briefed(NamedTuple):
    """A rewritten statement of a case; without a brief the referee is not asked."""

    case: Case
    brief: Brief | None


@cache
def _schema(made: str) -> Schema:
    return schema_of((script("schema") + (script(made) if made else "")).encode())


def context(kind: str, side: Side, directory: Path) -> Context:
    """Of the clients of one side, before the table of the other, with all statements in the sample."""
    files = PLANS if kind == "add" else other_plans.written(directory)[kind]
    plans = tuple(load_all([str(file) for file in files]))
    physical = _schema(KINDS[kind][side == "old"])
    return Policy(physical, plans, Options(referee=1.0)).context(ContextKey(tuple((plan.id, side) for plan in plans)))


def briefs(kind: str, directory: Path, one_in: int = 1) -> Iterator[Briefed]:
    """Of every such case, on the table of the other side."""
    contexts: dict[Side, Context] = {
        "old": context(kind, "old", directory),
        "new": context(kind, "new", directory),
    }
    for number, case in enumerate(everything()):
        for step in case.steps if number % one_in == 0 else ():
            found = contexts[_side(case, kind)].decide(step.sql.encode()).statement
            if found.verdict == "rewrite":
                yield Briefed(case, found.brief)


def _side(case: Case, kind: str) -> Side:
    """Who drops what the others add was built for the column before the change."""
    if kind == "dropped":
        return "new" if case.side == "old" else "old"
    return case.side

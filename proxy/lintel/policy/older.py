"""Transactions whose snapshot may be older than a landing: what they read of its column is asked for first.

Parked values have moved into versions of their rows that an older snapshot does not show, and the side table, which
had them for it, has gone. Only the server knows how old a snapshot is, so ahead of the statement a query without rows
is run in its transaction, and fails where the snapshot is one that the whole transaction keeps (not under READ
COMMITTED) and does not show the landing.
"""

from dataclasses import replace
from itertools import dropwhile
from typing import NamedTuple

from lintel.plan import Plan
from lintel.policy.composed import Composed, Decided
from lintel.policy.effects import Effects
from lintel.policy.judged import Judged
from lintel.policy.landed import Landed
from lintel.policy.moment import Moment
from lintel.sql.quoting import quote_qualified
from lintel.wire.decision import AGES, Probe, Refusal


def guarded(moment: Moment, text: bytes, decided: Decided, parts: list[Judged]) -> Decided:
    """Behind the question how old the transaction is, where it may be older and a statement reads such a column."""
    come = [plan for plan in moment.plans if plan.id in moment.landed or plan.id in moment.filled]
    come = [plan for plan in come if any(_reads(plan, part) for part in parts)]
    if not come or decided.decision.statement.verdict == "refuse":
        return decided
    lent = list(dropwhile(lambda part: not part.effects.bits & AGES, parts))[1:]
    if any(_reads(plan, part) for plan in come for part in lent):
        return _refused(text, decided, come)
    asked = [plan for plan in come if plan.id in moment.landed]
    if not moment.older or not asked:
        return decided
    questions = [_Question.of(number, plan, moment.landed[plan.id]) for number, plan in enumerate(asked)]
    probes = (*(Probe(one.text, (), runs=True) for one in questions), *decided.decision.probes)
    refusals = (*decided.decision.refusals, *((one.token, one.refusal) for one in questions))
    return replace(decided, decision=replace(decided.decision, probes=probes, refusals=refusals))


class _Question(NamedTuple):
    """About one landing; where it fails, the message has the token."""

    text: bytes
    token: bytes
    refusal: Refusal

    @classmethod
    def of(cls, number: int, plan: Plan, landed: Landed) -> "_Question":
        """A standby's snapshot does not say which transactions are under way (see catalog.queries.MOMENT)."""
        token = f"lintel_refused_older{number}_"
        seen = f"pg_catalog.pg_snapshot_xmin(l.seen) OPERATOR(pg_catalog.>) '{landed.xid}'::pg_catalog.xid8"
        if landed.exact:
            shown = f"pg_catalog.pg_visible_in_snapshot('{landed.xid}'::pg_catalog.xid8, l.seen)"
            seen += f" OR (NOT pg_catalog.pg_is_in_recovery() AND {shown})"
        text = (
            "SELECT FROM (SELECT pg_catalog.current_setting('transaction_isolation') AS level, "
            "pg_catalog.pg_current_snapshot() AS seen) AS l WHERE CASE "
            "WHEN l.level OPERATOR(pg_catalog.<>) ALL (ARRAY['read committed', 'read uncommitted']) "
            f"AND NOT ({seen}) "
            f"THEN pg_catalog.concat('{token}', l.level)::pg_catalog.int4 IS NULL ELSE false END"
        )
        message = (
            f'lintel: plan "{plan.id}": this transaction does not see what was parked for "{plan.change.column}" of '
            f"{plan.table}: the values have landed in the table since its snapshot was taken"
        )
        refusal = Refusal("40001", message, "Nothing was written by the statement. Run the transaction again.")
        return cls(text.encode(), token.encode(), refusal)


def _refused(text: bytes, decided: Decided, plans: list[Plan]) -> Decided:
    """How old a snapshot is that is lent in the same text nobody can ask between the two."""
    made, named = Composed(), ", ".join(f'"{plan.id}"' for plan in plans)
    message = f"lintel: the text sets its transaction's snapshot and reads a table under plan {named}; it was not run"
    made.refuse(0, len(text), Refusal("42501", message, "Set the snapshot in a statement of its own."))
    statement = replace(decided.decision.statement, verdict="refuse", sqlstate="42501", message=message)
    return Decided(made.decision(text, Effects(), statement))


def _reads(plan: Plan, part: Judged) -> bool:
    column = quote_qualified(plan.schema, plan.name, plan.change.column)
    return column in part.facts.reads or column in part.facts.base_reads

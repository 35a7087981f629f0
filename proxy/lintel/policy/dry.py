"""A verdict told without a server: what `lintel rewrite` prints."""

from typing import Any

from lintel.analysis.facts import Facts
from lintel.plan import Add, Drop, Plan, Retype
from lintel.policy.context import Context
from lintel.policy.statement import Statement
from lintel.sql.quoting import quote_qualified
from lintel.wire.decision import Decision


def dry(text: bytes, context: Context) -> dict[str, Any]:
    """{"verdict", "sql", "sqlstate", "message", "hint", "rules", "edits"}.

    `sql` is the text for the server, None where refused; `rules` are the failure modes that it would meet; `edits` the
    bytes that are replaced, in order, each with the rule that made it (docs/plans.md).
    """
    decision = context.decide(text)
    statement: Statement = decision.statement
    refused = statement.verdict == "refuse"
    return {
        "verdict": statement.verdict,
        "sql": None if refused else decision.sent(text).decode("utf-8", "surrogateescape"),
        "sqlstate": statement.sqlstate,
        "message": statement.message,
        "hint": _hint(decision) if refused else None,
        "rules": _rules(statement, context) if statement.verdict != "allow" else [],
        "edits": [] if refused else _edits(decision),
    }


def _edits(decision: Decision) -> list[dict[str, Any]]:
    return [
        {"at": [start, end], "text": new.decode("utf-8", "surrogateescape"), "rule": rule}
        for (start, end, new), rule in zip(decision.edits, decision.statement.rules, strict=True)
    ]


def _hint(decision: Decision) -> str | None:
    """What to do about a refusal."""
    refusals = [refusal for _, refusal in decision.refusals] + [one.refusal for one in decision.expected]
    return next((refusal.hint for refusal in refusals), None)


def _rules(statement: Statement, context: Context) -> list[str]:
    """Ids of the failure modes (lintel.impact) that the statement would meet without the shield."""
    plans = [plan for plan in context.moment.plans if plan.id in statement.plans]
    return sorted({rule for plan in plans for rule in _rules_of(plan, statement.facts)})


def _rules_of(plan: Plan, facts: Facts) -> set[str]:
    named = {quote_qualified(plan.schema, plan.name, name) for name in plan.names}
    reads, writes = bool(named & set(facts.reads)), bool(named & set(facts.writes))
    if isinstance(plan.change, Add):
        found = ({"NEW-01"} if reads else set()) | ({"NEW-02"} if writes else set())
        return found or _by(facts, _ADD) or {"ADD-02", "ADD-22"}
    if isinstance(plan.change, Drop):
        counted = _by(facts, _DROP)
        return counted or ({"DRP-01"} if reads or writes else {"DRP-04"})
    if isinstance(plan.change, Retype):
        return ({"TYP-01"} if reads or not writes else set()) | ({"TYP-03"} if writes else set())
    return _by(facts, _RENAME) or {"REN-01"}


_ADD = {
    "insert": "ADD-24",
    "copy": "ADD-07",
    "natural_join": "ADD-21",
    "stars": "ADD-01 ADD-20",
    "whole_rows": "ADD-23",
}
_DROP = {"insert": "DRP-03", "copy": "DRP-03", "natural_join": "DRP-04", "stars": "DRP-02", "whole_rows": "DRP-06"}
_RENAME = {"natural_join": "REN-01", "stars": "REN-02"}


def _by(facts: Facts, rules: dict[str, str]) -> set[str]:
    """The rules for what counts on positions or on all columns."""
    ways = [*facts.positional, *(["stars"] if facts.stars else []), *(["whole_rows"] if facts.whole_rows else [])]
    return {rule for way in ways for rule in rules.get(way, "").split()}

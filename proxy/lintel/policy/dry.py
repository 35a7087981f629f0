"""A verdict told without a server: what `lintel rewrite` prints."""

from typing import Any

from lintel.analysis.facts import Facts
from lintel.policy.context import Context
from lintel.policy.statement import Statement
from lintel.sql.quoting import quote_ident


def dry(text: bytes, context: Context) -> dict[str, Any]:
    """{"verdict", "sql", "sqlstate", "message", "rules"}: sql is the text for the server, None where refused."""
    decision = context.decide(text)
    statement: Statement = decision.statement
    refused = statement.verdict == "refuse"
    return {
        "verdict": statement.verdict,
        "sql": None if refused else decision.sent(text).decode("utf-8", "surrogateescape"),
        "sqlstate": statement.sqlstate,
        "message": statement.message,
        "rules": _rules(statement, context) if statement.verdict != "allow" else [],
    }


def _rules(statement: Statement, context: Context) -> list[str]:
    """Ids of the failure modes (lintel.impact) that the statement would meet without the shield."""
    facts = statement.facts
    planned = {
        f"{quote_ident(plan.schema)}.{quote_ident(plan.name)}.{quote_ident(plan.change.column)}"
        for plan in context.moment.plans
        if plan.id in statement.plans
    }
    found = {"NEW-01"} if planned & set(facts.reads) else set()
    found |= {"NEW-02"} if planned & set(facts.writes) else set()
    return sorted(found or _of_old(facts))


def _of_old(facts: Facts) -> set[str]:
    by_position = {"insert": "ADD-24", "copy": "ADD-07", "natural_join": "ADD-21"}
    found = {by_position[how] for how in facts.positional}
    found |= {"ADD-01", "ADD-20"} if facts.stars else set()
    found |= {"ADD-23"} if facts.whole_rows else set()
    return found or {"ADD-02", "ADD-22"}

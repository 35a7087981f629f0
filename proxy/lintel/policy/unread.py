"""A text that was not understood: passed, refused, or pinned to the temporary relations that it speaks of."""

from collections.abc import Iterable
from dataclasses import replace

from lintel.analysis.facts import Facts
from lintel.policy.composed import Composed, Decided, in_force, source, unannounced, unplanned_in
from lintel.policy.effects import Effects, effects_unread
from lintel.policy.judged import Judged, effects_in, facts_in
from lintel.policy.key import ContextKey
from lintel.policy.mentions import mentions, possibly_mentions
from lintel.policy.moment import Moment
from lintel.policy.statement import Statement
from lintel.policy.temporary import first_in, pinned
from lintel.sql.grammar import parse
from lintel.wire.decision import SETTINGS, Decision, Expectation, Refusal

NOT_FOLLOWED = "the statement comes behind a change of the catalog, in its transaction, that is not understood"
_WAY_OUT = "Run it on a direct connection to the server, or release the plan."


def not_followed(moment: Moment, text: bytes) -> Decision:
    """Refused: a table is not as the catalog has it, by something that this transaction has done."""
    made, plans = Composed(), tuple(_meant(moment, text))
    message = f"lintel: {NOT_FOLLOWED}{_touching(list(plans))}; it was not run"
    made.refuse(0, len(text), Refusal("42501", message, _WAY_OUT))
    facts = Facts(verb="", opaque=NOT_FOLLOWED)
    statement = Statement(source(text), facts, "refuse", plans=plans, sqlstate="42501", message=message)
    return made.decision(text, Effects(), statement)


def opaque(moment: Moment, text: bytes, why: str, parts: list[Judged], *, readable: bool = True) -> Decided:
    """A text that was not understood: passed and recorded as such, or refused as on_opaque and on_stale say."""
    facts = replace(facts_in(parts), opaque=why)
    made = Composed()
    statement = Statement(source(text, readable=bool(parts)), facts, "allow", unplanned=unplanned_in(moment, parts))
    if statement.unplanned and moment.options.on_unplanned_ddl == "refuse":
        made.refuse(0, len(text), unannounced(statement.unplanned))
        return Decided(made.decision(text, effects_in(parts), in_force(moment, statement)))
    plans = _meant(moment, text, readable=readable, handed=_handed(parts))
    if plans or (moment.options.on_opaque == "refuse" and moment.schema is not None):
        message = f"lintel: the statement could not be understood ({why}){_touching(plans)}; it was not run"
        refusal = Refusal("42501", message, _WAY_OUT)
        if parts:
            made.refuse(0, len(text), refusal)
        else:
            made.refuse_unread(refusal)
        statement = replace(statement, verdict="refuse", plans=tuple(plans), sqlstate="42501", message=message)
    effects = effects_in(parts) if parts else effects_unread(text, moment.planned)
    if made.refusals and moment.options.enforced:
        effects = Effects()
    return Decided(made.decision(text, effects, statement, several=len(parts) > 1))


def as_temporary(moment: Moment, key: ContextKey, text: bytes, why: str, parts: list[Judged]) -> Decided | None:
    """An opaque text whose every mention of a table under a plan is one of a temporary relation of that name."""
    if moment.options.on_opaque == "refuse" or any(part.effects.bits & SETTINGS for part in parts):
        return None
    names = mentions(text, moment.planned) if moment.planned else set()
    shadowed = key.shadowed.union(*(part.effects.temporary for part in parts))
    edits = pinned(parse(text), names, shadowed) if names and first_in(key.search_path) else None
    if edits is None:
        return None
    plans = tuple(sorted({plan_id for name in names for plan_id in moment.planned[name]}))
    made = Composed(list(edits), expected=[Expectation("42P01", _vanished(plans), at, at + 1) for at, _, _ in edits])
    facts = replace(facts_in(parts), opaque=why)
    statement = Statement(source(text), facts, "rewrite" if edits else "allow", plans=plans,
                          rules=("temporary",) * len(edits))  # fmt: skip
    return Decided(made.decision(text, effects_in(parts), statement, several=len(parts) > 1))


def _vanished(plans: tuple[str, ...]) -> Refusal:
    message = "lintel: the temporary relation that this statement speaks of is not there, and a table of its name"
    return Refusal("42501", f"{message} is under plan {_quoted(plans)}; it was not run", _WAY_OUT)


def _handed(parts: list[Judged]) -> set[str | None]:
    return {each for part in parts for each in part.verdict.resolution.handed}


def _meant(moment: Moment, text: bytes, *, readable: bool = True, handed: Iterable[str | None] = ()) -> list[str]:
    """Ids of the plans whose tables the text may touch, by the names in it, and in what it has functions run."""
    if moment.schema is None and moment.options.on_stale == "pass":
        return []
    planned = moment.planned
    names = set((mentions if readable else possibly_mentions)(text, planned) if planned else ())
    for each in handed:
        names |= planned.keys() if each is None else possibly_mentions(each.encode(), planned)
    return sorted({plan_id for name in names for plan_id in planned[name]})


def _touching(plans: list[str]) -> str:
    return f" and may touch a table under plan {_quoted(plans)}" if plans else ""


def _quoted(plans: Iterable[str]) -> str:
    return ", ".join(f'"{plan_id}"' for plan_id in plans)

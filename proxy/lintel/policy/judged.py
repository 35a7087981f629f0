"""One statement of a text, judged; and what several of them come to."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from lintel.analysis import facts_of
from lintel.analysis.facts import Facts
from lintel.analysis.views import with_bases
from lintel.policy.effects import Effects, effects_of, placed, with_code
from lintel.policy.path import Path
from lintel.policy.temporary_rows import refused
from lintel.policy.uncommitted import Uncommitted
from lintel.policy.unplanned import Unplanned, in_statement
from lintel.shield import Question, Verdict, judge
from lintel.shield.tables import Covered, remembering
from lintel.sql.grammar import RawStatement, parse
from lintel.wire.decision import DDL, TEMPORARY

Name = tuple[str | None, str]  # (schema or None, relation), as looked up

# Left alone by transformStmt of analyze.c.
_LATE = frozenset(("CopyStmt", "PrepareStmt", "ViewStmt"))
_LISTS = ("tables", "reads", "writes", "stars", "whole_rows", "positional", "row_types", "base_reads", "base_writes")


@dataclass(frozen=True, slots=True)
class Judged:
    """A statement and its byte range in the text."""

    start: int
    end: int
    verdict: Verdict
    effects: Effects
    facts: Facts
    unplanned: tuple[Unplanned, ...] = ()  # changes of target tables that no plan announces
    astray: bool = False  # its search_path is not known: an earlier statement of its text may have changed it
    late: bool = False  # the server analyses it when it is executed, not when it is parsed
    behind: bool = False  # an earlier statement of its text may have changed the catalog, and nobody can say how


def judged_in_turn(
    text: bytes, statements: list[RawStatement], question: Question, path: Path, targets: tuple[str, ...]
) -> Iterator[Judged]:
    """Each after those before it: with temporary relations that shadow others, tables as DDL left them, its path."""
    several, before = len(statements) > 1, question.covered
    left = Uncommitted(before.schema, before.schema) if several and before.plans else None
    behind = False
    for number, raw in enumerate(statements, 1):
        part = judged(text, raw, question, alone=not several)
        if part.verdict.kind == "opaque" and question.covered is not before:
            part = judged(text, raw, replace(question, covered=before), alone=False)
        if part.effects.temporary:
            question = replace(question, shadowed=question.shadowed.union(part.effects.temporary))
        amiss = in_statement(raw, text, question.covered, targets, question.search_path, question.shadowed)
        if amiss or behind or not path.known:
            part = replace(part, unplanned=amiss, astray=not path.known, behind=behind)
        yield part
        if number == len(statements):
            return
        if left is not None:
            left = left.after(raw, text, path.certain, question.shadowed)
            behind = left is None
        path = path.after(raw.node, part.effects)
        question = replace(question, search_path=path.names)
        question = replace(question, covered=_covered(left, question.covered, before))


def _covered(left: Uncommitted | None, now: Covered, before: Covered) -> Covered:
    """The tables under plans as a statement left them; as they were where nobody can say."""
    schema = before.schema if left is None else left.schema
    if schema in (now.schema, before.schema):
        return now if schema is now.schema else before
    return Covered(schema, [remembering(plan, schema) for plan in before.plans.values()])


def judged(text: bytes, raw: RawStatement, question: Question, *, alone: bool) -> Judged:
    """Judge one statement of a text."""
    start, end = (0, len(text)) if alone else (raw.start, raw.end)
    if not alone:
        # Offsets of a parse tree count from the start of the text: each statement becomes a text of its own.
        text = text[start:end]
        (raw,) = parse(text)
    verdict = judge(text, raw, question)
    facts = with_bases(facts_of(verdict.resolution, verdict.world), verdict.resolution, verdict.world)
    effects = effects_of(raw.node, verdict.resolution, question.shadowed)
    if effects.bits & (DDL | TEMPORARY) and question.covered.by_oid:
        verdict = refused(verdict, text, raw, question)
    if effects.named and "ExecuteStmt" in raw.node and alone:
        effects = placed(effects, text)
    if verdict.resolution.functions or effects.bits & DDL:
        effects = with_code(effects, raw.node, verdict.resolution, question.covered.schema)
    return Judged(start, end, verdict, effects, facts, late=not _LATE.isdisjoint(raw.node))


def names_in(parts: list[Judged]) -> frozenset[Name]:
    """The relation names that were looked up."""
    return frozenset().union(*[part.verdict.resolution.names for part in parts])


def effects_in(parts: list[Judged]) -> Effects:
    """The effects of all."""
    if len(parts) == 1:
        return parts[0].effects
    every = [part.effects for part in parts]
    bits = 0
    for effects in every:
        bits |= effects.bits
    return Effects(
        bits, tuple(chain.from_iterable(e.temporary for e in every)), tuple(chain.from_iterable(e.named for e in every))
    )


def facts_in(parts: list[Judged]) -> Facts:
    """Of several statements the union, and the verb of the first."""
    if not parts:
        return Facts(verb="")
    if len(parts) == 1:
        return parts[0].facts
    every = [part.facts for part in parts]
    merged = {name: tuple(sorted({value for facts in every for value in getattr(facts, name)})) for name in _LISTS}
    reasons = "; ".join(dict.fromkeys(facts.opaque for facts in every if facts.opaque))
    return Facts(verb=every[0].verb, opaque=reasons or None, **merged)

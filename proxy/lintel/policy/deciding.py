"""One text -> one Decision: parse, judge each statement, put the edits of all of them together."""

from dataclasses import replace
from itertools import takewhile

from lintel.analysis import notation
from lintel.plan import parking
from lintel.policy.asking import asked, columns
from lintel.policy.briefing import brief
from lintel.policy.composed import Composed, Decided, in_force, source, unannounced, unplanned_in
from lintel.policy.edits import edited
from lintel.policy.effects import Effects
from lintel.policy.judged import Judged, effects_in, facts_in, judged_in_turn, names_in
from lintel.policy.key import ContextKey
from lintel.policy.mentions import mentions
from lintel.policy.moment import Moment
from lintel.policy.older import guarded
from lintel.policy.path import Path
from lintel.policy.statement import Statement
from lintel.policy.strange import is_code, made_in, strange_in
from lintel.policy.unread import NOT_FOLLOWED, as_temporary, not_followed, opaque
from lintel.shield import Question
from lintel.sql.comments import only, tags
from lintel.sql.grammar import RawStatement, SyntaxProblem, TooDeep, parse
from lintel.sql.masking import MASK, masked
from lintel.sql.quoting import quote_qualified
from lintel.wire.decision import EXECUTE, RUN, SETTINGS, Decision, Expectation, Probe, Refusal

_LOUD = frozenset({"42703", "42702"})  # how a loud text fails
_MARKED = frozenset({"42703", "42P01"})  # how one fails that names a marker: it has been turned, and then dropped
_BY_SHAPE = frozenset({"select", "insert", "update", "delete", "merge"})


def decide(moment: Moment, key: ContextKey, text: bytes) -> Decided:
    """Decide a text under a context; never raises for anything that a client can send."""
    decided = _decide(moment, key, text)
    return decided if moment.options.enforced else replace(decided, decision=_unchanged(decided.decision))


def _unchanged(decision: Decision) -> Decision:
    """The text as it is, whatever the verdict: that is what would have been done.

    So what was prepared while verdicts were enforced SQL runs as it was prepared; it may have another name by then.
    """
    statement: Statement = decision.statement
    if statement.verdict != "allow":
        statement = replace(statement, verdict=f"would_{statement.verdict}")
    return Decision(
        effects=decision.effects,
        temporary=decision.temporary,
        named=tuple(named._replace(verb=RUN) if named.verb == EXECUTE else named for named in decision.named),
        statement=statement,
    )


def _decide(moment: Moment, key: ContextKey, text: bytes) -> Decided:
    if not key.standard_strings and b"\\" in text:  # it may escape (manual 4.1.2.1)
        return opaque(moment, text, "standard_conforming_strings is off", [], readable=False)
    if key.encoding != "utf8" and not text.isascii():
        return _decide_masked(moment, key, text)
    if moment.schema is None:
        return opaque(moment, text, "there is no catalog yet", [])
    try:
        statements = parse(text)
    except (SyntaxProblem, TooDeep, UnicodeDecodeError) as error:
        return opaque(moment, text, f"not parsed: {error}", [])
    try:
        return _judged(moment, key, text, statements)
    except Exception as bug:
        # A fault of ours in reading one text must not cost its session; it is seen in the reason.
        return opaque(moment, text, f"internal error: {type(bug).__name__}", [])


def _judged(
    moment: Moment,
    key: ContextKey,
    text: bytes,
    statements: list[RawStatement],
    shown: dict[str, tuple[str, ...]] | None = None,
) -> Decided:
    """Each statement judged, and what follows for the text as a whole; of temporary relations by the columns shown."""
    found = only(tags(text), moment.tag_names)
    sides = dict(key.sides) if key.client is None else moment.sides(replace(key.client, tags=found))
    question = Question(moment.covered, key.search_path or (), key.shadowed, sides, shown)
    path = Path(question.search_path, moved=key.path_moved, barred=key.barred)
    parts = list(judged_in_turn(text, statements, question, path, moment.options.tables))
    if (key.shadowed or moment.made) and shown is None and (probes := asked(moment, key, statements, parts)):
        again = _judged(moment, key, text, statements, columns(key, probes))
        return replace(again, decision=replace(again.decision, probes=(*probes, *again.decision.probes)))
    if moment.plans and len(parts) > 1 and _is_behind_code(moment, text, parts, made_in(statements)):
        return Decided(not_followed(moment, text))
    why = _why_opaque(moment, key, parts)
    if why is None:
        decided = _understood(moment, key, text, parts, found)
        if moment.landed or moment.filled:
            decided = guarded(moment, text, decided, parts)
        return _beside_temporary(decided, key, parts) if key.shadowed else decided
    decided = as_temporary(moment, key, text, why, parts) or opaque(moment, text, why, parts)
    if strange := _strange(moment, parts):
        statement = replace(decided.decision.statement, strange=strange)
        decided = replace(decided, decision=replace(decided.decision, statement=statement))
    return _beside_temporary(decided, key, parts)


def _beside_temporary(decided: Decided, key: ContextKey, parts: list[Judged]) -> Decided:
    """With the names that a temporary relation may have, if the server analyses the statement when it is prepared."""
    results = (part.verdict.resolution for part in parts if not part.late)
    shadowed = key.shadowed & {name for result in results for schema, name in result.names if schema is None}
    return replace(decided, decision=replace(decided.decision, shadowed=shadowed)) if shadowed else decided


def _decide_masked(moment: Moment, key: ContextKey, text: bytes) -> Decided:
    """Of a text in another encoding (manual 24.3): nothing of what was masked may get into the text for the server."""
    readable = masked(text) if key.encoding == "ascii alike" else None
    if readable is not None:
        decided = _decide(moment, key, readable)
        edits = decided.decision.edits
        if not any(MASK in new for _, _, new in edits):
            return replace(decided, decision=replace(decided.decision, text=edited(text, edits) if edits else None))
    return opaque(moment, text, "client_encoding is not UTF8", [], readable=False)


def _why_opaque(moment: Moment, key: ContextKey, parts: list[Judged]) -> str | None:
    """Why a text has to be treated as opaque as a whole; None where each part was understood or is harmless."""
    for part in parts:
        result = part.verdict.resolution
        if part.verdict.kind == "opaque" and not result.utility:
            return "; ".join(result.opaque)
    if key.search_path is None and any(schema is None for schema, _ in names_in(parts)):
        return "the session's search_path is not known"
    if moment.plans and any(part.astray for part in parts):
        return "search_path changes within the text"
    return None


def _understood(moment: Moment, key: ContextKey, text: bytes, parts: list[Judged], found: dict[str, str]) -> Decided:
    if moment.plans and _is_unfollowed(moment, parts):
        return opaque(moment, text, NOT_FOLLOWED, parts)
    made = Composed()
    for part in parts:
        _follow(moment, part, made, parts)
    statement = in_force(moment, _statement(moment, key, text, parts, found))
    decision = made.decision(text, effects_in(parts), statement, several=len(parts) > 1)
    if len(parts) == 1 and decision.text is not None and _is_drawn(moment, statement):
        asked = brief(moment, parts[0], statement.shape, decision.text, statement.search_path)
        decision = replace(decision, statement=replace(statement, brief=asked))
    failures: frozenset[str] = frozenset().union(*(_failures(moment, part) for part in parts))
    if failures or moment.doubtful:
        probes = _probes(moment, parts)
        retry = frozenset[str]() if probes and len(parts) > 1 else failures
        decision = replace(decision, retry=retry, probes=probes, late=any(part.late for part in parts))
    literal = len(parts) != 1 or parts[0].effects != Effects() or parts[0].verdict.resolution.exact
    exact = literal or statement.facts.verb not in _BY_SHAPE
    results = [part.verdict.resolution for part in parts]
    # Whether names were looked up in more paths than one.
    moved = len(parts) > 1 and any(part.effects.bits & SETTINGS for part in parts[:-1])
    if moved or any(result.problems or result.utility or result.opaque for result in results):
        return Decided(decision, exact=exact)
    return Decided(decision, names_in(parts), frozenset().union(*(r.functions for r in results)), exact)


def _is_drawn(moment: Moment, statement: Statement) -> bool:
    """Whether it belongs to the referee's sample: by shape, and by another hash in each run, so that all get a turn."""
    share = moment.options.referee
    return statement.verdict == "rewrite" and share > 0 and hash(statement.shape) % 10_000 < share * 10_000


def _is_behind_code(moment: Moment, text: bytes, parts: list[Judged], made: frozenset[str]) -> bool:
    """Whether a function is called that code of an earlier statement may have made, or DDL that is not followed."""
    code = next((number for number, part in enumerate(parts) if is_code(part)), len(parts))
    strange = [strange_in(part, moment.covered.schema) for part in parts]
    if any(names - made for names in strange[code + 1 :]):
        return True
    behind = any(names and part.behind for names, part in zip(strange, parts, strict=True))
    return behind and bool(mentions(text, moment.planned))


def _strange(moment: Moment, parts: list[Judged]) -> frozenset[str]:
    if not moment.plans:
        return frozenset()
    return frozenset().union(*(strange_in(part, moment.covered.schema) for part in parts))


def _is_unfollowed(moment: Moment, parts: list[Judged]) -> bool:
    """Whether a table under a plan is used behind a change that is not understood, where no probe can go ahead."""
    if moment.doubtful and len(parts) > 1 and any(part.verdict.plans for part in parts):
        return True
    return any(part.behind and part.verdict.plans and not part.verdict.resolution.utility for part in parts)


def _probes(moment: Moment, parts: list[Judged]) -> tuple[Probe, ...]:
    """The tables under plans that a loud statement names: locked, they are for the transaction as they are now.

    Of a statement that names a marker, the marker; and in doubt, those of any statement. Of several statements, up to
    the first that does more than read or write rows, only what the first one locks itself: the order of locks stays.
    """
    covered, first = moment.covered, parts[0].verdict
    together = list(takewhile(_is_query, parts)) or parts[:1]
    loud = {
        oid for part in together if part.verdict.loud or moment.doubtful for oid in part.verdict.resolution.relations
    }
    marked = {plan_id for part in together if part.verdict.marked for plan_id in part.verdict.plans}
    relations = (
        covered.schema.relations[oid] for oid in first.resolution.relations if oid in loud & covered.by_oid.keys()
    )
    columns = {quote_qualified(r.schema, r.name): tuple(c.name.encode() for c in r.columns) for r in relations}
    sides = [covered.parked[plan_id] for plan_id in covered.parked if plan_id in marked and plan_id in first.plans]
    columns |= {side.marker: (parking.IN_FORCE.encode(),) for side in sides if first.marked}
    return tuple(Probe(f"TABLE {name}".encode(), names) for name, names in columns.items())


def _is_query(part: Judged) -> bool:
    return part.facts.verb in _BY_SHAPE and part.effects == Effects()


def _copied(moment: Moment, part: Judged, parts: list[Judged]) -> tuple[bytes, ...]:
    """The columns that a COPY may miss, where it is the only one in its text: its error has no position."""
    if part.facts.verb != "copy" or any(other.late for other in parts if other is not part):
        return ()
    return tuple(name.encode() for plan_id in part.verdict.plans for name in moment.covered.plans[plan_id].names)


def _follow(moment: Moment, part: Judged, made: Composed, parts: list[Judged]) -> None:
    """Put one statement's verdict into the Decision."""
    verdict = part.verdict
    if part.unplanned and moment.options.on_unplanned_ddl == "refuse":
        made.refuse(part.start, part.end, unannounced(part.unplanned))
        return
    end = None if len(parts) == 1 else part.end
    if verdict.kind == "refuse":
        refusal = Refusal(verdict.sqlstate or "42501", verdict.message or "", verdict.hint)
        if not verdict.by_server:
            made.refuse(part.start, part.end, refusal)
            return
        copied = _copied(moment, part, parts)
        made.expected.append(Expectation(refusal.sqlstate, refusal, part.start, end, copied))
    elif verdict.loud or verdict.marked:
        moved = _moved(moment, verdict.plans[0], _failures(moment, part))
        copied = _copied(moment, part, parts)
        made.expected.extend(Expectation(refusal.sqlstate, refusal, part.start, end, copied) for refusal in moved)
    made.edits.extend((part.start + start, part.start + end, new) for start, end, new in verdict.edits)


def _failures(moment: Moment, part: Judged) -> frozenset[str]:
    """SQLSTATEs with which a text of ours fails on the wrong side of a change."""
    verdict = part.verdict
    if verdict.kind == "refuse":
        return frozenset()
    names = {name for plan_id in verdict.plans for name in moment.covered.plans[plan_id].names}
    called = notation.FAILURES if not notation.LOUD.isdisjoint(names) else frozenset()
    return (_LOUD | called if verdict.loud else frozenset()) | (_MARKED if verdict.marked else frozenset())


def _moved(moment: Moment, plan_id: str, failures: frozenset[str]) -> list[Refusal]:
    """A loud text that fails where it cannot be tried again: the column has just come or gone."""
    plan = moment.covered.plans[plan_id]
    message = f'lintel: plan "{plan.id}": the columns of {plan.table} changed while this statement was under way'
    hint = "Nothing was written by it. Run the transaction again."
    return [Refusal(code, message, hint) for code in sorted(failures)]


def _statement(moment: Moment, key: ContextKey, text: bytes, parts: list[Judged], found: dict[str, str]) -> Statement:
    kinds = [part.verdict.kind for part in parts]
    refused = next((part.verdict for part in parts if part.verdict.kind == "refuse"), None)
    return Statement(
        source=source(text),
        facts=facts_in(parts),
        verdict="refuse" if refused else "rewrite" if "rewrite" in kinds else "allow",
        tags=found,
        search_path=key.search_path or (),
        plans=tuple(sorted({plan for part in parts for plan in part.verdict.plans})),
        unplanned=unplanned_in(moment, parts),
        rules=() if refused else tuple(rule for part in parts for rule in part.verdict.rules),
        sqlstate=refused.sqlstate if refused else None,
        message=refused.message if refused else None,
        sides=tuple(dict.fromkeys(sided for part in parts for sided in part.verdict.sides)),
        strange=_strange(moment, parts),
    )

"""The shield's one procedure: choose the client's side, edit where meanings differ, prove the result (the gate).

For each statement: resolve the client's text under every set of planned columns; pick the side that it was built for;
where some permitted schema gives another meaning, edit; resolve the edited text under each permitted schema again.
What is not the client's meaning under one of them must fail in analysis there, or the statement is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from lintel.analysis import World, resolve
from lintel.analysis.resolution import BindingKey, Resolution
from lintel.plan import Add, Plan, Retype, Side, parking
from lintel.shield.case import Case, Unserved, columns_in
from lintel.shield.discard import discarded, discards
from lintel.shield.dropped import Discards
from lintel.shield.filled import filled
from lintel.shield.items import Ungroupable, substitute
from lintel.shield.likes import likes
from lintel.shield.parked_targets import assert_own, truncated
from lintel.shield.parking import parked, parks
from lintel.shield.retype import cast_writes, held_to
from lintel.shield.sides import Sided, sided
from lintel.shield.spans import Spans
from lintel.shield.splices import Edited, Splice, by
from lintel.shield.stars import stars
from lintel.shield.stored import assert_in_place
from lintel.shield.tables import MAX_PLANS, MAX_SCHEMAS, Covered, Done, in_order, subsets
from lintel.shield.targets import names, positional, references, target_rows
from lintel.shield.verdict import Verdict
from lintel.sql.grammar import RawStatement, SyntaxProblem, TooDeep, parse

_NONE: Mapping[str, tuple[str, ...] | None] = MappingProxyType({})
_ROUNDS = 6  # each substitutes at least one more item (T7)
_OWN = "It fails on the client's own table; if it was built for the other, a rule has to say so ([[shield.clients]])"


@dataclass(frozen=True, slots=True)
class Question:
    """Under what a statement is judged: the plans, the path, and which side each plan's rules give the client."""

    covered: Covered
    search_path: tuple[str, ...]
    shadowed: frozenset[str] = frozenset()
    sides: Mapping[str, Side | None] = field(default_factory=dict)
    shown: Mapping[str, tuple[str, ...]] | None = None  # columns of temporary relations, where they were asked for


def judge(text: bytes, statement: RawStatement, question: Question) -> Verdict:
    """The verdict for a text of exactly one statement. "opaque" is for the caller to decide upon."""
    judging = _Judging(text, statement, question)
    verdict, sides = judging.verdict(), judging.sides()
    return replace(verdict, sides=sides) if sides else verdict


class _Judging:
    """The working state of one call of judge."""

    def __init__(self, text: bytes, statement: RawStatement, question: Question) -> None:
        self.text = text
        self.statement = statement
        self.question = question
        self.covered = question.covered
        # One with the name of a table under a plan is left to be pinned (policy.temporary).
        self.temporary = self._temporary() if question.shadowed or self.covered.made else _NONE
        self.world = World(
            self.covered.schema, question.search_path, {}, question.shadowed, self.temporary, self.covered.made
        )
        self.plain = resolve([statement], self.world)
        reached = [*self.plain.relations, *self.plain.row_types.difference(self.plain.relations)]
        self.touched = [oid for oid in reached if oid in self.covered.by_oid]
        self.ids = tuple(sorted({plan.id for oid in self.touched for plan in self.covered.by_oid[oid]}))
        self.few = 2 ** len(self.ids) <= MAX_SCHEMAS
        self.shown = self.covered.shown(self.ids)
        self.own: dict[Done, Resolution] = {}

    # The client's own text

    def verdict(self) -> Verdict:
        """Allow, rewrite or refuse."""
        if not self.touched or self.plain.opaque:
            return Verdict("opaque" if self.plain.opaque else "allow", self.plain, self.world)
        if len(self.ids) > MAX_PLANS:
            return self._refuse(self.plain, "more plans meet in one statement than can be proved at once")
        candidates = self._candidates()
        side = candidates[0]
        self.world = self._world(side)
        answer = self._under(side)
        try:
            self._certain(candidates)
            return self._served(side, answer)
        except Unserved as why:
            return self._unserved(answer, why)
        except LookupError:
            return self._unserved(answer, Unserved("its text could not be taken apart"))

    def _unserved(self, answer: Resolution, why: Unserved) -> Verdict:
        """A refusal; with the client's own error where it has one anyhow."""
        if answer.problems:
            return self._refuse(answer, answer.problems[0].message, answer.problems[0].sqlstate, remedy=_OWN)
        return self._refuse(answer, str(why), plan=why.plan, remedy=why.remedy)

    def _under(self, done: Done) -> Resolution:
        if done not in self.own:
            self.own[done] = resolve([self.statement], self._world(done))
            self.own[done].names |= self._parking_names()
        return self.own[done]

    def _parking_names(self) -> set[tuple[str | None, str]]:
        """Relations of ours whose coming and going changes the verdict."""
        ids = [i for i in self.ids if self.covered.plans[i].shield.absent_writes == "park"]
        return {(parking.SCHEMA, name) for i in ids for name in (parking.side_table(i), parking.marker(i))}

    def _world(self, done: Done) -> World:
        question, tables = self.question, self.covered.tables(done)
        return World(
            self.covered.schema, question.search_path, tables, question.shadowed, self.temporary, self.covered.made
        )

    def _temporary(self) -> Mapping[str, tuple[str, ...] | None]:
        """The session's temporary relations, what its queries have made, and their columns where asked for."""
        own = self.question.shadowed.union(name for _, name in self.covered.made)
        names = own.difference(plan.name for plan in self.covered.plans.values())
        shown = self.question.shown or {}
        return {name: shown.get(name) for name in names}

    def _possible(self) -> list[Done]:
        """The tables that the rules leave open, the oldest first."""
        fixed = {i: side == "new" for i in self.ids if (side := self.question.sides.get(i)) is not None}
        left = [i for i in self.ids if i not in fixed]
        if 2 ** len(left) <= MAX_SCHEMAS:
            return subsets(self.ids, fixed)
        least = self._least(frozenset(i for i in fixed if fixed[i]), left)
        return in_order([least, *(least ^ {i} for i in left)])

    def _least(self, done: Done, left: list[str]) -> Done:
        """The oldest tables that the text resolves on: with each change that it needs."""
        for plan_id in left:
            with_it = done | {plan_id}
            if len(self._under(with_it).problems) < len(self._under(done).problems):
                done = with_it
        return done

    def _candidates(self) -> list[Done]:
        """The tables that the client may have been built for, the oldest first: those on which its text resolves."""
        possible = self._possible()
        return [c for c in possible if not self._under(c).problems] or possible[:1]

    def sides(self) -> tuple[Sided, ...]:
        """For which table of each plan the text was taken to be written; none where it was not asked."""
        if not self.own:
            return ()
        found = {done: self._under(done) for done in self._possible()}
        return sided(self.covered, self.ids, self.question.sides, found, self._same)

    def _certain(self, candidates: list[Done]) -> None:
        """Without a rule a client of a column to come is an old one; with any other change nobody can say."""
        first = candidates[0]
        for other in candidates[1:]:
            plans = (self.covered.plans[i] for i in sorted(first ^ other))
            plan = next((plan for plan in plans if not isinstance(plan.change, Add)), None)
            if plan is not None and not self._same(self._under(first), self._under(other)):
                raise Unserved(
                    f'no rule of plan "{plan.id}" says for which table this client was built, and its statement means '
                    "something else before and after the change",
                    plan,
                    "Give the plan a rule for this client ([[shield.clients]]), name the columns in the statement",
                )

    def _permitted(self) -> list[Done]:
        """All that the plans permit; of too many those one change away from none, from all and from what there is.

        What a name means at a place is for each column of that name one plan's matter, so that a text which means the
        same with and without each of the changes means it with any of them. It may not count on failing then.
        """
        if self.few:
            return subsets(self.ids, {})
        every = (frozenset[str](), frozenset(self.ids), self.shown)
        return in_order([*every, *(done ^ {i} for done in every for i in self.ids)])

    # Edits and their proof

    def _served(self, side: Done, answer: Resolution) -> Verdict:
        self._assert_known(answer, side)
        case = Case(self.text, self.statement.node, Spans(self.text), self._prefix(), self.covered, self.shown,
                    {oid: self.covered.table(oid, side) for oid in self.touched}, answer,
                    self.question.search_path)  # fmt: skip
        others = [self._under(present) for present in self._permitted()]
        if answer.stored:
            return self._stored(case, answer, dict(zip(self._permitted(), others, strict=True)))
        items: set[int] = set()  # offsets of what is substituted
        spelled: set[int] = set()  # of stars
        dropping = self._dropping(case)
        answer = replace(answer, bindings=dropping.without)
        fixed = [
            *dropping.beside(by("list", positional(case))),
            *dropping.splices,
            *by("park", truncated(case, self.world)),
            *by("cast", cast_writes(case, dropping.around)),
        ]
        resolved = {done: held_to(case, other) for done, other in zip(self._permitted(), others, strict=True)}
        edited: Edited | None = None
        if fixed:
            edited, resolved = self._edit(case, fixed)
        for number in range(_ROUNDS):
            different = [r for r in resolved.values() if not self._same(answer, r)]
            more = self._involved(case, different) - items
            left = self._starred(case, different) - spelled if number and not more else set()
            if not different or (number and not more and not left):
                break
            items |= more
            spelled |= left
            substituted = by("substitute", [*self._substituted(case, items), *filled(case, others)])
            beside = by("name", names(case)) + references(case, others)
            beside += by("list", likes(case, others))
            beside += by("star", self._stars(case, others, spelled)) + by("row", target_rows(case))
            changes = [*dropping.beside(beside), *fixed, *substituted]
            if changes:
                edited, resolved = self._edit(case, changes)
        return self._proved(case, answer, edited, resolved)

    def _stored(self, case: Case, answer: Resolution, resolved: dict[Done, Resolution]) -> Verdict:
        """T18: the server keeps the text. No planned column is put into it; stars that would show one are spelled."""
        assert_in_place(case)
        edited, others = None, list(resolved.values())
        planned = any(self.covered.plan(key) for _, key in answer.reads)
        if not planned and not all(self._same(answer, other) for other in others):
            case.kept.update(source.at for source in answer.sources)
            changes = by("star", stars(case, {use.at for use in answer.stars})) + references(case, others)
            if changes:
                edited, resolved = self._edit(case, changes)
        return self._proved(case, answer, edited, resolved)

    def _dropping(self, case: Case) -> Discards:
        """What becomes of writes to a column that is not there: parked, or discarded."""
        kept, case.discarded = parked(case), discarded(case)
        if kept and case.discarded:
            raise Unserved("it writes a column whose writes are parked and one whose writes are discarded")
        case.discarded |= kept
        dropping = parks(case) if kept else discards(case)
        by("park" if kept else "discard", dropping.splices)
        case.answer.exact |= bool(kept)  # what it writes beside itself is made of its literals
        assert_own(case, dropping)
        return dropping

    def _prefix(self) -> str:
        lowered = self.text.lower()
        number = 0
        while f"lintel{number or ''}_".encode() in lowered:
            number += 1
        return f"lintel{number or ''}_"

    def _edit(self, case: Case, changes: list[Splice]) -> tuple[Edited, dict[Done, Resolution]]:
        unique = {(s.start, s.end, s.text): s for s in changes}
        try:
            edited = Edited(self.text, list(unique.values()), case.prefix)
            statements = parse(edited.text)
        except (ValueError, SyntaxProblem, TooDeep) as error:
            raise Unserved(f"its edits do not fit together ({type(error).__name__})") from None
        return edited, {d: held_to(case, resolve(statements, self._world(d), edited)) for d in self._permitted()}

    def _same(self, answer: Resolution, other: Resolution) -> bool:
        if other.opaque:
            return False
        if answer.problems or other.problems:
            # What fails for the client must fail, and with the same error: another's SQLSTATE would mislead it. All
            # else must be the same too: somebody else may just have made the column that is missing.
            found, due = ([(p.sqlstate, p.message) for p in r.problems] for r in (other, answer))
            if found != due:
                return False
        if answer.bindings == other.bindings:
            return True
        return self._passes_stars() and all(key[1] == "star" for key in _differences(answer, other))

    def _assert_known(self, answer: Resolution, side: Done) -> None:
        """Unserved where the table is none that the plans permit, or positions count that nobody knows."""
        amiss = self.covered.amiss(self.ids, side)
        doubtful = amiss or (self.covered.doubt(self.touched) if self.covered.doubts else None)
        if doubtful is not None and not all(self._same(answer, self._under(done)) for done in self._permitted()):
            why = "nobody knows whether a child had the column before its parent"
            raise Unserved(why if amiss is None else _misfit(amiss), doubtful)
        counted = bool(answer.stars or answer.rows or answer.likes or any(not use.listed for use in answer.inserts))
        unplaced = next((plan for oid in self.touched if (plan := self.covered.unplaced(oid))), None)
        if counted and unplaced is not None:
            column = unplaced.change.column
            raise Unserved(f'the place of column "{column}" among the others is not known any longer', unplaced)

    def _passes_stars(self) -> bool:
        return all(self.covered.plans[i].shield.stars == "pass" and i not in self.covered.parked for i in self.ids)

    def _involved(self, case: Case, different: list[Resolution]) -> set[int]:
        """The FROM items whose planned columns make the difference."""
        found = set()
        for other in different:
            for key in _differences(case.answer, other):
                for col in columns_in((case.answer.bindings.get(key), other.bindings.get(key))):
                    source = case.sources.get(col.item)
                    if col.key in self.covered.plans and source and source.role == "from":
                        found.add(col.item)
        return found or self._too_narrow(case, different)

    def _too_narrow(self, case: Case, different: list[Resolution]) -> set[int]:
        """Every planned FROM item where `AS q(a, b)` names more columns than there are, whatever they are."""
        if not any(problem.sqlstate == "42P10" for other in different for problem in other.problems):
            return set()
        planned = [source for source in case.sources.values() if source.table.relation.oid in self.covered.by_oid]
        return {source.at for source in planned if source.role == "from"}

    def _substituted(self, case: Case, items: set[int]) -> list[Splice]:
        found: list[Splice] = []
        for at in sorted(items - case.kept):
            try:
                found += substitute(case, case.sources[at])
            except Ungroupable:
                case.keep(case.sources[at])
        return found

    def _stars(self, case: Case, others: list[Resolution], spelled: set[int]) -> list[Splice]:
        """Those of RETURNING that cover a target, and those that stay different when all is substituted."""
        different = {key[0] for other in others for key in _differences(case.answer, other) if key[1] == "star"}
        return stars(case, {use.at for use in case.answer.stars if use.at in different and use.returning} | spelled)

    def _starred(self, case: Case, different: list[Resolution]) -> set[int]:
        """Stars that may be spelled out."""
        keys = (key for other in different if not other.problems for key in _differences(case.answer, other))
        return {at for at, tag in keys if tag == "star"}

    # The gate

    def _proved(
        self, case: Case, answer: Resolution, edited: Edited | None, resolved: dict[Done, Resolution]
    ) -> Verdict:
        same = {done: self._same(answer, r) for done, r in resolved.items()}
        edits = edited.edits if edited is not None and edited.text != self.text else ()
        text = edited.text.decode("utf-8", "surrogateescape") if edited is not None else ""
        marked = edited is not None and any(side.marker in text for side in self.covered.parked.values())
        if answer.problems and (marked or not all(same.values())):  # its 42703 would pass for that of a loud text
            return self._refuse(answer, answer.problems[0].message, answer.problems[0].sqlstate, remedy=_OWN)
        if not self.few and not all(same.values()):
            return self._refuse(answer, "more plans meet in one statement than can be proved at once")
        if not all(same[d] or any(problem.certain for problem in resolved[d].problems) for d in same):
            return self._refuse(answer, "it would mean something else once the column has come or gone")
        loud = not all(same.values())
        if not same[self.shown]:
            return self._absent(case, edits, resolved[self.shown])
        rules = edited.rules if edited is not None and edits else ()
        return Verdict("rewrite" if edits else "allow", case.answer, self.world, edits, rules=rules, loud=loud,
                       marked=marked, plans=self.ids)  # fmt: skip

    def _absent(self, case: Case, edits: tuple[tuple[int, int, bytes], ...], shown: Resolution) -> Verdict:
        """Loud under the schema that the catalog shows: the server refuses it itself, in its turn.

        Not so where writes are to be parked and are not yet, for all that is known: somebody else may park by now, and
        when the column comes it does not count before these values have landed.
        """
        missing = [p for p in map(self.covered.plans.__getitem__, self.ids) if self.covered.name(p, self.shown) is None]
        if not missing or not all(problem.sqlstate == "42703" and problem.certain for problem in shown.problems):
            return self._refuse(case.answer, "no text means the same before and after the change")
        written = {key for _, key in case.answer.writes}
        plan = next((p for p in missing if p.id in written), missing[0])
        message, hint = _absence(plan, "write" if plan.id in written else "read")
        if any(p.id in self.covered.awaited for p in missing):
            return Verdict("refuse", case.answer, self.world, (), "42703", message, hint, plans=self.ids)
        return Verdict("refuse", case.answer, self.world, edits, "42703", message, hint,
                       by_server=True, loud=True, plans=self.ids)  # fmt: skip

    def _refuse(
        self,
        answer: Resolution,
        why: str,
        sqlstate: str = "42501",
        plan: Plan | None = None,
        remedy: str = "Name the columns that it needs",
    ) -> Verdict:
        plan = plan or self.covered.plans[self.ids[0]]
        message = f'lintel: plan "{plan.id}" on {plan.table}: {why}'
        hint = f'The statement was not run. {remedy}, or release the plan "{plan.id}".'
        return Verdict("refuse", answer, self.world, (), sqlstate, message, hint, plans=self.ids)


def _misfit(plan: Plan) -> str:
    names = " and ".join(f'"{name}"' for name in plan.names)
    why = {Add: "what is parked is another table's", Retype: f"the column {names} has neither of the plan's types"}
    return why.get(type(plan.change), f"the table has both or neither of {names}, which the plan does not permit")


def _absence(plan: Plan, what: str) -> tuple[str, str]:
    """Message and hint for a statement that cannot do without a column that is not there."""
    name, yet = plan.change.column, isinstance(plan.change, Add)
    message = f'lintel: plan "{plan.id}": column "{name}" of {plan.table} is not there '
    message += f"{'yet' if yet else 'any longer'}; the {what} was refused"
    hint = f'Statements that {what} "{name}" work from the moment the column is added.'
    return message, f"Nothing was written. {hint if yet else f'The plan drops the column: {what} without it.'}"


def _differences(answer: Resolution, other: Resolution) -> list[BindingKey]:
    keys = answer.bindings.keys() | other.bindings.keys()
    return [key for key in keys if answer.bindings.get(key) != other.bindings.get(key)]

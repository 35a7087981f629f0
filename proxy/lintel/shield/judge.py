"""The shield's one procedure: choose the client's side, edit where meanings differ, prove the result (the gate).

For each statement: resolve the client's text under every set of planned columns; pick the side that it was built for;
where some permitted schema gives another meaning, edit; resolve the edited text under each permitted schema again.
What is not the client's meaning under one of them must fail in analysis there, or the statement is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lintel.analysis import World, resolve
from lintel.analysis.resolution import BindingKey, Resolution
from lintel.shield.case import Case, Unserved, columns_in
from lintel.shield.items import substitute
from lintel.shield.spans import Spans
from lintel.shield.splices import Edited, Splice
from lintel.shield.tables import MAX_SCHEMAS, Covered, subsets
from lintel.shield.targets import positional, references, returning_stars
from lintel.shield.verdict import Verdict
from lintel.sql.grammar import RawStatement, SyntaxProblem, TooDeep, parse

Side = Literal["old", "new"]
Present = frozenset[str]  # ids of the plans whose column is there

_ROUNDS = 6  # each substitutes at least one more item (T7)


@dataclass(frozen=True, slots=True)
class Question:
    """Under what a statement is judged: the plans, the path, and which side each plan's rules give the client."""

    covered: Covered
    search_path: tuple[str, ...]
    shadowed: frozenset[str] = frozenset()
    sides: Mapping[str, Side | None] = field(default_factory=dict)


def judge(text: bytes, statement: RawStatement, question: Question) -> Verdict:
    """The verdict for a text of exactly one statement. "opaque" is for the caller to decide upon."""
    return _Judging(text, statement, question).verdict()


class _Judging:
    """The working state of one call of judge."""

    def __init__(self, text: bytes, statement: RawStatement, question: Question) -> None:
        self.text = text
        self.statement = statement
        self.question = question
        self.covered = question.covered
        self.world = World(self.covered.schema, question.search_path, {}, question.shadowed)
        self.plain = resolve([statement], self.world)
        reached = [*self.plain.relations, *self.plain.row_types.difference(self.plain.relations)]
        self.touched = [oid for oid in reached if oid in self.covered.by_oid]
        self.ids = tuple(sorted({plan.id for oid in self.touched for plan in self.covered.by_oid[oid]}))
        self.shown = self.covered.shown(self.ids)
        self.own: dict[Present, Resolution] = {}

    # The client's own text

    def verdict(self) -> Verdict:
        """Allow, rewrite or refuse."""
        if not self.touched or self.plain.opaque:
            return Verdict("opaque" if self.plain.opaque else "allow", self.plain, self.world)
        if 2 ** len(self.ids) > MAX_SCHEMAS:
            return self._refuse(self.plain, "more plans meet in one statement than can be proved at once")
        side = self._side()
        self.world = self._world(side)
        answer = self._under(side)
        try:
            return self._served(side, answer)
        except Unserved as why:
            return self._refuse(answer, str(why))
        except LookupError:
            return self._refuse(answer, "its text could not be taken apart")

    def _under(self, present: Present) -> Resolution:
        if present not in self.own:
            self.own[present] = resolve([self.statement], self._world(present))
        return self.own[present]

    def _world(self, present: Present) -> World:
        tables = self.covered.tables(self.covered.by_oid, present)
        return World(self.covered.schema, self.question.search_path, tables, self.question.shadowed)

    def _side(self) -> Present:
        """The planned columns of the client's tables; without a rule the oldest side that resolves."""
        fixed = {i: side == "new" for i in self.ids if (side := self.question.sides.get(i)) is not None}
        candidates = list(subsets(self.ids, fixed))
        return next((c for c in candidates if not self._under(c).problems), candidates[0])

    def _permitted(self) -> list[Present]:
        return list(subsets(self.ids, {}))

    # Edits and their proof

    def _served(self, side: Present, answer: Resolution) -> Verdict:
        case = Case(self.text, Spans(self.text), self._prefix(), self.covered, self.shown,
                    self.covered.tables(self.touched, side), answer)  # fmt: skip
        others = [self._under(present) for present in self._permitted()]
        if answer.stored:  # T18: kept by the server, so never rewritten
            return self._proved(case, None, dict(zip(self._permitted(), others, strict=True)))
        items: set[int] = set()
        fixed = positional(case)
        resolved = dict(zip(self._permitted(), others, strict=True))
        edited: Edited | None = None
        if fixed:
            edited, resolved = self._edit(case, fixed)
        for _ in range(_ROUNDS):
            different = [r for r in resolved.values() if not self._same(answer, r)]
            if not different:
                break
            more = self._involved(case, different) - items
            changes = [*fixed, *references(case, others), *self._stars(case, others)]
            if not more and (edited is None) == (not changes) and items:
                break
            items |= more
            changes += [s for at in sorted(items) for s in substitute(case, case.sources[at])]
            if not changes:
                break
            edited, resolved = self._edit(case, changes)
            if not more:
                break
        return self._proved(case, edited, resolved)

    def _prefix(self) -> str:
        lowered = self.text.lower()
        number = 0
        while f"lintel{number or ''}_".encode() in lowered:
            number += 1
        return f"lintel{number or ''}_"

    def _edit(self, case: Case, changes: list[Splice]) -> tuple[Edited, dict[Present, Resolution]]:
        unique = {(s.start, s.end, s.text): s for s in changes}
        try:
            edited = Edited(self.text, list(unique.values()), case.prefix)
            statements = parse(edited.text)
        except (ValueError, SyntaxProblem, TooDeep) as error:
            raise Unserved(f"its edits do not fit together ({type(error).__name__})") from None
        return edited, {p: resolve(statements, self._world(p), edited) for p in self._permitted()}

    def _same(self, answer: Resolution, other: Resolution) -> bool:
        if other.opaque:
            return False
        if answer.problems or other.problems:
            # What fails for the client must fail, and with the same error: another's SQLSTATE would mislead it.
            return [(p.sqlstate, p.message) for p in answer.problems] == [
                (p.sqlstate, p.message) for p in other.problems
            ]
        if answer.bindings == other.bindings:
            return True
        return self._passes_stars() and all(key[1] == "star" for key in _differences(answer, other))

    def _passes_stars(self) -> bool:
        return all(self.covered.plans[i].shield.stars == "pass" for i in self.ids)

    def _involved(self, case: Case, different: list[Resolution]) -> set[int]:
        """The FROM items whose planned columns make the difference."""
        found = set()
        for other in different:
            for key in _differences(case.answer, other):
                for col in columns_in((case.answer.bindings.get(key), other.bindings.get(key))):
                    source = case.sources.get(col.item)
                    if col.key in self.covered.plans and source and source.role == "from":
                        found.add(col.item)
        return found

    def _stars(self, case: Case, others: list[Resolution]) -> list[Splice]:
        different = {key[0] for other in others for key in _differences(case.answer, other) if key[1] == "star"}
        return returning_stars(case, different)

    # The gate

    def _proved(self, case: Case, edited: Edited | None, resolved: dict[Present, Resolution]) -> Verdict:
        answer = case.answer
        same = {present: self._same(answer, r) for present, r in resolved.items()}
        edits = edited.edits if edited is not None and edited.text != self.text else ()
        if answer.problems and not all(same.values()):
            return self._refuse(answer, answer.problems[0].message, answer.problems[0].sqlstate)
        if not all(same[p] or resolved[p].problems for p in same):
            return self._refuse(answer, "it would mean something else once the column has come or gone")
        loud = not all(same.values())
        if not same[self.shown]:
            return self._absent(case, edits, resolved[self.shown])
        return Verdict("rewrite" if edits else "allow", answer, self.world, edits, loud=loud, plans=self.ids)

    def _absent(self, case: Case, edits: tuple[tuple[int, int, bytes], ...], shown: Resolution) -> Verdict:
        """Loud under the schema that the catalog shows: the server refuses it itself, in its turn."""
        missing = [plan for i in self.ids if (plan := self.covered.plans[i]).id not in self.shown]
        if not missing or not all(problem.sqlstate == "42703" for problem in shown.problems):
            return self._refuse(case.answer, "no text means the same before and after the change")
        written = {key for _, key in case.answer.writes}
        plan = next((p for p in missing if p.id in written), missing[0])
        name, what = plan.change.column, "write" if plan.id in written else "read"
        return Verdict(
            "refuse", case.answer, self.world, edits, "42703",
            f'lintel: plan "{plan.id}": column "{name}" of {plan.table} is not there yet; the {what} was refused',
            f'Nothing was written. Statements that {what} "{name}" work from the moment the column is added.',
            by_server=True, loud=True, plans=self.ids,
        )  # fmt: skip

    def _refuse(self, answer: Resolution, why: str, sqlstate: str = "42501") -> Verdict:
        plan = self.covered.plans[self.ids[0]]
        message = f'lintel: plan "{plan.id}" on {plan.table}: {why}'
        hint = f'The statement was not run. Name the columns that it needs, or release the plan "{plan.id}".'
        return Verdict("refuse", answer, self.world, (), sqlstate, message, hint, plans=self.ids)


def _differences(answer: Resolution, other: Resolution) -> list[BindingKey]:
    keys = answer.bindings.keys() | other.bindings.keys()
    return [key for key in keys if answer.bindings.get(key) != other.bindings.get(key)]

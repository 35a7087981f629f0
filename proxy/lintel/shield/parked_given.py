"""What an INSERT gives a parked column: a value for each row, and what ON CONFLICT DO UPDATE sets it to instead."""

from dataclasses import dataclass, field

from lintel.analysis.meanings import Col
from lintel.analysis.resolution import Node, Reference
from lintel.plan import Add, Plan
from lintel.shield import casts
from lintel.shield.case import Case, Unserved
from lintel.shield.casts import assigned
from lintel.shield.evaluated import is_repeatable
from lintel.shield.values import is_plain, is_untyped


@dataclass(slots=True)
class GivenColumn:
    """Of one column."""

    case: Case
    plan: Plan
    updating: bool  # there is a DO UPDATE
    rows: list[tuple[Node, str]] = field(default_factory=list)  # by row: the value and its text; none: its default
    assigned: tuple[Node, int, int] | None = None  # what DO UPDATE sets it to, and where that stands
    handed: str = ""  # else the setting that hands it on (shield.parked_handed)

    def row(self, number: int) -> tuple[Node, str]:
        """What one of the rows proposes."""
        return self.rows[number] if self.rows else ({"SetToDefault": {}}, self.plan.default_sql)

    def assigned_value(self, number: int) -> str:
        """What one of the rows proposes, of the column's type, so that rows of several types can stand in one list."""
        return self.assigned_to(*self.row(number))

    def assigned_to(self, node: Node, text: str) -> str:
        """A value as the column would get it, or an error: also for a row that is not written, or gets another one."""
        kind = self.plan.type
        return assigned(text, kind) if is_untyped(node) else casts.written(text, kind)

    @property
    def is_one(self) -> bool:
        """Whether every row proposes the same, and it has no effects."""
        return all(is_plain(node) and text == self.row(0)[1] for node, text in self.rows)

    def repeats(self, node: Node) -> bool:
        """Whether a proposed value may be evaluated wherever it is asked for, and is the same."""
        return is_plain(node) or (not queries(node) and is_repeatable(node, self.case.covered.schema))

    @property
    def constant(self) -> str:
        """What every row proposes, of the column's type."""
        return self.assigned_value(0)

    def is_proposed_read(self, target: int) -> bool:
        """Whether DO UPDATE reads what is proposed for anything but the column itself."""
        start, end = (0, 0) if self.assigned is None else self.assigned[1:]
        own = (r.meaning for r in self.case.answer.references if self._is_proposed(r) and not start <= r.at < end)
        return any(isinstance(m, Col) and (m.item, m.key) == (target, self.plan.id) for m in own)

    @property
    def as_proposed(self) -> bool:
        """Whether a row that is updated gets what was proposed, too."""
        if self.assigned is None:
            return not self.updating
        node, start, end = self.assigned
        proposed = [r for r in self._read() if self._is_proposed(r)]
        text = self._text(start, end)
        return ("ColumnRef" in node and bool(proposed)) or (is_plain(node) and self.is_one and text == self.row(0)[1])

    @property
    def reads_old(self) -> bool:
        """Whether the value of a row that is updated depends on the one that it has."""
        if self.as_proposed:
            return False
        return self.assigned is None or any(not self._is_proposed(r) for r in self._read())

    def value(self, node: Node, proposed: str, old: str, updated: str) -> str:
        """What is parked, of what is proposed, what the row had before, and whether it was there."""
        if self.as_proposed:
            return proposed
        given = self.assigned_to(node, proposed)
        # Asked of a row that was there, too, so that it is evaluated; a NULL that must not be is parked, and fails.
        fits = f"{given} IS NOT NULL" if self._is_not_null else f"({given} IS NULL) IS NOT NULL"
        return f"CASE WHEN {updated} AND {fits} THEN {self._set(node, proposed, old)} ELSE {given} END"

    @property
    def _is_not_null(self) -> bool:
        return isinstance(self.plan.change, Add) and self.plan.change.not_null

    def _set(self, proposed_node: Node, proposed: str, old: str) -> str:
        if self.assigned is None:
            return old
        node, start, end = self.assigned
        if "SetToDefault" in node:
            return self.plan.default_sql
        text, at = "", start
        for reference in sorted(self._read(), key=lambda r: r.at):
            first, last = self.case.spans.reference(reference.at)
            if self._is_proposed(reference):
                if not self.repeats(proposed_node):
                    raise Unserved("DO UPDATE calculates with what is to be inserted, and that is no constant")
                plain = is_plain(proposed_node)
                other = f"({proposed})::{self.plan.type.sql}" if plain else self.assigned_to(proposed_node, proposed)
            else:
                other = old
            text, at = text + self._text(at, first) + other, last
        return self.assigned_to(node, text + self._text(at, end))

    def _read(self) -> list[Reference]:
        """The references of what DO UPDATE sets it to: all of them this column's."""
        _, start, end = self.assigned or ({}, 0, 0)
        return [r for r in self.case.answer.references if start <= r.at < end]

    def _is_proposed(self, reference: Reference) -> bool:
        return reference.item is not None and reference.item.name == "excluded"

    def _text(self, start: int, end: int) -> str:
        return self.case.text[start:end].decode("utf-8", "surrogateescape")


def queries(node: object) -> bool:
    """Whether there is a subquery in an expression."""
    if isinstance(node, list):
        return any(map(queries, node))
    return isinstance(node, dict) and ("SubLink" in node or any(map(queries, node.values())))

"""Writes to a column that is not there, dropped from the text (absent_writes = "discard", docs/traps.md).

What is dropped would be lost once the column is there, so a tripwire makes the text loud then. Constants and parameters
go there; other values stay where they are, to be evaluated for nothing.
"""

from functools import partial

from lintel.analysis.meanings import Col
from lintel.analysis.resolution import Node, Source, TargetName
from lintel.shield.case import Case, Unserved
from lintel.shield.dropped import Discards, assert_once
from lintel.shield.dropped_rows import DroppedRows
from lintel.shield.evaluated import assert_in_turn, free_columns
from lintel.shield.retyped_query import around_set
from lintel.shield.splices import Splice
from lintel.shield.tripwire import tripwire
from lintel.shield.values import Assigned, assigned, set_lists
from lintel.sql.quoting import quote_ident


def discarded(case: Case) -> frozenset[str]:
    """Ids of the plans whose column this statement writes, is absent, and whose writes are to be dropped."""
    plans = (case.plan(key) for _, key in case.answer.writes)
    found = (plan for plan in plans if plan is not None and plan.shield.absent_writes == "discard")
    gone = (plan.id for plan in found if case.shown_name(plan.id) is None)
    return frozenset(gone) - case.covered.mixed


def discards(case: Case) -> Discards:
    """How to drop every write to the columns of case.discarded.

    Raises Unserved for one whose value stands where it can neither be taken out nor be evaluated for nothing.
    """
    return Dropping(case).done() if case.discarded else Discards(without=case.answer.bindings)


class Dropping(DroppedRows):
    """The work on one statement."""

    def done(self) -> Discards:
        """Every write dropped, and what guards that."""
        for use in self.case.answer.inserts:
            self._insert(use)
        for entries in set_lists(self.case.statement):
            self._assignments(entries)
        self.found.splices += self._guards()
        self.case.answer.exact |= bool(self.instead)  # the values that move are repeated
        self.found.without = self._without(self.case.answer)
        return self.found

    def _assignments(self, entries: list[Node]) -> None:
        bodies = [entry["ResTarget"] for entry in entries]
        named = {name.at: name for name in self.case.answer.named}
        meanings = [self._named(named.get(body["location"])) for body in bodies]
        kept = [not self._gone(meaning) for meaning in meanings]
        if all(kept):
            return
        if any("indirection" in body and not keep for body, keep in zip(bodies, kept, strict=True)):
            raise Unserved("the column that is not there cannot be taken out of this SET list")
        assert_once([meaning for meaning in meanings if self._gone(meaning)])
        found = assigned(self.case, bodies, queries=self.evaluates)
        hosts = self._set_hosts(meanings, found)
        left = iter(enumerate(meanings))
        kept = [self._taken_out(entry, [next(left) for _ in entry.bodies], hosts) for entry in found]
        pieces = [entry.place for entry in found]
        if any(kept):
            self._drop(self.case.spans.without(pieces, kept))
            return
        start, end = pieces[0][0], pieces[-1][1]
        self.found.splices.append(Splice(start, end, self._itself(self._source(meanings[0])).encode(), start, "words"))

    def _set_hosts(self, meanings: list[object], found: list[Assigned]) -> dict[int, str]:
        """By its number in the list: which other column is set to itself where a value is evaluated."""
        values = [value for entry in found for value in entry.each]
        alone = [not entry.of_query for entry in found for _ in entry.bodies]
        gone = [n for n, meaning in enumerate(meanings) if alone[n] and self._gone(meaning)]
        staying = [n for n in gone if self._stays(values[n], meanings[n])]
        if not staying:
            return {}
        assert_in_turn(values, staying, self.case.covered.schema)
        taken = {meaning.key for meaning in meanings if isinstance(meaning, Col)}
        free = free_columns(self.case.covered.schema, self._source(meanings[staying[0]]).table, taken)
        if len(free) < len(staying):
            raise Unserved("no other column is left that a value which would be dropped could be evaluated for")
        return dict(zip(staying, free, strict=False))

    def _taken_out(self, entry: Assigned, numbered: list[tuple[int, object]], hosts: dict[int, str]) -> bool:
        """Take the dropped columns out of an entry of a SET list; False: nothing is left of it."""
        if entry.of_query:
            return self._left_out(entry, [meaning for _, meaning in numbered])
        kept = [not self._gone(meaning) or number in hosts for number, meaning in numbered]
        names = [start for start, _ in entry.names] or [entry.place[0]]
        for (number, meaning), value, place, name in zip(numbered, entry.values, entry.places, names, strict=True):
            if not isinstance(meaning, Col) or not self._gone(meaning):
                continue
            if number in hosts:
                self._call(name, hosts[number])
                own = f"{quote_ident(self._source(meaning).item.name or '')}.{quote_ident(hosts[number])}"
                self._evaluate(meaning, value, place, f"{own} ELSE {own}")
            else:
                self._keep(meaning, value, *place)
        if any(kept) and not all(kept):
            self._drop(self.case.spans.without(entry.names, kept))
            self._drop(self.case.spans.without(entry.places, kept))
            at = self.case.spans.opening(entry.places[0][0])
            if not self.case.spans.follows(at, b"row"):  # `(c) = (1)` is no row
                self.found.splices.append(Splice(at, at, b"ROW", at, "words"))
        return any(kept)

    def _left_out(self, entry: Assigned, meanings: list[object]) -> bool:
        """Of `(a, c) = (SELECT ..)`, as around any query."""
        kept = [not self._gone(meaning) for meaning in meanings]
        if not all(kept):
            splices = around_set(self.case, entry.places[0], len(meanings), partial(self._listing, meanings))
            self.found.around.add(entry.places[0][0])
            self._drop(self.case.spans.without(entry.names, kept))
            self.found.splices += splices
        return True

    def _named(self, name: TargetName | None) -> object:
        return None if name is None else name.meaning

    def _itself(self, source: Source) -> str:
        """`note = o.note`: a SET list cannot be empty."""
        free = free_columns(self.case.covered.schema, source.table)
        if not free:
            raise Unserved("nothing but the column that is not there is set, and no other could be set to itself")
        name = quote_ident(free[0])
        return f"{name} = {quote_ident(source.item.name or '')}.{name}"

    def _guards(self) -> list[Splice]:
        return tripwire(self.case, self.values)

"""Writes to a column that is not there, dropped from the text (absent_writes = "discard", docs/traps.md).

What is dropped would be lost once the column is there, so a tripwire makes the text loud then. Constants and parameters
go there; other values stay where they are, to be evaluated for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lintel.analysis.meanings import Col
from lintel.analysis.resolution import BindingKey, InsertUse, Node, Resolution, Source, TargetName
from lintel.shield.case import Case, Unserved
from lintel.shield.casts import is_alike
from lintel.shield.casts import written as cast_written
from lintel.shield.evaluated import around, assert_in_turn, free_columns, others, typed_as
from lintel.shield.splices import Splice
from lintel.shield.tripwire import tripwire
from lintel.shield.values import (
    Assigned,
    Row,
    assigned,
    is_plain,
    is_untyped,
    list_at,
    rows,
    set_lists,
    unnamed,
    written,
)
from lintel.sql.quoting import quote_ident

Value = tuple[Node, tuple[int, int]]  # and where it stands


@dataclass(slots=True)
class Discards:
    """The splices that drop the writes, and what the text means without them."""

    splices: list[Splice] = field(default_factory=list)
    without: dict[BindingKey, object] = field(default_factory=dict)  # the bindings that are left

    def beside(self, others: list[Splice]) -> list[Splice]:
        """Those of the other splices that are not within what is dropped."""
        ranges = [(splice.start, splice.end) for splice in self.splices]
        return [s for s in others if not any(start <= s.start < end for start, end in ranges)]


def discarded(case: Case) -> frozenset[str]:
    """Ids of the plans whose column this statement writes, is absent, and whose writes are to be dropped."""
    plans = (case.plan(key) for _, key in case.answer.writes)
    found = (plan for plan in plans if plan is not None and plan.shield.absent_writes == "discard")
    return frozenset(plan.id for plan in found if case.shown_name(plan.id) is None)


def discards(case: Case) -> Discards:
    """How to drop every write to the columns of case.discarded.

    Raises Unserved for one whose value stands where it can neither be taken out nor be evaluated for nothing.
    """
    return Dropping(case).done() if case.discarded else Discards(without=case.answer.bindings)


class Dropping:
    """The work on one statement."""

    evaluates = True  # what it drops, unless that is a constant

    def __init__(self, case: Case) -> None:
        self.case = case
        self.found = Discards()
        self.values: dict[tuple[int, str], list[str]] = {}  # (oid, plan id) -> texts of the dropped values
        self.instead: dict[object, Col] = {}  # a dropped column of an INSERT's list -> which one stands there now
        self.moved: list[tuple[int, int]] = []  # where values stood that stand elsewhere now

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

    def _gone(self, meaning: object) -> bool:
        return isinstance(meaning, Col) and meaning.key in self.case.discarded

    def _drop(self, ranges: list[tuple[int, int]]) -> None:
        self.found.splices += [Splice(start, end, b"", start, "words") for start, end in ranges]

    def _keep(self, meaning: Col, node: Node, start: int, end: int) -> None:
        """The dropped value goes into the tripwire."""
        stands = is_plain(node) and "SetToDefault" not in node
        text = self.case.text[start:end].decode("utf-8", "surrogateescape") if stands else "NULL"
        type_ = self.case.covered.plans[str(meaning.key)].type
        if stands and not is_untyped(node) and is_alike(type_):
            text = cast_written(text, type_)
        self.values.setdefault((meaning.oid, str(meaning.key)), []).append(text)

    def _referred(self, reference: Node) -> object:
        at = reference.get("location")
        return next((r.meaning for r in self.case.answer.references if r.at == at), None)

    def _stays(self, node: Node) -> bool:
        """Whether a value has to be evaluated although it is dropped: not the column itself that is not there."""
        own = "ColumnRef" in node and self._gone(self._referred(node["ColumnRef"]))
        return self.evaluates and not is_plain(node) and not own

    def _evaluate(self, meaning: Col, node: Node, place: tuple[int, int], outcome: str) -> Splice:
        """The value stays where it is, in a condition that always holds; the splice behind it says the outcome."""
        self.values.setdefault((meaning.oid, str(meaning.key)), []).append("NULL")
        before, behind = around(node, self.case.covered.plans[str(meaning.key)].type, outcome)
        found = [Splice(at, at, t.encode(), at, "words") for at, t in zip(place, (before, behind), strict=True)]
        self.found.splices += found
        return found[-1]

    def _call(self, at: int, name: str) -> None:
        """Another column's name where a dropped one's stands."""
        self.found.splices.append(Splice(at, self.case.spans.name_end(at), quote_ident(name).encode(), at, "words"))

    # INSERT

    def _insert(self, use: InsertUse) -> None:
        if use.source.role == "copy_from" and self.case.discarded:
            raise Unserved("COPY into a column that is not there cannot leave it out")
        bound = written(self.case, use) if use.source.role in ("insert", "merge") else ()
        if not any(map(self._gone, bound)):
            return
        found = rows(self.case, use)
        beside = self._beside(use, bound, [nodes for nodes, _ in found])
        kept = [(n in beside or not self._gone(m)) and n not in beside.values() for n, m in enumerate(bound)]
        if not any(kept):
            self._only(use, found)
            return
        _assert_once(bound)
        if use.listed:
            listed = self.case.spans.pieces(list_at(self.case, use))
            self._drop(self.case.spans.without(listed, kept))
            for number, other in beside.items():
                self._move(listed[number][0], bound[number], bound[other])
        for nodes, pieces in found:
            values = unnamed(self.case, use, pieces)
            for number, (meaning, node) in enumerate(zip(bound, nodes, strict=True)):
                if number in beside:
                    other = beside[number]
                    self._hold(use, bound[number], bound[other], (node, values[number]), (nodes[other], values[other]))
                elif isinstance(meaning, Col) and self._gone(meaning):
                    self._keep(meaning, node, *pieces[number])
            self._drop(self.case.spans.without(pieces, kept))

    def _beside(self, use: InsertUse, bound: Sequence[object], rows: list[list[Node]]) -> dict[int, int]:
        """By its number in the list: beside which other value each is evaluated that cannot just be dropped."""
        gone = [number for number, meaning in enumerate(bound) if self._gone(meaning)]
        staying = [number for number in gone if any(self._stays(nodes[number]) for nodes in rows)]
        return dict(zip(staying, others(self.case, use, bound, rows, staying), strict=True)) if staying else {}

    def _move(self, at: int, meaning: object, other: object) -> None:
        """Another column of the list moves to where a dropped one stands."""
        assert isinstance(other, Col)
        if self.instead.setdefault(meaning, other) != other:
            raise Unserved("values that would be dropped are evaluated in several INSERTs")
        self._call(at, self._source(other).table.names[other.key])

    def _hold(self, use: InsertUse, meaning: object, other: object, dropped: Value, kept: Value) -> None:
        """A kept value moves to where a dropped one stands, which is evaluated first."""
        assert isinstance(meaning, Col)
        (node, (start, end)), (other_node, (first, last)) = dropped, kept
        text = self.case.text[first:last]
        self.moved.append((first, last))
        if "SetToDefault" in node:
            self._keep(meaning, node, start, end)
            self.found.splices.append(Splice(start, end, text, start, "words", moved=(0, len(text), first)))
            return
        of_type = b""
        if is_untyped(other_node):
            assert isinstance(other, Col)
            of_type = f" ELSE {typed_as(use.source.table, other, self.case.alias('o'))}".encode()
        behind = self._evaluate(meaning, node, (start, end), "\0")
        at = behind.text.index(b"\0")
        behind.text = behind.text.replace(b"\0", text + of_type)
        behind.moved = (at, at + len(text), first)

    def _only(self, use: InsertUse, rows: list[Row]) -> None:
        """Nothing is left of the list: a row of defaults."""
        if use.source.role != "insert" or len(rows) != 1 or "valuesLists" not in use.node["selectStmt"]["SelectStmt"]:
            raise Unserved("nothing but the column that is not there is inserted")
        nodes, pieces = rows[0]
        spans = self.case.spans
        for meaning, node, (start, end) in zip(written(self.case, use), nodes, pieces, strict=True):
            assert isinstance(meaning, Col)
            self._keep(meaning, node, start, end)
        start = spans.after_target(use.source.node, alias=True)
        end = spans.token_end(pieces[-1][1])
        self.found.splices.append(Splice(start, end, b" DEFAULT VALUES", start, "words"))

    # SET

    def _assignments(self, entries: list[Node]) -> None:
        bodies = [entry["ResTarget"] for entry in entries]
        named = {name.at: name for name in self.case.answer.named}
        meanings = [self._named(named.get(body["location"])) for body in bodies]
        kept = [not self._gone(meaning) for meaning in meanings]
        if all(kept):
            return
        if any("indirection" in body for body in bodies):
            raise Unserved("the column that is not there cannot be taken out of this SET list")
        _assert_once(meanings)
        found = assigned(self.case, bodies)
        hosts = self._set_hosts(meanings, [value for entry in found for value in entry.values])
        left = iter(enumerate(meanings))
        kept = [self._taken_out(entry, [next(left) for _ in entry.bodies], hosts) for entry in found]
        pieces = [entry.place for entry in found]
        if any(kept):
            self._drop(self.case.spans.without(pieces, kept))
            return
        start, end = pieces[0][0], pieces[-1][1]
        self.found.splices.append(Splice(start, end, self._itself(self._source(meanings[0])).encode(), start, "words"))

    def _set_hosts(self, meanings: list[object], values: list[Node]) -> dict[int, str]:
        """By its number in the list: which other column is set to itself where a value is evaluated."""
        staying = [n for n, meaning in enumerate(meanings) if self._gone(meaning) and self._stays(values[n])]
        if not staying:
            return {}
        assert_in_turn(values, staying, self.case.covered.schema)
        taken = {meaning.key for meaning in meanings if isinstance(meaning, Col)}
        free = free_columns(self._source(meanings[staying[0]]).table, taken)
        if len(free) < len(staying):
            raise Unserved("no other column is left that a value which would be dropped could be evaluated for")
        return dict(zip(staying, free, strict=False))

    def _taken_out(self, entry: Assigned, numbered: list[tuple[int, object]], hosts: dict[int, str]) -> bool:
        """Take the dropped columns out of an entry of a SET list; False: nothing is left of it."""
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

    def _named(self, name: TargetName | None) -> object:
        return None if name is None else name.meaning

    def _source(self, meaning: object) -> Source:
        assert isinstance(meaning, Col)
        return self.case.sources[meaning.item]

    def _itself(self, source: Source) -> str:
        """`note = o.note`: a SET list cannot be empty."""
        relation = source.table.relation
        keys = [relation.columns[0].attnum] if not relation.primary_key else relation.primary_key
        plain = [c for c in relation.columns if not c.generated and not c.identity]
        column = next((c for c in plain if c.attnum not in keys), plain[0] if plain else None)
        if column is None:
            raise Unserved("nothing but the column that is not there is set")
        name = quote_ident(column.name)
        return f"{name} = {quote_ident(source.item.name or '')}.{name}"

    def _guards(self) -> list[Splice]:
        return tripwire(self.case, self.values)

    def _without(self, answer: Resolution) -> dict[BindingKey, object]:
        """The bindings that are left when the dropped parts are taken away."""
        ranges = [(splice.start, splice.end) for splice in self.found.splices]
        elsewhere = {*self.instead.values()}
        left: dict[BindingKey, object] = {}
        for (at, tag), value in answer.bindings.items():
            if tag == "target" and isinstance(value, tuple):
                stand = (self.instead.get(meaning, meaning) for meaning in value if meaning not in elsewhere)
                left[at, tag] = tuple(meaning for meaning in stand if not self._gone(meaning))
            elif _within(at, self.moved) or not _within(at, ranges):
                left[at, tag] = value
        return left


def _within(at: int, ranges: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in ranges)


def _assert_once(meanings: Sequence[object]) -> None:
    """Unserved for a column that is written twice: an error of the client's own, which would go with the writes."""
    if len(set(meanings)) < len(meanings):
        raise Unserved("a column is written twice")

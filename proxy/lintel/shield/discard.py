"""Writes to a column that is not there, dropped from the text (absent_writes = "discard", docs/traps.md).

What is dropped would be lost once the column is there, so a tripwire makes the text loud: a WITH query that is analysed
and never executed, and that fails with 42702 as soon as the table has the column. The dropped values stand in it, so
that parameters keep their numbers and types (trap T12).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lintel.analysis.meanings import Col
from lintel.analysis.resolution import BindingKey, InsertUse, Node, Resolution, Source, TargetName
from lintel.shield.case import Case, Unserved
from lintel.shield.splices import Splice
from lintel.shield.values import Assigned, Row, assigned, entered, is_plain, list_at, rows, set_lists, written
from lintel.sql.quoting import quote_ident, quote_qualified


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

    Raises Unserved for one whose value is more than a parameter or a constant, or stands where it cannot be taken out.
    """
    return Dropping(case).done() if case.discarded else Discards(without=case.answer.bindings)


class Dropping:
    """The work on one statement."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.found = Discards()
        self.values: dict[tuple[int, str], list[str]] = {}  # (oid, plan id) -> texts of the dropped values

    def done(self) -> Discards:
        """Every write dropped, and what guards that."""
        for use in self.case.answer.inserts:
            self._insert(use)
        for entries in set_lists(self.case.statement):
            self._assignments(entries)
        self.found.splices += self._guards()
        self.found.without = self._without(self.case.answer)
        return self.found

    def _gone(self, meaning: object) -> bool:
        return isinstance(meaning, Col) and meaning.key in self.case.discarded

    def _drop(self, ranges: list[tuple[int, int]]) -> None:
        self.found.splices += [Splice(start, end, b"", start, "words") for start, end in ranges]

    def _keep(self, meaning: Col, node: Node, start: int, end: int) -> None:
        """The dropped value goes into the tripwire."""
        ((kind, body),) = node.items()
        own = kind == "ColumnRef" and self._gone(self._referred(body))
        if not own and not is_plain(node):
            raise Unserved("a value that is more than a parameter or a constant cannot be dropped from the statement")
        text = "NULL" if own or kind == "SetToDefault" else self.case.text[start:end].decode("utf-8", "surrogateescape")
        self.values.setdefault((meaning.oid, str(meaning.key)), []).append(text)

    def _referred(self, reference: Node) -> object:
        at = reference.get("location")
        return next((r.meaning for r in self.case.answer.references if r.at == at), None)

    # INSERT

    def _insert(self, use: InsertUse) -> None:
        if use.source.role == "copy_from" and self.case.discarded:
            raise Unserved("COPY into a column that is not there cannot leave it out")
        bound = written(self.case, use) if use.source.role in ("insert", "merge") else ()
        if not any(map(self._gone, bound)):
            return
        spans = self.case.spans
        found = rows(self.case, use)
        if all(map(self._gone, bound)):
            self._only(use, found)
            return
        _assert_once(bound)
        if use.listed:
            listed = spans.pieces(list_at(self.case, use))
            self._drop(spans.without(listed, [not self._gone(meaning) for meaning in bound]))
        for nodes, pieces in found:
            kept = [not self._gone(meaning) for meaning in bound]
            for meaning, node, (start, end) in zip(bound, nodes, pieces, strict=True):
                if isinstance(meaning, Col) and self._gone(meaning):
                    self._keep(meaning, node, start, end)
            self._drop(spans.without(pieces, kept))

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
        left = iter(meanings)
        kept = [self._taken_out(entry, [next(left) for _ in entry.bodies]) for entry in found]
        pieces = [entry.place for entry in found]
        if any(kept):
            self._drop(self.case.spans.without(pieces, kept))
            return
        start, end = pieces[0][0], pieces[-1][1]
        self.found.splices.append(Splice(start, end, self._itself(self._source(meanings[0])).encode(), start, "words"))

    def _taken_out(self, entry: Assigned, meanings: list[object]) -> bool:
        """Take the dropped columns out of an entry of a SET list; False: nothing is left of it."""
        kept = [not self._gone(meaning) for meaning in meanings]
        for meaning, value, place in zip(meanings, entry.values, entry.places, strict=True):
            if isinstance(meaning, Col) and self._gone(meaning):
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

    # The tripwire

    def _guards(self) -> list[Splice]:
        queries = ", ".join(self._query(*key, number) for number, key in enumerate(sorted(self.values)))
        at, first = self._with()
        text = f" {queries}," if first else f"WITH {queries} "
        return [Splice(at, at, text.encode("utf-8", "surrogateescape"), at, "words")]

    def _query(self, oid: int, plan_id: str, number: int) -> str:
        case, relation = self.case, self.case.covered.schema.relations[oid]
        if relation.has_rules:
            raise Unserved("a table with rules takes no WITH query, which would have to guard the dropped write")  # T17
        plan = case.covered.plans[plan_id]
        name = quote_ident(plan.change.column)
        names = [name, *(case.alias(f"v{i}") for i in range(1, len(self.values[oid, plan_id])))]
        values = (f"({text})::{plan.type.sql}" for text in self.values[oid, plan_id])
        listed = ", ".join(f"{value} AS {called}" for value, called in zip(values, names, strict=True))
        table = f"{quote_qualified(relation.schema, relation.name)} AS {case.alias('o')}"
        query = f"SELECT {name} FROM (SELECT {listed}) {case.alias('v')}, {table} WHERE false"
        return f"{case.alias(f'absent{number}')} AS ({query})"

    def _with(self) -> tuple[int, bool]:
        """Where a WITH query goes, and whether there is a WITH already."""
        _, body = entered(self.case.statement)
        spans = self.case.spans
        if "withClause" in body:
            return spans.after_with(body["withClause"].get("location", 0)), True
        if "relation" not in body:
            raise Unserved("there is no place for the WITH query that would have to guard the dropped write")
        return spans.verb(body["relation"]["location"]), False

    def _without(self, answer: Resolution) -> dict[BindingKey, object]:
        """The bindings that are left when the dropped parts are taken away."""
        ranges = [(splice.start, splice.end) for splice in self.found.splices]
        left: dict[BindingKey, object] = {}
        for (at, tag), value in answer.bindings.items():
            if tag == "target" and isinstance(value, tuple):
                left[at, tag] = tuple(meaning for meaning in value if not self._gone(meaning))
            elif not any(start <= at < end for start, end in ranges):
                left[at, tag] = value
        return left


def _assert_once(meanings: Sequence[object]) -> None:
    """Unserved for a column that is written twice: an error of the client's own, which would go with the writes."""
    if len(set(meanings)) < len(meanings):
        raise Unserved("a column is written twice")

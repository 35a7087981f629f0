"""Values that are taken out of the rows of INSERT and MERGE."""

from collections.abc import Sequence
from functools import partial

from lintel.analysis.meanings import Col
from lintel.analysis.resolution import InsertUse, Node
from lintel.shield.case import Unserved
from lintel.shield.dropped import Dropped, assert_once
from lintel.shield.evaluated import others, typed_as
from lintel.shield.retyped_query import around_insert
from lintel.shield.splices import Splice
from lintel.shield.values import Row, is_query, is_untyped, list_at, rows, unnamed, written

Value = tuple[Node, tuple[int, int]]  # and where it stands


class DroppedRows(Dropped):
    """The work on the INSERTs of one statement."""

    def _insert(self, use: InsertUse) -> None:
        if use.source.role == "copy_from" and self.case.discarded:
            raise Unserved("COPY into a column that is not there cannot leave it out")
        bound = written(self.case, use) if use.source.role in ("insert", "merge") else ()
        if not any(map(self._gone, bound)):
            return
        assert_once(bound)
        try:
            found = rows(self.case, use)
            beside = self._beside(use, bound, [nodes for nodes, _ in found])
        except Unserved:
            if not self.evaluates or not is_query(use):
                raise
            self._around(use, bound)
            return
        kept = [(n in beside or not self._gone(m)) and n not in beside.values() for n, m in enumerate(bound)]
        if not any(kept):
            self._only(use, found)
            return
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

    def _around(self, use: InsertUse, bound: Sequence[object]) -> None:
        """A query whose values cannot be told from each other: what is dropped is left out by another one around it."""
        gone = [self._gone(meaning) for meaning in bound]
        if use.listed:
            self._drop(self.case.spans.without(self.case.spans.pieces(list_at(self.case, use)), [not g for g in gone]))
        self.found.splices += around_insert(self.case, use, bound, partial(self._listing, bound))
        self.found.around.add(use.source.at)

    def _beside(self, use: InsertUse, bound: Sequence[object], rows: list[list[Node]]) -> dict[int, int]:
        """By its number in the list: beside which other value each is evaluated that cannot just be dropped."""
        gone = [number for number, meaning in enumerate(bound) if self._gone(meaning)]
        staying = [number for number in gone if any(self._stays(nodes[number], bound[number]) for nodes in rows)]
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
        self.found.moved.append((first, last))
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

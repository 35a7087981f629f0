"""UPDATE of a column that is not there yet: the rows are locked first, and both tables written from what is found then.

    UPDATE o SET c = c + 1, n = f(n) FROM s WHERE ..
    WITH l (k, b, v0, v1) AS (SELECT o.id, b.id, c + 1, f(n) FROM o, LATERAL (SELECT o.id OFFSET 0) b, s WHERE ..
                              FOR NO KEY UPDATE OF o),
         p AS (INSERT INTO park SELECT k, v0 FROM l ON CONFLICT .. RETURNING ..)
    UPDATE o SET n = v1 FROM l WHERE o is the row of l AND (SELECT count(*) FROM p) >= 0

So every expression of the client's stays where it stands, is evaluated once, and once more for a row that somebody else
has changed meanwhile. `count` makes the parking run first: a WITH query that nobody reads would run at the end (T14).
"""

from lintel.analysis.resolution import Node
from lintel.plan import Add, parking
from lintel.plan.types import TypeName
from lintel.shield import parked_value
from lintel.shield.case import Unserved
from lintel.shield.dropped import Discards
from lintel.shield.parked_carried import Carried
from lintel.shield.parked_records import Record, assert_alike, type_of
from lintel.shield.parked_skipping import column_type
from lintel.shield.parked_writes import ParkedWrites
from lintel.shield.side_table import SideTable
from lintel.shield.splices import Splice
from lintel.shield.values import Assigned, assigned, is_of_query, is_plain
from lintel.sql.quoting import quote_ident


class ParkedUpdate(ParkedWrites):
    """The work on one UPDATE."""

    def done(self) -> Discards:
        """The splices, and the bindings that are left."""
        if "CurrentOfExpr" in self.body.get("whereClause", {}):
            raise Unserved("WHERE CURRENT OF cannot stand where the rows are looked up")
        self.sets: list[str] = []  # of the UPDATE itself
        self.parked: dict[str, str] = {}  # by plan id: the value, in a query over l
        self.keys: dict[str, str] = {}  # by name: what the key is set to
        self.kept: list[tuple[int, int]] = []  # the values that stay where they are, and become columns of l
        self.records: dict[int, Record] = {}  # by their number among these: those of several columns
        self.carried = Carried(self.case, self.target, self._found, self.case.alias("o"))
        self.assigned = assigned(self.case, self._entries, queries=True)
        for entry in self.assigned:
            if entry.of_query:
                self._assign_fields(entry)
                continue
            for body, value, place in zip(entry.bodies, entry.values, entry.places, strict=True):
                self._assign(body, value, self._value(value, *place))
        returned = self.carried.taken(self.body)
        self.found.splices = [*self._locked(), *returned]
        self.found.without = self._without(self.case.answer)
        return self.found

    @property
    def _entries(self) -> list[Node]:
        return [entry["ResTarget"] for entry in self.body["targetList"]]

    def _assign_fields(self, entry: Assigned) -> None:
        """`(a, c) = (SELECT ..)`."""
        number = len(self.kept)
        column = f"{self.case.alias('s')}{number}"
        record = Record(column, [self._type(body) for body in entry.bodies], self.case.alias("v"))
        self.kept.append(entry.places[0])
        self.records[number] = record
        for body, name in zip(entry.bodies, record.names, strict=True):
            self._assign(body, entry.values[0], f"{self.case.alias('f')}.{name}")

    def _type(self, body: Node) -> TypeName:
        """Of a column that a query gives a value."""
        named = next(name for name in self.case.answer.named if name.at == body["location"])
        plan = self.case.plan(getattr(named.meaning, "key", None))
        if plan is not None and self._gone(named.meaning):
            return assert_alike(plan.type)
        if plan is not None and not (isinstance(plan.change, Add) and self.case.shown_name(plan.id)):
            raise Unserved("a query gives values to several columns, and another one of them is under a plan")
        return type_of(self.target.table.relation, named.name)

    def _assign(self, body: Node, node: Node, value: str) -> None:
        if "indirection" in body:
            raise Unserved("the column that is not there cannot be taken out of this SET list")
        named = next(name for name in self.case.answer.named if name.at == body["location"])
        key = getattr(named.meaning, "key", None)
        plan = self.case.plan(key)
        if self._gone(named.meaning) and plan is not None:
            if plan.id in self.parked:
                raise Unserved("it sets the column more than once")
            self.parked[plan.id] = plan.default_sql if "SetToDefault" in node else value
            return
        self.sets.append(f"{quote_ident(self.case.shown_name(key) or named.name)} = {value}")
        if named.name in dict(self.sides[0].keys):
            if "SetToDefault" in node:
                raise Unserved("it sets the key of a row to its default and parks a value for it")
            self.keys[named.name] = value

    def _value(self, node: Node, start: int, end: int) -> str:
        """A constant takes its type from where it is written to, so it stands there; all else is a column of l."""
        if is_plain(node):
            return self._text(start, end)
        self.kept.append((start, end))
        return f"{self._found}.{self.case.alias('s')}{len(self.kept) - 1}"

    # The text

    def _locked(self) -> list[Splice]:
        spans, at = self.case.spans, self.body["relation"]["location"]
        found, cursor = [], self._start
        opening = f"{self._lead}{'' if 'withClause' in self.body else f'{self._marker}, '}{self._locking}"
        for number, (start, end) in enumerate(self.kept):
            record = self.records.get(number)
            opening += f", {record.opening if record else ''}"
            found.append(Splice(cursor, start, opening.encode("utf-8", "surrogateescape"), at, "words"))
            cursor, opening = end, record.closing if record else ""
        last = self.assigned[-1].place[1]
        until = spans.after(b"from", last) if "fromClause" in self.body else last
        found.append(Splice(cursor, until, f"{opening} {self._from}".encode("utf-8", "surrogateescape"), at, "words"))
        end = self._until
        if end > until:
            found.append(Splice(end, end, self._writing.encode("utf-8", "surrogateescape"), at, "words"))
        else:
            found[-1].text += self._writing.encode("utf-8", "surrogateescape")
        if "withClause" in self.body:
            start = spans.after_with(self.body["withClause"].get("location", 0))
            found.append(Splice(start, start, f" {self._marker},".encode(), at, "words"))
        return found

    @property
    def _until(self) -> int:
        """The end of the client's condition."""
        if "returningClause" not in self.body:
            return self._end
        return self.case.spans.before(b"returning", self._entries[0]["location"])

    @property
    def _columns(self) -> list[str]:
        """Of the rows that were found: the key by now, as the snapshot has it, what RETURNING needs, and the values."""
        names = [f"{self.case.alias(kind)}{n}" for kind in "kb" for n in range(len(self.sides[0].keys))]
        return [*names, *self.carried.names, *(f"{self.case.alias('s')}{n}" for n in range(len(self.kept)))]

    @property
    def _found(self) -> str:
        """The query that has each of them once."""
        return self.case.alias("f") if any(map(is_of_query, self._entries)) else self._once

    @property
    def _once(self) -> str:
        """The same, before what a query gives several columns is taken apart."""
        return self.case.alias("u" if "fromClause" in self.body else "l")

    @property
    def _locking(self) -> str:
        """What looks the rows up and locks them, up to its select list."""
        b = self.case.alias("b")
        keys = [f"{self._row}.{quote_ident(name)}" for name, _ in self.sides[0].keys]
        keys += [*(f"{b}.{b}{number}" for number in range(len(keys))), *self.carried.values]
        return f"{self.case.alias('l')} ({', '.join(self._columns)}) AS MATERIALIZED (SELECT {', '.join(keys)}"

    @property
    def _from(self) -> str:
        # The subquery is not read again with a row that somebody else has changed: it keeps the key that was seen.
        b = self.case.alias("b")
        keys = ", ".join(
            f"{self._row}.{quote_ident(name)} AS {b}{number}" for number, (name, _) in enumerate(self.sides[0].keys)
        )
        comma = ", " if "fromClause" in self.body else ""
        return f"FROM {self._table}, LATERAL (SELECT {keys} OFFSET 0) AS {b}{comma}"

    @property
    def _writing(self) -> str:
        """Everything behind the client's condition."""
        text = f" FOR NO KEY UPDATE OF {self._row})"
        if "fromClause" in self.body:  # a row that is found several times is updated once, by any of them
            columns, keys = self._columns, self._columns[: len(self.sides[0].keys)]
            once = f"SELECT DISTINCT ON ({', '.join(keys)}) {', '.join(columns)} FROM {self.case.alias('l')}"
            text += f", {self._once} AS MATERIALIZED ({once})"
        if self.records:
            records = self.records.values()
            listed = [f"{self._once}.{name}" for name in self._columns]
            listed += [f"{record.column}.{name}" for record in records for name in record.names]
            joined = "".join(record.joined(self._once) for record in records)
            text += f", {self._found} AS MATERIALIZED (SELECT {', '.join(listed)} FROM {self._once}{joined})"
        text += "".join(f", {self._into(side, number)}" for number, side in enumerate(self.sides))
        counted = "".join(
            f" AND (SELECT pg_catalog.count(*) FROM {self.case.alias(f'p{number}')}) OPERATOR(pg_catalog.>=) 0"
            for number in range(len(self.sides))
        )
        sets = ", ".join(self.sets or [self._itself(self.target)])
        return f"{text}{self._main}UPDATE {self._table} SET {sets} FROM {self._found} WHERE {self._is_row}{counted}"

    def _into(self, side: SideTable, number: int) -> str:
        new, value, p = self._new_key(side), self.parked[side.plan.id], self.case.alias(f"p{number}")
        moved, left = self._moved(side, number, new) if self.keys else ("", "")
        return (
            f"{moved}{p} AS (INSERT INTO {side.table} ({side.key_list}, {parking.VALUE}) SELECT {', '.join(new)}, "
            f"{value} FROM {self._found}{left} {side.replacing} RETURNING {side.key_list})"
        )

    def _new_key(self, side: SideTable) -> list[str]:
        found = (f"{self._found}.{name}" for name in self._columns)
        return [self.keys.get(name, before) for (name, _), before in zip(side.keys, found, strict=False)]

    def _moved(self, side: SideTable, number: int, new: list[str]) -> tuple[str, str]:
        """The value that a row has is moved with its key, or it would follow later and meet the new one.

        Gives that query, and the condition for those that it has not moved.
        """
        d, q = self.case.alias(f"d{number}"), self.case.alias("q")
        own = [name for _, name in side.keys]
        typed = [f"({key})::{kind}" for key, kind in zip(new, self._key_types(side), strict=True)]

        def same(one: str, keys: list[str]) -> str:
            return " AND ".join(f"{one}.{n} OPERATOR(pg_catalog.=) {key}" for n, key in zip(own, keys, strict=True))

        was = same(q, [f"{self._found}.{name}" for name in self._columns[: len(own)]])
        sets = ", ".join(f"{name} = {key}" for name, key in zip(own, new, strict=True))
        text = (
            f"{d} AS (UPDATE {side.table} AS {q} SET {sets}, {parking.VALUE} = {self.parked[side.plan.id]}, "
            f"{parking.MOVED} = false FROM {self._found} WHERE {was} AND NOT ({same(q, typed)}) "
            f"RETURNING {', '.join(f'{q}.{name}' for name in own)}), "
        )
        return text, f" WHERE NOT EXISTS (SELECT FROM {d} WHERE {same(d, typed)})"

    def _key_types(self, side: SideTable) -> list[str]:
        relation = self.target.table.relation
        columns = [column for name, _ in side.keys if (column := relation.column(name)) is not None]
        return [column_type(column) for column in columns]

    @property
    def _is_row(self) -> str:
        """The version of the snapshot goes by the key that it has there, a later one by the one that it has by now."""
        seen = parked_value.seen(self.case, self._row, self.sides[0])
        either = " AND ".join(  # for the index
            f"{self._row}.{quote_ident(name)} OPERATOR(pg_catalog.=) ANY (ARRAY[{self._key('b', n)}, "
            f"{self._key('k', n)}])"
            for n, (name, _) in enumerate(self.sides[0].keys)
        )
        return f"{either} AND CASE WHEN {seen} THEN {self._same('b')} ELSE {self._same('k')} END"

    def _key(self, kind: str, number: int) -> str:
        return f"{self._found}.{self.case.alias(kind)}{number}"

    def _same(self, kind: str) -> str:
        return " AND ".join(
            f"{self._row}.{quote_ident(name)} OPERATOR(pg_catalog.=) {self._key(kind, number)}"
            for number, (name, _) in enumerate(self.sides[0].keys)
        )

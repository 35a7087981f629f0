"""Random statements about tables some of whose columns are parked: those of random_dml, and every form that parks.

Two tables have such columns, `t1` one and `t3` two. Keys are few, so that rows are found, updated and in conflict.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.analysis.random_query import TABLES, Scope, Source
from tests.shield.random_dml import Writes

PARKED = {"t1": ("a", "b", "c"), "t3": ("b", "d", "f", "t1", "e")}
KEYS = {"t1": ("a",), "t3": ("b", "d")}
KEY_OF = {"t2": "d", "t1": "a"}
COLUMNS = {"t1": ("c",), "t3": ("t1", "e")}


@contextmanager
def speaking_of() -> Iterator[None]:
    """The generators know all columns of these tables."""
    kept = dict(TABLES)
    TABLES.update(PARKED)
    try:
        yield
    finally:
        TABLES.update(kept)


def statement(seed: str) -> tuple[str, int]:
    """A text, and how many parameters it has: each stands for 3."""
    writes = Parking(random.Random(seed))
    return writes.text(), writes.parameters


def keyed(seed: str) -> str:
    """A statement over rows that are looked up by their keys: what it does to them nothing but the rows decides."""
    return Parking(random.Random(seed)).keyed()


class Parking(Writes):
    """Generates one statement."""

    def text(self) -> str:
        """Most write parked columns."""
        kinds: list[Callable[[], str]] = [self._read] * 5 + [self._dml] * 3 + [self._merged]
        kinds += [self._rows, self._row, self._query_in, self._many, self._set_some, self._set_from, self._set_case] * 2
        kinds += [self._deletion, self._keyed_read, self._within, self._within]
        return self.chance.choice(kinds)()

    def keyed(self) -> str:
        """One that somebody else's changes of the same rows decide."""
        kinds = [self._row, self._rows, self._set_some, self._set_some, self._set_case, self._deletion, self._locking]
        kinds += [self._within]
        self.budget = 0
        return self.chance.choice(kinds)()

    # What all forms are made of

    def _table(self) -> tuple[str, Scope, Source]:
        table = self.chance.choice(tuple(PARKED))
        source = Source(table, PARKED[table])
        return table, Scope([source]), source

    def _key_value(self) -> str:
        return str(self.chance.randint(0, 9))

    def _small(self) -> str:
        """A value of no column."""
        value = self.chance.choice(("DEFAULT", "NULL", "'7'", "5", "1 + 1", "-2", "40000", "abs(-3)", "$"))
        return self._parameter() if value == "$" else value

    def _returning_some(self, scope: Scope) -> str:
        if self._maybe(0.5):
            return ""
        kept, scope.outer = scope.outer, None
        text = f" RETURNING {self._targets(scope, None)[0]}" if self._maybe(0.5) else self._plainly(scope)
        scope.outer = kept
        return text

    def _plainly(self, scope: Scope) -> str:
        source = scope.sources[0]
        listed = self.chance.sample(source.columns, self.chance.randint(1, len(source.columns)))
        return " RETURNING " + self.chance.choice(("*", ", ".join(listed), f"{source.name}.*"))

    # INSERT

    def _written(self, table: str) -> list[str]:
        """The key and some of the rest."""
        others = [name for name in PARKED[table] if name not in KEYS[table]]
        found = [*KEYS[table], *self.chance.sample(others, self.chance.randint(1, len(others)))]
        self.chance.shuffle(found)
        return found

    def _proposed(self, table: str, columns: list[str], *, small: bool) -> str:
        values = [
            self._key_value() if name in KEYS[table] else self._small() if small or self._maybe(0.6)
            else self._expression(Scope(), 1)
            for name in columns
        ]  # fmt: skip
        return f"({', '.join(values)})"

    def _inserting(self, rows: int, *, small: bool) -> str:
        table, scope, source = self._table()
        columns = self._written(table)
        listed = f" ({', '.join(columns)})"
        if self._maybe(0.15):
            columns, listed = list(PARKED[table]), ""
        alias = self._maybe(0.15)
        if alias:
            source.name = "p"
        values = ", ".join(self._proposed(table, columns, small=small) for _ in range(rows))
        conflict = self._about_conflict(table, source) if self._maybe(0.5) else ""
        text = f"INSERT INTO {table}{' AS p' if alias else ''}{listed} VALUES {values}{conflict}"
        return text + self._returning_some(scope)

    def _row(self) -> str:
        return self._inserting(1, small=False)

    def _rows(self) -> str:
        return self._inserting(self.chance.randint(2, 4), small=True)

    def _about_conflict(self, table: str, target: Source) -> str:
        key = f"({', '.join(KEYS[table])})"
        if self._maybe(0.25):
            return f" ON CONFLICT {self.chance.choice((key, ''))} DO NOTHING"
        sees = Scope([target, Source("excluded", target.columns)])
        free = [name for name in target.columns if name not in KEYS[table]]
        sets = []
        for column in self.chance.sample(free, self.chance.randint(1, 2)):
            own, proposed = f"{target.name}.{column}", f"excluded.{column}"
            value = self.chance.choice((proposed, proposed, f"{own} + {proposed}", f"{own} + 1", "8", "$", "?"))
            value = self._parameter() if value == "$" else self._expression(sees, 1) if value == "?" else value
            sets.append(f"{column} = {value}")
        where = f" WHERE {self._condition(sees)}" if self._maybe(0.2) else ""
        return f" ON CONFLICT {key} DO UPDATE SET {', '.join(sets)}{where}"

    def _query_in(self) -> str:
        table, scope, source = self._table()
        columns = self._written(table)
        of = self.chance.choice(tuple(KEY_OF))
        base = KEY_OF[of]
        inner = Scope([Source(of, TABLES[of])])
        keys = {name: f"{of}.{base} + {self.chance.choice((0, 5, 20))}" for name in KEYS[table]}
        values = [keys.get(name) or self._value_of_query(inner) for name in columns]
        where = f" WHERE {self._condition(inner)}" if self._maybe(0.5) else ""
        order = f" ORDER BY {of}.{base}" if self._maybe(0.5) else ""
        conflict = self._about_conflict(table, source) if self._maybe(0.4) else ""
        text = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {of}{where}{order}"
        return text + conflict + self._returning_some(scope)

    def _value_of_query(self, inner: Scope) -> str:
        counted = f"row_number() OVER (ORDER BY {inner.sources[0].name}.{KEY_OF[inner.sources[0].name]})::int"
        return self._expression(inner, 1) if self._maybe(0.7) else self.chance.choice(("6", "NULL", "'2'", counted))

    def _many(self) -> str:
        """As SQLAlchemy's insertmanyvalues."""
        table, scope, _ = self._table()
        columns = self._written(table)
        names = [f"p{number}" for number in range(len(columns))]
        rows = ", ".join(
            f"({', '.join([*(self.chance.choice(('1', '2', '7', 'NULL')) if name not in KEYS[table] else self._key_value() for name in columns), str(number)])})"  # noqa: E501
            for number in range(self.chance.randint(1, 4))
        )
        values = ", ".join(f"{name}::integer" for name in names)
        text = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM (VALUES {rows}) AS imp_sen"
        text += f"({', '.join([*names, 'sen_counter'])}) ORDER BY sen_counter"
        return text + self._returning_some(scope)

    # UPDATE

    def _found(self, scope: Scope) -> str:
        if self._maybe(0.5):
            return f" WHERE {self._by_key(scope)}"
        return f" WHERE {self._condition(scope)}" if self._maybe(0.8) else ""

    def _by_key(self, scope: Scope) -> str:
        source = scope.sources[0]
        key = source.columns[0]
        return self.chance.choice((f"{source.name}.{key} = {self._key_value()}", f"{key} IN (1, 2, 3)", f"{key} < 4"))

    def _assigned(self, table: str, scope: Scope) -> str:
        columns = self.chance.sample(PARKED[table], self.chance.randint(1, 3))
        if not set(columns) & set(COLUMNS[table]):
            columns.append(COLUMNS[table][0])
        if not self._maybe(0.1):
            columns = [name for name in columns if name not in KEYS[table]]
        if self._maybe(0.15):
            return f"({', '.join(columns)}) = ({self._queried(columns, scope)})"
        if self._maybe(0.15):
            values = ", ".join(self._expression(scope, 1) for _ in columns)
            return (
                f"({', '.join(columns)}) = {self.chance.choice(('ROW', '')) if len(columns) > 1 else 'ROW'}({values})"
            )
        return ", ".join(
            f"{name} = {self._small() if self._maybe(0.4) else self._expression(scope, 2)}" for name in columns
        )

    def _queried(self, columns: list[str], scope: Scope) -> str:
        """A query of one row or none."""
        of = Source("t2", TABLES["t2"])
        inner = Scope([of], scope)
        values = ", ".join(self._expression(inner, 1) if self._maybe(0.6) else f"t2.{of.columns[0]}" for _ in columns)
        return f"SELECT {values} FROM t2 WHERE t2.d = {self.chance.randint(1, 8)}"

    def _set_some(self) -> str:
        table, scope, _ = self._table()
        return f"UPDATE {table} SET {self._assigned(table, scope)}{self._found(scope)}{self._returning_some(scope)}"

    def _set_from(self) -> str:
        """Rows that FROM finds once each, as a bulk update of an ORM does."""
        table, scope, source = self._table()
        column = self.chance.choice(COLUMNS[table])
        if table == "t1" and self._maybe(0.5):
            scope.sources.append(Source("v", ("k", "w")))
            rows = ", ".join(f"({number}, {self.chance.randint(0, 9)})" for number in range(1, 4))
            others, on = f"(VALUES {rows}) AS v (k, w)", "v.k = t1.a"
        else:
            scope.sources.append(Source("t2", TABLES["t2"]))
            others, on = "t2", f"t2.d = {table}.{source.columns[KEYS[table] == ('b', 'd')]}"
        value = self._expression(scope, 2)
        where = f" AND {self._condition(scope)}" if self._maybe(0.5) else ""
        own = self._returning_some(Scope([source]))
        return f"UPDATE {table} SET {column} = {value} FROM {others} WHERE {on}{where}{own}"

    def _set_case(self) -> str:
        """As Django's bulk_update."""
        table, scope, _ = self._table()
        column, key = self.chance.choice(COLUMNS[table]), KEYS[table][-1]
        cases = " ".join(f"WHEN ({table}.{key} = {n}) THEN {self.chance.choice((n, 9, 'NULL'))}" for n in (1, 2, 3))
        kind = self.chance.choice(("integer", "smallint"))
        return (
            f"UPDATE {table} SET {column} = (CASE {cases} ELSE NULL END)::{kind} "
            f"WHERE {table}.{key} IN (1, 2, 3){self._returning_some(scope)}"
        )

    # The rest

    def _within(self) -> str:
        """A write in a WITH query; by TABLE, so that nothing but it says FROM."""
        kinds = (self._row, self._rows, self._set_some, self._set_case, self._deletion)
        others = (self._query_in, self._many, self._set_from) if self.budget else ()
        text = self.chance.choice((*kinds, *others))()
        if self._maybe(0.4):
            return f"WITH w AS ({text}) {self.chance.choice((*kinds, *others))()}"
        return f"WITH w AS {self.chance.choice(('', 'MATERIALIZED '))}({text}) " + (
            self.chance.choice(("TABLE w", "TABLE w ORDER BY 1", "DELETE FROM t2 WHERE e = 1"))
            if " RETURNING " in text
            else "SELECT 7"
        )

    def _deletion(self) -> str:
        table, scope, _ = self._table()
        return f"DELETE FROM {table}{self._found(scope)}{self._returning_some(scope)}"

    def _keyed_read(self) -> str:
        table, scope, _ = self._table()
        return f"SELECT {self._targets(scope, None)[0]} FROM {table}{self._found(scope)}"

    def _locking(self) -> str:
        return f"{self._keyed_read()} FOR {self.chance.choice(('UPDATE', 'NO KEY UPDATE', 'SHARE'))}"

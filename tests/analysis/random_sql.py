"""Random statements over a small schema, for the oracle to judge; the same seed gives the same statements.

Every column is an integer, so that what Postgres rejects it rejects for a name (ambiguous, missing, hidden), which the
resolver is to notice as well. Names are few and shared, so that capture, shadowing and ambiguity are the rule. The
generator knows by construction what the oracle cannot see: stars and positional forms.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.analysis.random_query import TABLES, Queries, Scope, Source, bases

WRITABLE = ("t1", "t2", "t3", "t4", "other.t1", "v1")
ARBITERS = {"t1": "(a)", "t2": "(d)", "t3": "(b, d)"}


@dataclass(frozen=True, slots=True)
class Statement:
    """One text, and the facts that no query tree shows."""

    sql: str
    stars: tuple[str, ...]
    positional: tuple[str, ...]


def statements(seed: int, count: int) -> Iterator[Statement]:
    """`count` statements."""
    for number in range(count):
        yield Generator(random.Random(f"{seed}:{number}")).statement()


class Generator(Queries):
    """Generates one statement."""

    def statement(self) -> Statement:
        """A query or DML."""
        kinds: list[Callable[[Scope], str]] = [self._top_query] * 6 + [
            self._insert,
            self._update,
            self._delete,
            self._merge,
        ]
        sql = self.chance.choice(kinds)(Scope())
        return Statement(sql, tuple(sorted(self.stars)), tuple(sorted(self.positional)))

    def _insert(self, outer: Scope) -> str:
        scope = Scope(outer=outer)
        with_clause = self._with(scope)
        return with_clause + self._insert_text(scope)[0]

    def _insert_text(self, scope: Scope) -> tuple[str, Source]:
        table = self.chance.choice(WRITABLE)
        columns = TABLES[table]
        width = self.chance.randint(1, len(columns))
        if self._maybe(0.3):
            self.positional.add("insert")
            listed = ""
        else:
            listed = f" ({', '.join(self.chance.sample(columns, width))})"
        if self._maybe(0.4):
            row = ", ".join(self._expression(Scope(outer=scope), 1) if self._maybe(0.3) else "1" for _ in range(width))
            source = f"VALUES ({row})"
        else:
            source = self._query(scope, width)[0]
        alias = self._alias({table.split(".")[-1]}) if self._maybe(0.2) else None
        target = Source(alias or table.split(".")[-1], columns, bases(table))
        conflict = self._conflict(scope, table, target) if self._maybe(0.3) else ""
        return f"INSERT INTO {table}{f' AS {alias}' if alias else ''}{listed} {source}{conflict}", target

    def _conflict(self, scope: Scope, table: str, target: Source) -> str:
        if table not in ARBITERS or self._maybe(0.2):
            return " ON CONFLICT DO NOTHING"
        sees = Scope([target, Source("excluded", target.columns)], scope)
        where = f" WHERE {self._condition(sees)}" if self._maybe(0.3) else ""
        return f" ON CONFLICT {ARBITERS[table]} DO UPDATE SET {self._set(sees, target)}{where}"

    def _set(self, scope: Scope, target: Source) -> str:
        columns = self.chance.sample(target.columns, self.chance.randint(1, 2))
        if self._maybe(0.2):
            values = ", ".join(self._expression(scope, 1) for _ in columns)
            return f"({', '.join(columns)}) = ROW({values})"
        if self._spend(0.15):
            return f"({', '.join(columns)}) = ({self._query(scope, len(columns))[0]})"
        return ", ".join(f"{column} = {self._expression(scope, 2)}" for column in columns)

    def _target(self, scope: Scope, tables: tuple[str, ...] = WRITABLE) -> str:
        table = self.chance.choice(tables)
        alias = self._alias({table.split(".")[-1]}) if self._maybe(0.4) else None
        scope.sources.append(Source(alias or table.split(".")[-1], TABLES[table], bases(table)))
        return f"{table} AS {alias}" if alias else table

    def _update(self, outer: Scope) -> str:
        scope = Scope(outer=outer)
        with_clause = self._with(scope)
        return with_clause + self._update_text(scope)

    def _update_text(self, scope: Scope) -> str:
        target = self._target(scope)
        own = scope.sources[0]
        others = self._from(scope) if self._maybe(0.4) else ""
        where = f" WHERE {self._condition(scope)}" if self._maybe(0.7) else ""
        return f"UPDATE {target} SET {self._set(scope, own)}{others}{where}"

    def _delete(self, outer: Scope) -> str:
        scope = Scope(outer=outer)
        with_clause = self._with(scope)
        return with_clause + self._delete_text(scope)

    def _delete_text(self, scope: Scope) -> str:
        target = self._target(scope)
        others = self._from(scope).replace(" FROM ", " USING ", 1) if self._maybe(0.4) else ""
        where = f" WHERE {self._condition(scope)}" if self._maybe(0.8) else ""
        return f"DELETE FROM {target}{others}{where}"

    def _returning(self, outer: Scope) -> tuple[str, tuple[str, ...]]:
        scope = Scope(outer=outer.outer, ctes=dict(outer.ctes))
        kind = self.chance.choice(("insert", "update", "delete"))
        if kind == "insert":
            text, target = self._insert_text(scope)
            scope.sources = [target]
        else:
            text = self._update_text(scope) if kind == "update" else self._delete_text(scope)
        targets, names = self._targets(scope, None)
        return f"{text} RETURNING {targets}", names

    def _merge(self, outer: Scope) -> str:
        scope = Scope(outer=outer)
        with_clause = self._with(scope)
        target = self._target(scope, ("t1", "t2", "t3", "other.t1"))
        own = scope.sources[0]
        aside = Scope(outer=scope.outer, ctes=scope.ctes)
        text, source = (
            self._leaf(Scope([own], None, scope.ctes)) if self._maybe(0.6) else self._derived(aside, {own.name})
        )
        both, only = Scope([own, source], scope.outer, scope.ctes), Scope([source], scope.outer, scope.ctes)
        actions = []
        if self._maybe(0.7):
            extra = f" AND {self._condition(both)}" if self._maybe(0.3) else ""
            actions.append(f"WHEN MATCHED{extra} THEN UPDATE SET {self._set(both, own)}")
        if self._maybe(0.3):
            actions.append("WHEN MATCHED THEN DELETE")
        if not actions or self._maybe(0.6):
            columns = self.chance.sample(own.columns, self.chance.randint(1, len(own.columns)))
            listed = f" ({', '.join(columns)})"
            if self._maybe(0.3):
                self.positional.add("insert")
                listed = ""
            values = ", ".join(self._expression(only, 1) for _ in columns)
            actions.append(f"WHEN NOT MATCHED THEN INSERT{listed} VALUES ({values})")
        return f"{with_clause}MERGE INTO {target} USING {text} ON {self._condition(both)} {' '.join(actions)}"

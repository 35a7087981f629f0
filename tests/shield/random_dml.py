"""Random statements for the shield: those of tests.analysis, and more DML, RETURNING and parameters."""

import random
from collections.abc import Callable, Iterator, Sequence

from tests.analysis.random_query import Scope, Source
from tests.analysis.random_sql import Generator
from tests.shield.one_change import Change
from tests.shield.random_worlds import generating

_BY_DATA = ("21", "22", "23", "44", "55", "57")  # data decide these, or time


def by_data(errors: Sequence[str]) -> bool:
    """Whether the server itself may fail so or so: by what it evaluates or meets first. SQLSTATEs of two answers."""
    several = len(errors) == 2 and all(error.startswith(("42", "0A")) for error in errors)  # mistakes in one text
    return several or any(error.startswith(_BY_DATA) for error in errors)


def chosen(sql: str) -> bool:
    """Whether the server itself chooses among the rows."""
    return any(word in sql for word in ("LIMIT", "OFFSET", "DISTINCT ON"))


def statements(seed: int | str, count: int) -> Iterator[str]:
    """`count` texts; a parameter stands for 3, whatever its number."""
    for number in range(count):
        yield Writes(random.Random(f"{seed}:{number}")).text()


def asked(changes: Sequence[Change], seed: int | str, count: int) -> Iterator[str]:
    """Of `count` texts of a client of these changes those that name a table under one."""
    with generating(changes):
        yield from (sql for sql in statements(seed, count) if any(change.table in sql for change in changes))


class Writes(Generator):
    """Generates one statement; half of them write."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(chance)
        self.parameters = 0

    def text(self) -> str:
        kinds: list[Callable[[], str]] = [self._read] * 5 + [self._dml] * 4 + [self._merged]
        return self.chance.choice(kinds)()

    def _read(self) -> str:
        return self._top_query(Scope())

    def _merged(self) -> str:
        return self._merge(Scope())

    def _dml(self) -> str:
        scope = Scope()
        with_clause = self._with(scope, 0.25)
        kind = self.chance.choice((self._inserted, self._updated, self._deleted))
        text, own = kind(Scope(outer=scope.outer, ctes=scope.ctes))
        if own.sources and self._maybe(0.6):
            text += f" RETURNING {self._targets(own, None)[0]}"
        return with_clause + text

    def _inserted(self, scope: Scope) -> tuple[str, Scope]:
        if self._maybe(0.1):
            table = self.chance.choice(("t2", "t4", "other.t1"))
            return f"INSERT INTO {table} DEFAULT VALUES", Scope()
        text, target = self._insert_text(scope)
        return text, Scope([target], None, scope.ctes)

    def _updated(self, scope: Scope) -> tuple[str, Scope]:
        return self._update_text(scope), scope

    def _deleted(self, scope: Scope) -> tuple[str, Scope]:
        return self._delete_text(scope), scope

    def _insert_text(self, scope: Scope) -> tuple[str, Source]:
        text, target = super()._insert_text(scope)
        if " VALUES (1" in text and self._maybe(0.5):
            text = text.replace("VALUES (1", f"VALUES ({self._value()}", 1)
        return text, target

    def _value(self) -> str:
        return self.chance.choice(("DEFAULT", "NULL", "'7'", self._parameter(), f"{self._parameter()}::integer", "20"))

    def _parameter(self) -> str:
        self.parameters += 1
        return f"${self.parameters}"

    def _expression(self, scope: Scope, depth: int) -> str:
        found = super()._expression(scope, depth)
        return self._parameter() if found.isdigit() and self._maybe(0.3) else found

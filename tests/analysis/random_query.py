"""Random queries over a small schema; random_sql.py adds DML and says how they are used."""

import random
from dataclasses import dataclass, field

SCHEMA = """
CREATE SCHEMA other;
CREATE TABLE t1 (a integer PRIMARY KEY, b integer, c integer);
CREATE TABLE t2 (a integer, gone integer, d integer, e integer, UNIQUE (d));
ALTER TABLE t2 DROP COLUMN gone;
CREATE TABLE t3 (b integer, d integer, f integer, t1 integer, PRIMARY KEY (b, d));
CREATE TABLE t4 (x integer, "Y" integer, a integer) PARTITION BY RANGE (x);
CREATE TABLE t4_low PARTITION OF t4 FOR VALUES FROM (0) TO (10);
CREATE TABLE other.t1 (a integer, z integer);
CREATE VIEW v1 AS SELECT a, b AS g FROM t1 WHERE c > 0;
CREATE VIEW v2 (a, h) AS SELECT t2.a, v1.g FROM t2 JOIN v1 ON v1.a = t2.d;
"""

TABLES: dict[str, tuple[str, ...]] = {
    "t1": ("a", "b", "c"),
    "t2": ("a", "d", "e"),
    "t3": ("b", "d", "f", "t1"),
    "t4": ("x", '"Y"', "a"),
    "t4_low": ("x", '"Y"', "a"),
    "other.t1": ("a", "z"),
    "v1": ("a", "g"),
    "v2": ("a", "h"),
}
ALIASES = ("t1", "t2", "p", "q", "a", "r")
NAMES = ("a", "b", "c", "d", "e", "f", "g", "h", "x", "z", '"Y"', "t1")
BINARY = ("+", "-", "*", "/", "%", "&", "|")
COMPARE = ("=", "<", ">", "<>", ">=", "IS DISTINCT FROM")
JOINS = ("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN")
SCALARS = ("abs({})", "coalesce({}, {})", "greatest({}, {})", "nullif({}, {})", "({})::integer", "- {}", "({} {op} {})")


@dataclass(slots=True)
class Source:
    """A FROM item as the generator sees it."""

    name: str
    columns: tuple[str, ...]
    bases: frozenset[str] = frozenset()  # relations that a star over it lists


@dataclass(slots=True)
class Scope:
    """What is visible where an expression stands."""

    sources: list[Source] = field(default_factory=list)
    outer: "Scope | None" = None
    ctes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def visible_ctes(self) -> dict[str, tuple[str, ...]]:
        """WITH queries from here outwards."""
        return {**(self.outer.visible_ctes() if self.outer else {}), **self.ctes}


class Queries:
    """Generates one query, and notes what no query tree shows of it."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.stars: set[str] = set()
        self.positional: set[str] = set()
        self.budget = chance.randint(1, 9)  # subqueries, CTEs and joins still allowed

    def _maybe(self, probability: float) -> bool:
        return self.chance.random() < probability

    def _spend(self, probability: float) -> bool:
        if self.budget <= 0 or not self._maybe(probability):
            return False
        self.budget -= 1
        return True

    # Queries

    def _top_query(self, scope: Scope) -> str:
        return self._query(scope)[0]

    def _query(self, outer: Scope, width: int | None = None) -> tuple[str, tuple[str, ...]]:
        """(text, output names); with `width`, of that many columns."""
        scope = Scope(outer=outer)
        with_clause = self._with(scope)
        if self._spend(0.12):
            width = width or self.chance.randint(1, 3)
            left, names = self._query(Scope(outer=scope), width)
            right, _ = self._query(Scope(outer=scope), width)
            operator = self.chance.choice(("UNION", "UNION ALL", "EXCEPT", "INTERSECT"))
            order = f" ORDER BY {self.chance.choice([*names, '1'])}" if self._maybe(0.3) else ""
            return f"{with_clause}({left}) {operator} ({right}){order}", names
        if width and self._maybe(0.04):
            row = ", ".join(self._expression(scope, 1) for _ in range(width))
            return f"{with_clause}VALUES ({row})", tuple(f"column{i + 1}" for i in range(width))
        text, names = self._select(scope, width)
        return with_clause + text, names

    def _with(self, scope: Scope, probability: float = 0.15) -> str:
        parts: list[str] = []
        while len(parts) < 2 and self._spend(probability):
            name = self.chance.choice(("c", "t1", "t2", "d"))
            if name in scope.ctes:
                continue
            if self._maybe(0.12) and scope.outer is not None and scope.outer.outer is None:
                text, columns = self._returning(scope)
            else:
                text, columns = self._query(Scope(outer=scope.outer, ctes=dict(scope.ctes)))
            if len(set(columns)) < len(columns) or self._maybe(0.3):
                given = tuple(f"k{i}" if self._maybe(0.4) else name for i, name in enumerate(columns))
                names = f"({', '.join(given)})"
                columns = given
            else:
                names = ""
            scope.ctes[name] = columns
            parts.append(f"{name}{names} AS ({text})")
        recursive = "RECURSIVE " if parts and self._maybe(0.1) and len(parts) == 1 else ""
        return f"WITH {recursive}{', '.join(parts)} " if parts else ""

    def _returning(self, outer: Scope) -> tuple[str, tuple[str, ...]]:
        """What stands in a WITH in place of a query: DML, where the generator knows any."""
        return self._query(Scope(outer=outer.outer, ctes=dict(outer.ctes)))

    def _select(self, scope: Scope, width: int | None) -> tuple[str, tuple[str, ...]]:
        tables = self._from(scope)
        where = f" WHERE {self._condition(scope)}" if self._maybe(0.5) else ""
        if scope.sources and self._maybe(0.2):
            return self._grouped(scope, tables, where, width)
        targets, names = self._targets(scope, width)
        distinct = "DISTINCT " if self._maybe(0.06) else ""
        order = ""
        if not distinct and self._maybe(0.3):
            order = " ORDER BY " + self._order(scope, names)
        elif not distinct and names and self._maybe(0.1):
            on = self._column(scope)
            distinct, order = f"DISTINCT ON ({on}) ", f" ORDER BY {on}"
        limit = " LIMIT 3" if self._maybe(0.1) else ""
        lock = ""
        if tables and not distinct and self._maybe(0.03):
            lock = " FOR UPDATE"
        return f"SELECT {distinct}{targets}{tables}{where}{order}{limit}{lock}", names

    def _grouped(self, scope: Scope, tables: str, where: str, width: int | None) -> tuple[str, tuple[str, ...]]:
        keys = [self._column(scope) for _ in range(self.chance.randint(0, 2))]
        values = [*keys, "count(*)::integer"] if self._maybe(0.2) else list(keys)
        width = width or len(values) + self.chance.randint(1, 2)
        values = values[:width]
        values += [f"sum({self._expression(scope, 1)})::integer" for _ in range(width - len(values))]
        self.chance.shuffle(values)
        given = [self.chance.choice(NAMES) if self._maybe(0.5) else f"o{i}" for i in range(len(values))]
        targets = ", ".join(f"{value} AS {name}" for value, name in zip(values, given, strict=True))
        group = ""
        if keys:
            wrapped = self.chance.choice(("{}", "{}", "ROLLUP ({})", "CUBE ({})"))
            group = " GROUP BY " + wrapped.format(", ".join(keys))
        having = f" HAVING max({self._expression(scope, 1)}) > 1" if self._maybe(0.3) else ""
        order = f" ORDER BY {self.chance.choice([*given, '1'])}" if self._maybe(0.3) else ""
        return f"SELECT {targets}{tables}{where}{group}{having}{order}", tuple(given)

    def _targets(self, scope: Scope, width: int | None) -> tuple[str, tuple[str, ...]]:
        if width is None and scope.sources and self._maybe(0.22):
            return self._star(scope)
        parts: list[str] = []
        names: list[str] = []
        for _ in range(width or self.chance.randint(1, 4)):
            if self._maybe(0.5):
                column = self._column(scope)
                named = self._maybe(0.3)
                name = self.chance.choice(NAMES) if named else column.rsplit(".", 1)[-1].strip("()")
                parts.append(f"{column} AS {name}" if named else column)
            else:
                name = self.chance.choice(NAMES) if self._maybe(0.5) else f"o{len(parts)}"
                parts.append(f"{self._expression(scope, 2)} AS {name}")
            names.append(name)
        return ", ".join(parts), tuple(names)

    def _star(self, scope: Scope) -> tuple[str, tuple[str, ...]]:
        if self._maybe(0.5):
            for source in scope.sources:
                self.stars |= source.bases
            return "*", tuple(name for source in scope.sources for name in source.columns)
        source = self.chance.choice(scope.sources)
        self.stars |= source.bases
        extra = self._column(scope)
        names = (*source.columns, extra.rsplit(".", 1)[-1])
        return f"{source.name}.*, {extra}", names

    def _order(self, scope: Scope, names: tuple[str, ...]) -> str:
        first = self.chance.choice([*names, "1", self._column(scope)])
        return f"{first}, {self._expression(scope, 1)} + 0" if self._maybe(0.4) else first

    # FROM

    def _from(self, scope: Scope) -> str:
        if self._maybe(0.04):
            return ""
        items = [self._item(scope)]
        while self._spend(0.35):
            items.append(self._item(scope))
        return " FROM " + ", ".join(items)

    def _item(self, scope: Scope) -> str:
        if self._spend(0.35):
            return self._join(scope)
        text, source = self._leaf(scope)
        scope.sources.append(source)
        return text

    def _leaf(self, scope: Scope) -> tuple[str, Source]:
        taken = {source.name for source in scope.sources}
        if self._spend(0.2):
            return self._derived(scope, taken)
        if self._maybe(0.06):
            name = self._alias(taken)
            return f"generate_series(1, {self._lateral_value(scope)}) AS {name}", Source(name, (name,))
        ctes = scope.visible_ctes()
        table = self.chance.choice([*TABLES, *ctes, *ctes])
        columns = ctes.get(table) or TABLES[table]
        bases = frozenset() if table in ctes else frozenset({table if "." in table else f"public.{table}"})
        plain = table.split(".")[-1]
        if plain not in taken and self._maybe(0.5):
            return table, Source(plain, columns, bases)
        name = self._alias(taken)
        if self._maybe(0.12):
            renamed = tuple(self.chance.sample(NAMES, self.chance.randint(1, min(2, len(columns)))))
            return f"{table} AS {name}({', '.join(renamed)})", Source(name, renamed + columns[len(renamed) :], bases)
        return f"{table} AS {name}", Source(name, columns, bases)

    def _derived(self, scope: Scope, taken: set[str]) -> tuple[str, Source]:
        lateral = self._maybe(0.3)
        around = scope if lateral else Scope(outer=scope.outer, ctes=scope.ctes)
        text, columns = self._query(around)
        name = self._alias(taken)
        return f"{'LATERAL ' if lateral else ''}({text}) AS {name}", Source(name, columns)

    def _lateral_value(self, scope: Scope) -> str:
        return self._column(scope) if scope.sources and self._maybe(0.5) else "3"

    def _alias(self, taken: set[str]) -> str:
        free = [name for name in ALIASES if name not in taken]
        return self.chance.choice(free) if free else f"s{len(taken)}"

    def _join(self, scope: Scope) -> str:
        left_text, left = self._leaf(scope)
        inner = Scope([*scope.sources, left], scope.outer, scope.ctes)
        right_text, right = self._leaf(inner)
        common = [name for name in dict.fromkeys(left.columns) if name in right.columns]
        kind = self.chance.choice(JOINS)
        both = Scope([left, right], scope.outer, scope.ctes)
        if common and self._maybe(0.4):
            using = self.chance.sample(common, self.chance.randint(1, len(common)))
            text = f"{left_text} {kind} {right_text} USING ({', '.join(using)})"
        elif self._maybe(0.2):
            self.positional.add("natural_join")
            text = f"{left_text} NATURAL {kind} {right_text}"
        elif self._maybe(0.15):
            text = f"{left_text} CROSS JOIN {right_text}"
        else:
            text = f"{left_text} {kind} {right_text} ON {self._condition(both)}"
        if self._maybe(0.12):
            name = self._alias({source.name for source in scope.sources})
            scope.sources.append(Source(name, left.columns + right.columns, left.bases | right.bases))
            return f"({text}) AS {name}"
        scope.sources += [left, right]
        return text

    # Expressions

    def _column(self, scope: Scope) -> str:
        levels = [scope]
        while levels[-1].outer is not None:
            levels.append(levels[-1].outer)
        filled = [level for level in levels if level.sources]
        if not filled or self._maybe(0.01):
            return self.chance.choice(NAMES)
        level = filled[0] if self._maybe(0.75) else self.chance.choice(filled)
        source = self.chance.choice(level.sources)
        column = self.chance.choice(source.columns) if source.columns else "a"
        form = self.chance.random()
        if form < 0.02:
            return f"({source.name}).{column}"
        return column if form < 0.22 else f"{source.name}.{column}"

    def _expression(self, scope: Scope, depth: int) -> str:
        if depth <= 0 or self._maybe(0.35):
            return self._column(scope) if self._maybe(0.8) else str(self.chance.randint(0, 9))
        if self._spend(0.2):
            text, _ = self._query(scope, 1)
            return f"({text} LIMIT 1)" if " LIMIT " not in text and not text.endswith(" FOR UPDATE") else f"({text})"
        if self._maybe(0.08) and scope.sources:
            name = self.chance.choice(scope.sources).name
            return self.chance.choice(
                (f"length(row_to_json({name})::text)", f"length({name}::text)", f"num_nulls({name}.*)")
            )
        if self._maybe(0.08):
            return f"CASE WHEN {self._condition(scope)} THEN {self._expression(scope, 1)} END"
        template = self.chance.choice(SCALARS)
        parts = [self._expression(scope, depth - 1) for _ in range(template.count("{}"))]
        return template.format(*parts, op=self.chance.choice(BINARY))

    def _condition(self, scope: Scope) -> str:
        if self._spend(0.3):
            kind = self.chance.choice(("EXISTS ({})", "{e} IN ({})", "{e} > ALL ({})", "NOT EXISTS ({})"))
            text, _ = self._query(scope, None if "EXISTS" in kind else 1)
            return kind.format(text, e=self._expression(scope, 1) if "{e}" in kind else "")
        if self._maybe(0.2):
            return f"({self._condition(scope)} {self.chance.choice(('AND', 'OR'))} {self._condition(scope)})"
        return f"{self._expression(scope, 1)} {self.chance.choice(COMPARE)} {self._expression(scope, 1)}"


def bases(table: str) -> frozenset[str]:
    """What a star over a relation lists."""
    return frozenset({table if "." in table else f"public.{table}"})

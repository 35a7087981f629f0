"""Random statements over columns of many types, where a planned column's type decides what the rest means.

Literals without a type, parameters, set operations, VALUES, CASE, operators and functions that several types have: what
they resolve to hangs on the type of what stands beside them. Two tables, no names shared but on purpose; what is hard
in names is in tests.analysis.random_query. The same seed gives the same statements.
"""

import random
from collections.abc import Callable, Iterator, Mapping

from tests.shield.one_change import Change
from tests.shield.typed_world import COLUMNS

# By class of types: literals, and what gives one ({} of what classes).
_LITERALS: dict[str, tuple[str, ...]] = {
    "int": ("0", "1", "2", "'2'", "3"),
    "num": ("1.5", "'2.50'", "0", "2.50::numeric"),
    "float": ("0.5", "'0.25'", "1e0"),
    "text": ("'ok'", "'c1'", "''", "'ok'::text", "'x'::varchar(3)", "E'a\\tb'"),
    "bool": ("true", "false", "'t'", "'yes'"),
    "time": ("'2020-01-02'", "timestamp '2020-01-01'", "timestamptz '2020-01-03 00:00+00'"),
    "date": ("'2020-01-03'", "date '2020-01-02'"),
    "uuid": ("'00000000-0000-0000-0000-000000000001'",),
    "json": ("'{\"a\": 1}'::jsonb", "'[1, 2]'::jsonb", "'{\"k\": 1}'::jsonb"),
    "mood": ("'ok'", "'happy'", "'sad'::mood"),
    "texts": ("'{a,b}'", "ARRAY['a', 'b1']", "'{}'::text[]"),
    "ints": ("'{1,2}'", "ARRAY[1, 2]", "ARRAY[]::integer[]"),
    "span": ("'1 hour'", "interval '1 day'"),
}
_FORMS: dict[str, tuple[str, ...]] = {
    "int": (
        "length({text})", "{int} + {int}", "{int} * 2", "- {int}", "abs({int})", "coalesce({int}, {int})",
        "{date} - {date}", "array_length({texts}, 1)", "cardinality({ints})", "extract(day FROM {time})::int",
        "position('b' IN {text})", "({ints})[1]", "jsonb_array_length(jsonb_build_array({any}, {any}))",
        "round({num})::int", "nullif({int}, {int})", "greatest({int}, {int})", "{int} & 3", "({json} ->> 'a')::int",
        "ascii({text})", "{int}::smallint", "{int}::bigint", "{bool}::int",
    ),
    "num": (
        "{num} + {num}", "{num} * {int}", "round({num}, 1)", "coalesce({num}, {num})", "{int}::numeric",
        "{num}::numeric(8, 1)", "least({num}, {int})", "trunc({num})", "{num} - 0.5",
    ),
    "float": ("{float} + {float}", "{num}::float8", "coalesce({float}, {float})", "{float} * 2", "{int}::float8"),
    "text": (
        "{text} || {text}", "lower({text})", "coalesce({text}, {text})", "concat({any}, {any})", "{int}::text",
        "left({text}, 2)", "substring({text} FROM 2)", "format('%s-%s', {any}, {any})", "{any}::text", "trim({text})",
        "array_to_string({texts}, ',')", "{json} ->> 'a'", "nullif({text}, {text})", "{mood}::text", "({texts})[1]",
        "replace({text}, 'o', {text})", "{text} || {int}", "{date} || ''", "upper({text})", "{text}::varchar(2)",
        "max({text}) OVER ()", "quote_literal({any})", "greatest({text}, {text})", "{text}::char(3)",
        "pg_typeof({any})::text",
    ),
    "bool": (
        "{text} = {text}", "{int} < {int}", "{num} >= {num}", "{text} LIKE 'c%'", "{time} > {time}", "{date} <= {date}",
        "{any} IS NULL", "{bool} AND {bool}", "{bool} OR {bool}", "NOT {bool}", "{uuid} = {uuid}", "{mood} < {mood}",
        "{texts} @> {texts}", "{text} = ANY ({texts})", "{int} IN ({int}, {int}, 2)", "{text} IN ({text}, 'ok')",
        "{json} @> '{{\"a\": 1}}'", "{int} BETWEEN {int} AND {int}", "{bool} IS NOT TRUE", "{mood} = {mood}",
        "{text} IS DISTINCT FROM {text}", "({int}, {text}) = ({int}, {text})", "({int}, {text}) < (2, 'm')",
        "{int} = ANY ({ints})", "{int} = ANY ('{{1,2}}')", "{text} ~ '^o'", "{mood} IN ('ok', 'sad')",
        "{span} > {span}",
        "coalesce({bool}, {bool})", "{int} = '2'", "{num} = '2.5'", "{day} OVERLAPS {day}", "{json} ? 'a'",
        "{texts} && {texts}", "{float} > {num}", "{int} = {num}", "{date} < {time}", "{time} = '2020-01-02'",
        "({any} IS NULL) = {bool}", "{int} = ALL ({ints})", "{text} ILIKE {text}", "{text} SIMILAR TO 'o%'",
    ),
    "time": (
        "{time} + {span}", "date_trunc('day', {time})", "coalesce({time}, {time})", "{date} + {span}",
        "{date}::timestamp",
    ),
    "date": ("{date} + {int}", "coalesce({date}, {date})", "{time}::date", "greatest({date}, {date})", "{date} - 1"),
    "uuid": ("coalesce({uuid}, {uuid})", "({uuid}::text)::uuid"),
    "json": (
        "to_jsonb({any})", "jsonb_build_object('a', {any}, 'b', {any})", "coalesce({json}::jsonb, {json}::jsonb)",
        "jsonb_build_array({any}, {any})", "{json}::jsonb || '{{\"z\": 1}}'", "{json} -> 'a'", "to_json({any})",
        "jsonb_set({json}::jsonb, '{{a}}', to_jsonb({any}))", "to_jsonb({row})", "row_to_json({row})",
        "json_build_object('r', {row})",
    ),
    "mood": (
        "coalesce({mood}, {mood})", "greatest({mood}, {mood})", "{text}::mood",
        "CASE WHEN {bool} THEN {mood} ELSE 'ok' END",
    ),
    "texts": (
        "{texts} || {texts}", "{texts} || {text}", "ARRAY[{text}, {text}]", "array_append({texts}, {text})",
        "string_to_array({text}, 'b')",
    ),
    "ints": ("{ints} || {int}", "ARRAY[{int}, {int}]", "coalesce({ints}, {ints})", "array_remove({ints}, {int})"),
    "span": ("{span} + {span}", "{span} * 2", "{time} - {time}", "coalesce({span}, {span})"),
}  # fmt: skip
_AGGREGATES: dict[str, tuple[str, ...]] = {
    "int": ("count(*)", "count({any})", "sum({int})", "max({int})", "count(DISTINCT {text})", "bit_or({int})"),
    "num": ("sum({num})", "avg({int})", "percentile_disc(0.5) WITHIN GROUP (ORDER BY {num})"),
    "text": ("max({text})", "string_agg({text}, ',' ORDER BY {text})", "min({any}::text)"),
    "bool": ("bool_or({bool})", "every({bool})"),
    "time": ("max({time})",),
    "date": ("min({date})",),
    "json": (
        "jsonb_agg({int} ORDER BY {int})", "json_agg({text} ORDER BY {text})",
        "jsonb_object_agg(coalesce({text}, 'k'), 1)",
    ),
    "texts": ("array_agg({text} ORDER BY {text})",),
    "mood": ("max({mood})",),
    "ints": ("array_agg({int} ORDER BY {int})",),
}  # fmt: skip
_WINDOWS = (
    "row_number() OVER (ORDER BY {key})", "lag({any}) OVER (ORDER BY {key})", "sum({int}) OVER (PARTITION BY {any})",
    "rank() OVER (ORDER BY {int}, {key})", "first_value({any}) OVER (PARTITION BY {bool} ORDER BY {key})",
    "count({any}) FILTER (WHERE {bool}) OVER (ORDER BY {key} ROWS 1 PRECEDING)",
    "lead({text}, 1, {text}) OVER (ORDER BY {key})",
    "avg({num}) OVER (PARTITION BY {text})", "max({mood}) OVER (PARTITION BY {date})",
)  # fmt: skip
_ASSIGNED = {"int": 0.6, "text": 0.6}  # how often an expression, rather than a literal, is written

Columns = Mapping[str, Mapping[str, str]]


def asked(change: Change, seed: int | str, count: int) -> Iterator[str]:
    """Of `count` statements of its client's those that name its table."""
    columns = {
        table: {name: kind for name, kind in named.items() if change.seen or (table, name) != change[:2]}
        for table, named in COLUMNS.items()
    }
    return (sql for sql in statements(seed, count, columns, change.column) if change.table in sql)


def statements(seed: int | str, count: int, columns: Columns = COLUMNS, favoured: str = "") -> Iterator[str]:
    """`count` texts, of which one column is favoured; a parameter stands for 3, whatever its number."""
    for number in range(count):
        yield _Typed(random.Random(f"{seed}:{number}"), columns, favoured).text()


class _Typed:
    """Generates one statement."""

    def __init__(self, chance: random.Random, columns: Columns, favoured: str) -> None:
        self.chance = chance
        self.favoured = favoured
        self.columns = columns
        self.sources: dict[str, str] = {}  # alias -> table
        self.outer: list[dict[str, str]] = []
        self.parameters = 0

    def text(self) -> str:
        kinds: list[Callable[[], str]] = [self._select] * 4 + [self._union, self._with, self._insert, self._insert,
                                                               self._update, self._update, self._delete]  # fmt: skip
        return self.chance.choice(kinds)()

    def _maybe(self, probability: float) -> bool:
        return self.chance.random() < probability

    # Expressions

    def expression(self, kind: str, depth: int = 2) -> str:
        """One of this class of types."""
        if kind == "any":
            own = next((columns[self.favoured] for columns in self.columns.values() if self.favoured in columns), None)
            kind = own if own is not None and self._maybe(0.35) else self.chance.choice(list(_FORMS))
        if kind == "row":
            return self.chance.choice(list(self.sources)) if self.sources else "ROW(1)"
        if kind == "key":
            return f"{next(iter(self.sources))}.id" if self.sources else "1"
        if kind == "day":
            return f"({self.expression('date', 0)}, {self.expression('date', 0)})"
        if depth <= 0 or self._maybe(0.45):
            return self._leaf(kind)
        if self._maybe(0.12):
            asked, yes, no = (self.expression(*part) for part in (("bool", depth - 1), (kind, 0), (kind, depth - 1)))
            return f"CASE WHEN {asked} THEN {yes} ELSE {no} END"
        if self._maybe(0.05) and depth > 1:
            return self._scalar(kind)
        return "(" + self._filled(self.chance.choice(_FORMS[kind]), depth - 1) + ")"

    def _filled(self, form: str, depth: int) -> str:
        made, rest = "", form
        while True:
            start = rest.find("{")
            if start < 0:
                return made + rest.replace("}}", "}")
            if rest.startswith("{{", start):
                made, rest = made + rest[: start + 1], rest[start + 2 :]
                continue
            end = rest.index("}", start)
            made += rest[:start].replace("}}", "}") + self.expression(rest[start + 1 : end], depth)
            rest = rest[end + 1 :]

    def _leaf(self, kind: str) -> str:
        found = self._columns(kind)
        if found and self._maybe(0.75):
            favoured = [name for name in found if name.rpartition(".")[2] == self.favoured]
            return self.chance.choice(favoured if favoured and self._maybe(0.6) else found)
        if kind in ("int", "text", "num") and self._maybe(0.2):
            self.parameters += 1
            return f"${self.parameters}" + self.chance.choice(("", "", "::text" if kind == "text" else "::int"))
        return "NULL" if self._maybe(0.05) else self.chance.choice(_LITERALS[kind])

    def _columns(self, kind: str) -> list[str]:
        scopes = [self.sources, *(scope for scope in self.outer if self._maybe(0.3))]
        return [
            f"{alias}.{column}" if self._maybe(0.8) else column
            for scope in scopes for alias, table in scope.items()
            for column, of in self.columns[table].items() if of == kind
        ]  # fmt: skip

    def _scalar(self, kind: str) -> str:
        kept, self.sources = self.sources, {}
        self.outer.append(kept)
        tables = self._from(1)
        made = f"(SELECT {self._aggregate(kind)}{tables} WHERE {self.expression('bool', 1)})"
        self.outer.pop()
        self.sources = kept
        return made

    def _aggregate(self, kind: str) -> str:
        forms = _AGGREGATES.get(kind)
        if forms is None:
            return f"max(({self.expression(kind, 0)})::text)"
        found = self._filled(self.chance.choice(forms), 1)
        plain = "WITHIN" not in found and self._maybe(0.15)
        return f"{found} FILTER (WHERE {self.expression('bool', 1)})" if plain else found

    # Queries

    def _from(self, most: int = 2) -> str:
        tables = list(self.columns)
        first = self.chance.choice(tables)
        alias = self.chance.choice((first, first[0]))
        self.sources[alias] = first
        text = f" FROM {first}" + (f" {alias}" if alias != first else "")
        if most < 2 or self._maybe(0.5):
            return text
        other = self.chance.choice(tables)
        second = next(name for name in (other, other[0], "q") if name not in self.sources)
        if self._maybe(0.15):
            values = f"(VALUES ({self._pair()}), ({self._pair()})) AS v (x, y)"
            return f"{text}, LATERAL {values}"
        if self._maybe(0.15):
            return f"{text}, LATERAL unnest({self.expression('texts', 1)}) AS u"
        self.sources[second] = other
        named = f"{other} {second}" if second != other else other
        if self._maybe(0.15):
            return f"{text} JOIN {named} USING (id)"
        kind = self.chance.choice(("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"))
        on = f"{self._of(alias, 'int')} = {self._of(second, 'int')}"
        return f"{text} {kind} {named} ON {on}" if self._maybe(0.6) else f"{text}, {named}"

    def _of(self, alias: str, kind: str) -> str:
        found = [column for column, of in self.columns[self.sources[alias]].items() if of == kind]
        return f"{alias}.{self.chance.choice(found)}"

    def _pair(self) -> str:
        return f"{self.expression('text', 1)}, {self.expression('int', 1)}"

    def _select(self) -> str:
        tables = self._from()
        where = f" WHERE {self.expression('bool')}" if self._maybe(0.6) else ""
        if self._maybe(0.3):
            return self._grouped(tables, where)
        targets = ", ".join(self._target(number) for number in range(self.chance.randint(1, 4)))
        distinct = "DISTINCT " if self._maybe(0.1) else ""
        order = ""
        if not distinct and self._maybe(0.2):
            order = f" ORDER BY {self.chance.choice(('1', self.expression('text', 1)))}"
        return f"SELECT {distinct}{targets}{tables}{where}{order}"

    def _target(self, number: int) -> str:
        if self._maybe(0.1):
            return self.chance.choice(("*", f"{self.chance.choice(list(self.sources))}.*"))
        if self._maybe(0.2):
            return f"{self._filled(self.chance.choice(_WINDOWS), 1)} AS w{number}"
        made = self.expression("any")
        return f"{made} AS o{number}" if self._maybe(0.5) else made

    def _grouped(self, tables: str, where: str) -> str:
        keys = [self.expression("any", self.chance.randint(0, 1)) for _ in range(self.chance.randint(0, 2))]
        values = [*keys, *(self._aggregate(self.chance.choice(list(_FORMS))) for _ in range(self.chance.randint(1, 3)))]
        wrapped = self.chance.choice(("{}", "{}", "{}", "ROLLUP ({})", "GROUPING SETS (({}), ())"))
        group = " GROUP BY " + wrapped.format(", ".join(keys)) if keys else ""
        having = f" HAVING {self._aggregate('bool')}" if self._maybe(0.2) else ""
        return f"SELECT {', '.join(values)}{tables}{where}{group}{having}"

    def _union(self) -> str:
        kinds = [self.chance.choice(list(_FORMS)) for _ in range(self.chance.randint(1, 3))]
        parts = []
        for _ in range(self.chance.randint(2, 3)):
            self.sources = {}
            tables = self._from(1) if self._maybe(0.85) else ""
            parts.append(f"SELECT {', '.join(self._member(kind) for kind in kinds)}{tables}")
        operator = self.chance.choice((" UNION ALL ", " UNION ", " EXCEPT ", " INTERSECT "))
        return operator.join(parts)

    def _member(self, kind: str) -> str:
        if self._maybe(0.15):
            return self.chance.choice(("NULL", "'1'", self.chance.choice(_LITERALS[kind])))
        return self.expression(kind, 1)

    def _with(self) -> str:
        inner = self._select() if self._maybe(0.7) else self._union()
        self.sources = {}
        kept = self.chance.choice(("", "MATERIALIZED "))
        return f"WITH w AS {kept}({inner}) SELECT w::text, count(*) FROM w GROUP BY 1"

    # Writes

    def _insert(self) -> str:
        table = self.chance.choice(list(self.columns))
        columns = self.columns[table]
        listed = ["id", *self._some([c for c in columns if c != "id"], 4)]
        if self._maybe(0.15):
            listed = list(columns)
        names = f" ({', '.join(listed)})" if len(listed) < len(columns) or self._maybe(0.5) else ""
        kinds = [columns[column] for column in listed[1:]]
        taken = self._maybe(0.4)
        rows = self._queried(kinds, taken=taken) if self._maybe(0.35) else self._listed(kinds, taken=taken)
        self.sources = {table: table}
        conflict = ""
        if taken or self._maybe(0.2):
            update = f"(id) DO UPDATE SET {self._proposed(table, listed)}"
            conflict = " ON CONFLICT " + ("DO NOTHING" if self._maybe(0.3) else update)
        return f"INSERT INTO {table}{names} {rows}{conflict}{self._returning()}"

    def _queried(self, kinds: list[str], *, taken: bool) -> str:
        tables = self._from(1)
        key = f"{next(iter(self.sources))}.id" + ("" if taken else " + 20")
        return f"SELECT {', '.join([key, *map(self._given, kinds)])}{tables}"

    def _listed(self, kinds: list[str], *, taken: bool) -> str:
        keys = [str(number + (1 if taken else 20)) for number in range(self.chance.randint(1, 3))]
        return "VALUES " + ", ".join(f"({', '.join([key, *map(self._given, kinds)])})" for key in keys)

    def _some(self, columns: list[str], most: int) -> list[str]:
        chosen = self.chance.sample(columns, self.chance.randint(1, most))
        missed = self.favoured in columns and self.favoured not in chosen
        return [*chosen, self.favoured] if missed and self._maybe(0.5) else chosen

    def _proposed(self, table: str, listed: list[str]) -> str:
        sets = []
        for column in listed[1:]:
            kind = self.columns[table][column]
            own = self.expression(kind, 1) if self._maybe(0.3) else f"excluded.{column}"
            sets.append(f"{column} = {own}")
        where = f" WHERE {self.expression('bool', 1)}" if self._maybe(0.2) else ""
        return ", ".join(sets) + where

    def _given(self, kind: str) -> str:
        if self._maybe(0.1):
            return self.chance.choice(("NULL", "DEFAULT" if not self.sources else "NULL"))
        if self._maybe(_ASSIGNED.get(kind, 0.4)):
            return self.expression(kind, 1)
        return self.chance.choice(_LITERALS[kind])

    def _update(self) -> str:
        table, joined = self._written()
        columns = self.columns[table]
        chosen = self._some([c for c in columns if c != "id"], 3)
        if len(chosen) > 1 and self._maybe(0.3):
            sets = f"({', '.join(chosen)}) = ({', '.join(self._given(columns[c]) for c in chosen)})"
        else:
            sets = ", ".join(f"{c} = {self._given(columns[c])}" for c in chosen)
        other = f" FROM {joined}" if joined else ""
        return f"UPDATE {table} SET {sets}{other} WHERE {self._matched(table, joined)}{self._returning()}"

    def _delete(self) -> str:
        table, joined = self._written()
        other = f" USING {joined}" if joined else ""
        return f"DELETE FROM {table}{other} WHERE {self._matched(table, joined)}{self._returning()}"

    def _written(self) -> tuple[str, str]:
        """A table, and maybe another beside it."""
        table = self.chance.choice(list(self.columns))
        joined = next(name for name in self.columns if name != table) if self._maybe(0.3) else ""
        self.sources = {name: name for name in (table, joined) if name}
        return table, joined

    def _matched(self, table: str, joined: str) -> str:
        """A condition by which a row meets no more than one of the other table."""
        return (f"{table}.id = {joined}.id AND " if joined else "") + self.expression("bool")

    def _returning(self) -> str:
        if self._maybe(0.5):
            return ""
        return " RETURNING " + ", ".join("*" if self._maybe(0.33) else self.expression("any", 1) for _ in range(2))

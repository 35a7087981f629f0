"""A database whose columns have many types, and every change to one of them, for random statements.

No json column becomes jsonb: what was written as json comes back as jsonb writes it.
"""

from collections.abc import Iterator

from tests.shield.one_change import Change
from tests.shield.random_worlds import World

from lintel.plan import Side

SIDES: tuple[Side, Side] = ("old", "new")
TABLES = """
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE people (id integer PRIMARY KEY, name text, code varchar(8), kind char(4), worth numeric(10, 2),
    size float8, n bigint, s smallint, active boolean, at timestamptz, day date, ref uuid, doc jsonb, tags text[],
    mood mood);
CREATE TABLE items (id integer PRIMARY KEY, person integer, note text, label varchar, qty integer, price numeric,
    made timestamp, data json, mood mood, counts integer[], done boolean, held interval);
"""
ROWS = """
INSERT INTO people SELECT i, (ARRAY['ann', 'Bob', 'ok', NULL])[1 + i % 4], 'c' || i % 3, 'k' || i % 2, i * 1.25,
    i / 4.0, i % 4, i % 3, i % 2 = 0, timestamptz '2020-01-01 00:00+00' + i % 3 * interval '1 day',
    date '2020-01-01' + i % 4,
    ('00000000-0000-0000-0000-00000000000' || i % 3)::uuid, jsonb_build_object('a', i % 3, 'b', ARRAY['x', 'y']),
    ARRAY['a', 'b' || i % 2], (ARRAY['sad', 'ok', 'happy'])[1 + i % 3]::mood FROM generate_series(1, 6) i;
INSERT INTO items SELECT i, i % 4, (ARRAY['ok', 'a b', NULL])[1 + i % 3], 'l' || i % 2, i % 3, i * 0.5,
    timestamp '2020-01-01' + i % 3 * interval '1 day', json_build_object('k', i % 2),
    (ARRAY['ok', 'happy'])[1 + i % 2]::mood, ARRAY[i % 3, 2], i % 3 = 0, i % 2 * interval '1 hour'
    FROM generate_series(1, 6) i;
"""
COLUMNS: dict[str, dict[str, str]] = {
    "people": {
        "id": "int", "name": "text", "code": "text", "kind": "text", "worth": "num", "size": "float", "n": "int",
        "s": "int", "active": "bool", "at": "time", "day": "date", "ref": "uuid", "doc": "json", "tags": "texts",
        "mood": "mood",
    },
    "items": {
        "id": "int", "person": "int", "note": "text", "label": "text", "qty": "int", "price": "num", "made": "time",
        "data": "json", "mood": "mood", "counts": "ints", "done": "bool", "held": "span",
    },
}  # fmt: skip
WORLD = World(TABLES + ROWS, {table: tuple(columns) for table, columns in COLUMNS.items()})

TYPES = {
    "people": {
        "name": "text", "code": "varchar(8)", "kind": "char(4)", "worth": "numeric(10,2)", "size": "float8",
        "n": "bigint", "s": "smallint", "active": "boolean", "at": "timestamptz", "day": "date", "ref": "uuid",
        "doc": "jsonb", "tags": "text[]", "mood": "public.mood",
    },
    "items": {
        "note": "text", "label": "varchar", "qty": "integer", "price": "numeric", "made": "timestamp", "data": "json",
        "mood": "public.mood", "counts": "integer[]", "done": "boolean", "held": "interval",
    },
}  # fmt: skip
DEFAULTS = {
    "text": "'ok'", "varchar(8)": "'c1'", "char(4)": "'k1'", "numeric(10,2)": "2.50", "float8": "0.5", "bigint": "2",
    "smallint": "1", "boolean": "true", "timestamptz": "'2020-01-02 00:00+00'", "date": "'2020-01-02'",
    "uuid": "'00000000-0000-0000-0000-000000000001'", "jsonb": "'[1, 2]'", "text[]": "'{a,b1}'",
    "public.mood": "'ok'", "varchar": "NULL", "integer": "2", "numeric": "1.5", "timestamp": "'2020-01-02'",
    "json": "'[1]'", "integer[]": "'{1,2}'", "interval": "'1 hour'",
}  # fmt: skip
RETYPED = {
    "name": ("varchar(20)",), "code": ("text", "varchar(20)"), "worth": ("numeric(14,4)",), "n": ("integer", "numeric"),
    "s": ("integer",), "active": ("text",), "ref": ("text",), "doc": ("text",), "label": ("text",),
    "qty": ("bigint", "text", "smallint", "numeric"), "price": ("text",),
}  # fmt: skip


def every_change() -> Iterator[Change]:
    """Every kind of change to every column."""
    for table, types in TYPES.items():
        for column, type_ in types.items():
            default = DEFAULTS[type_]
            for side in SIDES:
                yield Change(table, column, "add", side, "", type_, default)
                yield Change(table, column, "drop", side, "", type_, default)
                for other in RETYPED.get(column, ()):
                    yield Change(table, column, "retype", side, other, type_, default)
            yield Change(table, column, "rename", "old", "other", type_, default)
            yield Change(table, column, "discard", "new", "", type_, default)

"""Rows for tables that came without any: few different values, and those that the queries ask for."""

import re
from collections.abc import Sequence

import psycopg

_ROWS = 60
_LITERAL = re.compile(
    r"\"?(\w+)\"?\s*(?:=|<>|<=|>=|<|>|like|in|between)\s*\(?\s*((?:'[^']*'\s*,?\s*(?:and)?\s*)+)", re.IGNORECASE
)
_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY c.relname, a.attnum
"""


def fill(connection: psycopg.Connection, queries: Sequence[str]) -> None:
    """Some rows for every table of the schema public."""
    wanted = _literals(queries)
    tables: dict[str, list[str]] = {}
    for number, (table, column, kind) in enumerate(connection.execute(_COLUMNS).fetchall()):
        tables.setdefault(table, []).append(f"({_value(kind, wanted.get(column, []), number)})::{kind}")
    connection.execute("SET session_replication_role = replica")  # keys meet often enough, and not always
    for table, values in tables.items():
        rows = f"SELECT {', '.join(values)} FROM generate_series(1, {_ROWS}) i"
        connection.execute(f"INSERT INTO {table} {rows} ON CONFLICT DO NOTHING".encode())
    connection.execute("ANALYZE")


def _literals(queries: Sequence[str]) -> dict[str, list[str]]:
    """column -> string literals that it is compared with."""
    found: dict[str, list[str]] = {}
    for query in queries:
        for column, listed in _LITERAL.findall(query):
            known = found.setdefault(column.lower(), [])
            known += [text for text in re.findall(r"'([^']*)'", listed) if text not in known]
    return found


def _value(kind: str, wanted: Sequence[str], number: int) -> str:
    step = 1 + number % 7
    if kind in ("integer", "bigint", "smallint"):
        return f"(i * {step} + {number}) % 10 + 1"
    if kind == "date":
        return f"date '1998-01-01' + (i * {step} * 13) % 900"
    if kind.startswith(("text", "character")):
        texts = ", ".join("'" + text.replace("%", "") + "'" for text in (*wanted, "v1", "v2"))
        return f"(ARRAY[{texts}])[1 + (i * {step}) % {len(wanted) + 2}]"
    return f"((i * {step}) % 50)::numeric / 2"

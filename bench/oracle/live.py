"""The schema as one session sees it at this moment, read relation by relation through that session.

With the session's temporary tables, whose schema goes by the name pg_temp. The queries are this module's own: lintel's
catalog reads whole databases, from outside any session.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from bench.oracle.oracle import NAMES, named
from bench.oracle.relay import Session
from bench.oracle.tree import Named
from lintel.schema import Column, Function, Relation, Schema

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_FIRST_USER_OID = 16384

_COLUMNS = """
ARRAY(SELECT pg_catalog.json_build_object('name', a.attname, 'attnum', a.attnum, 'generated', a.attgenerated <> '',
             'type', pg_catalog.format_type(a.atttypid, a.atttypmod))
      FROM pg_catalog.pg_attribute a WHERE a.attrelid = {oid} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
"""
_RELATION = f"""
SELECT c.oid::pg_catalog.int8 AS oid, c.relname AS name, c.relkind::pg_catalog.text AS kind,
       CASE WHEN n.nspname LIKE 'pg\\_temp\\_%' THEN 'pg_temp' ELSE n.nspname END AS schema,
       {_COLUMNS.format(oid="c.oid")} AS columns,
       ARRAY(SELECT pg_catalog.json_build_array(k.conname, k.conkey) FROM pg_catalog.pg_constraint k
             WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x')) AS constraints
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND
"""
# As the catalog's query has it: what a call in FROM yields, without the system's plain scalar functions.
_FUNCTION = f"""
SELECT * FROM (
    SELECT n.nspname AS schema, p.proname AS name, p.proretset AS set_returning,
           p.provolatile::pg_catalog.text AS volatile,
           p.proargmodes::pg_catalog.text[] AS modes, p.proargnames AS names,
           coalesce(r.relkind <> 'c', false) AS of_table, coalesce(r.oid, 0)::pg_catalog.int8 AS row_type,
           {_COLUMNS.format(oid="r.oid")} AS columns, p.oid < {_FIRST_USER_OID} AS system,
           t.typname = 'record' OR p.proname LIKE 'json%\\_populate\\_record%' AS record
    FROM pg_catalog.pg_proc p
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    JOIN pg_catalog.pg_type t ON t.oid = p.prorettype
    LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
    LEFT JOIN pg_catalog.pg_class r ON r.oid IN (nullif(t.typrelid, 0), nullif(b.typrelid, 0))
    WHERE p.prokind <> 'p' AND p.proname =
"""


class _Asked(Mapping[_Key, _Value]):
    """A mapping whose entries are read when they are asked for the first time."""

    def __init__(self, read: Callable[[Any], _Value | None]) -> None:
        self._read = read
        self._known: dict[_Key, _Value | None] = {}

    def __getitem__(self, key: _Key) -> _Value:
        if key not in self._known:
            self._known[key] = self._read(key)
        found = self._known[key]
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[_Key]:
        return iter([key for key, value in self._known.items() if value is not None])

    def __len__(self) -> int:
        return len(self._known)

    def __bool__(self) -> bool:
        return True


class Live:
    """What the session can name now; forget() after what may have changed it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.forget()

    def forget(self) -> None:
        """Read everything anew."""
        self._names: dict[int, Named] = {}
        self._by_oid: _Asked[int, Relation] = _Asked(self._relation)
        by_name: _Asked[tuple[str, str], Relation] = _Asked(self._named)
        functions: _Asked[str, tuple[Function, ...]] = _Asked(self._functions)
        self.schema = Schema(self._by_oid, functions)
        self.schema.__dict__["by_name"] = by_name

    def search_path(self) -> tuple[str, ...]:
        """The schemas that are searched, in order."""
        (row,) = self._session.ask("SELECT pg_catalog.current_schemas(false) AS path")
        return tuple("pg_temp" if name.startswith("pg_temp_") else name for name in row["path"])

    def names(self, oids: frozenset[int]) -> dict[int, Named]:
        """The names of these relations, for the oracle's verdict."""
        unknown = [oid for oid in oids if oid >= _FIRST_USER_OID and oid not in self._names]
        if unknown:
            listed = ", ".join(map(str, unknown))
            rows = self._session.ask(
                f"SELECT * FROM ({NAMES} AND c.oid IN ({listed})) AS found (oid, schema, name, attnum, attname)"
            )
            self._names |= named(
                (row["oid"], row["schema"], row["name"], row["attnum"], row["attname"]) for row in rows
            )
        return self._names

    def _named(self, key: tuple[str, str]) -> Relation | None:
        schema, name = map(_quoted, key)
        within = "n.oid = pg_catalog.pg_my_temp_schema()" if key[0] == "pg_temp" else f"n.nspname = {schema}"
        return self._one(f"{_RELATION} c.relname = {name} AND {within}")

    def _relation(self, oid: int) -> Relation | None:
        return self._one(f"{_RELATION} c.oid = {oid}")

    def _one(self, query: str) -> Relation | None:
        rows = self._session.ask(query)
        return _relation(rows[0]) if rows else None

    def _functions(self, name: str) -> tuple[Function, ...] | None:
        rows = self._session.ask(f"{_FUNCTION} {_quoted(name)}) AS f")
        found = [_function(row) for row in rows]
        wanted = [function for function, row in zip(found, rows, strict=True)
                  if not row["system"] or function.set_returning or function.columns or function.record]  # fmt: skip
        return tuple(wanted) or None


def _relation(row: dict[str, Any]) -> Relation:
    return Relation(
        oid=row["oid"],
        schema=row["schema"],
        name=row["name"],
        kind=row["kind"],
        columns=tuple(Column(c["name"], c["attnum"], c["type"], generated=c["generated"]) for c in row["columns"]),
        constraints=tuple((name, tuple(key)) for name, key in row["constraints"]),
    )


def _function(row: dict[str, Any]) -> Function:
    columns = _result(row)
    return Function(
        schema=row["schema"],
        name=row["name"],
        columns=columns,
        set_returning=row["set_returning"],
        volatile=row["volatile"],
        record=row["record"] and columns is None,
        row_type=row["row_type"] if row["of_table"] else 0,
    )


def _result(row: dict[str, Any]) -> tuple[str, ...] | None:
    modes = row["modes"] or []
    names = row["names"] or [""] * len(modes)
    out = [name for mode, name in zip(modes, names, strict=False) if mode in "obt"]  # all are IN without modes
    if len(out) == 1 and not out[0]:
        return None
    if out:
        return tuple(name or f"column{i}" for i, name in enumerate(out, 1))
    return tuple(column["name"] for column in row["columns"]) if row["row_type"] else None


def _quoted(text: str) -> str:
    return "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

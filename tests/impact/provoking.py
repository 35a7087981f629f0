"""Cases of provoked/*.sql, and how one is run: over a connection of libpq, so that nothing happens but what is said."""

import re
import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from psycopg import pq

HERE = Path(__file__).parent / "provoked"
SCHEMA = (HERE / "schema.sql").read_text()
ROLE = "lintel_impact_limited"  # has privileges on the columns of orders, not on the table
STATEMENTS = frozenset({"prepared", "fresh", "copy", "binary", "limited", "early", "latent"})
_MARK = re.compile(r"^--(change|run|twin|data|object|spared|call) (.*)$", re.MULTILINE)


class Case(NamedTuple):
    """One rule, provoked."""

    rule: str
    mode: str
    expected: str  # an SQLSTATE, silent or latent; in the files also 42804,42883: before version 16, and from it on
    parts: dict[str, str]

    @property
    def change(self) -> str:
        """The DDL."""
        return self.parts["change"]


@cache
def cases(major: int = 18) -> tuple[Case, ...]:
    """Of all families, as a server of that version has them."""
    return tuple(case for file in sorted(HERE.glob("*.sql")) for case in _cases(file.read_text(), major))


def _cases(text: str, major: int) -> Iterator[Case]:
    for block in text.split("\n--! ")[1:]:
        head, _, rest = block.partition("\n")
        rule, mode, expected = head.split()
        old, _, new = expected.partition(",")
        yield Case(rule, mode, new if new and major >= 16 else old, dict(_MARK.findall(rest)))


class Outcome(NamedTuple):
    """What a statement came to."""

    sqlstate: str | None
    columns: tuple[Any, ...] = ()
    rows: tuple[Any, ...] = ()


class Session:
    """A connection; every statement carries its client's name."""

    def __init__(self, dsn: str) -> None:
        self._connection = pq.PGconn.connect(dsn.encode())
        assert self._connection.status == pq.ConnStatus.OK, self._connection.error_message
        self._prepared: set[bytes] = set()

    def close(self) -> None:
        """End it."""
        self._connection.finish()

    def command(self, sql: str) -> Outcome:
        """A statement as it is."""
        return _outcome(self._connection.exec_(sql.encode()))

    def run(self, case: Case, part: str, client: str) -> Outcome:
        """The case's statement or its twin, as the case has it run."""
        sql = f"{case.parts[part]} /* service='{client}' */".encode()
        if case.mode == "prepared":
            return self._run_prepared(client.encode(), sql)
        if case.mode == "binary":
            return _outcome(self._connection.exec_params(sql, [struct.pack("!i", 1)], None, [1]))
        if case.mode == "copy":
            return self._copy(sql, case.parts.get("data", ""))
        return _outcome(self._connection.exec_(sql))

    def _run_prepared(self, name: bytes, sql: bytes) -> Outcome:
        if name not in self._prepared:
            made = _outcome(self._connection.prepare(name, sql))
            if made.sqlstate is not None:
                return made
            self._prepared.add(name)
        return _outcome(self._connection.exec_prepared(name, []))

    def _copy(self, sql: bytes, data: str) -> Outcome:
        begun = self._connection.exec_(sql)
        if begun.status == pq.ExecStatus.COPY_IN:
            self._connection.put_copy_data(data.encode() + b"\n")
            self._connection.put_copy_end()
            return self._ended()
        rows = []
        while begun.status == pq.ExecStatus.COPY_OUT:
            size, row = self._connection.get_copy_data(0)
            if size == -1:
                return self._ended()._replace(rows=tuple(rows))
            rows.append(bytes(row))
        return _outcome(begun)

    def _ended(self) -> Outcome:
        found = Outcome(None)
        while (result := self._connection.get_result()) is not None:
            found = _outcome(result)
        return found


def _outcome(result: Any) -> Outcome:
    state = result.error_field(pq.DiagnosticField.SQLSTATE)
    if state is not None:
        return Outcome(state.decode())
    names = tuple((result.fname(i), result.ftype(i)) for i in range(result.nfields))
    rows = sorted(tuple(result.get_value(r, c) for c in range(result.nfields)) for r in range(result.ntuples))
    return Outcome(None, names, (*rows, result.command_tuples))

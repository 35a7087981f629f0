r"""The cases as data: reads tests/shield/cases/*.sql. Knows the form of the files, not what Lintel makes of them.

    --- SIDE VERDICT [SQLSTATE] [flag ...] [# why]
    the statement
    --- params 7 | abc | \N         its $n, as text; \N is NULL
    --- copy                        the data for its COPY FROM STDIN, as text
    --- then                        a further statement of the same session

SIDE is the table that the client was built for: old (before the plan) or new. VERDICT (allow, rewrite, refuse) is
Lintel's on the physical schema of the *other* side, the strictest of all its statements. Flags:

    ordered   the rows come in an order and are compared in it (else as a multiset)
    unstable  the rows are not compared (EXPLAIN, ctid): only their description and number
    block     means something in a transaction block only (cursors)
    simple    can be sent as a Query only (several statements, no parameters)
    record    a whole row is of type record, not of the table's own (whole_rows = "record")
    pg17      needs that version of the server (or pg16, pg18 ...)
    before18  and an older one
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

import pytest
from tests.shield.wire_client import Param

HERE = Path(__file__).parent
HEADER = re.compile(r"--- (old|new) (allow|rewrite|refuse)(?: (\w{5}))?((?: [a-z]+\d*)*)(?: # (.*))?")
FLAGS = re.compile(r"ordered|unstable|block|simple|record|(?:pg|before)\d+")

Side = Literal["old", "new"]


@dataclass
class Step:
    """One statement of a case."""

    sql: str = ""
    params: tuple[Param, ...] = ()
    copy: str | None = None

    @property
    def writes(self) -> bool:
        """Whether it may leave something behind (rather too often than not)."""
        return bool(re.search(r"\b(insert|update|delete|merge|copy|execute|nextval)\b", self.sql, re.IGNORECASE))


@dataclass
class Case:
    """One case: what a client sends, one statement after the other, and what Lintel should make of it."""

    name: str
    side: Side
    verdict: str
    sqlstate: str | None
    flags: frozenset[str]
    why: str | None
    steps: list[Step] = field(default_factory=lambda: [Step()])

    @property
    def writes(self) -> bool:
        """Whether one of its statements may leave something behind."""
        return any(step.writes for step in self.steps)

    def runs_on(self, major: int) -> bool:
        """Whether it is for that version of the server."""
        before = [int(flag[6:]) for flag in self.flags if flag.startswith("before")]
        return all(int(flag[2:]) <= major for flag in self.flags if flag.startswith("pg")) and major < min(
            before, default=99
        )


def skip_if_unknown(case: Case, major: int) -> None:
    """Where that version of the server does not know what the case says."""
    if not case.runs_on(major):
        pytest.skip(f"PostgreSQL {major} does not know it")


def load(stem: str, directory: str = "cases") -> list[Case]:
    """The cases of one file."""
    cases: list[Case] = []
    section = ""
    for number, line in enumerate((HERE / directory / f"{stem}.sql").read_text().splitlines(), 1):
        if not line.startswith("--- "):
            if cases:
                _add(cases[-1].steps[-1], section, line)
        elif header := HEADER.fullmatch(line):
            cases.append(_case(f"{stem}:{number}", header))
            section = "sql"
        else:
            section = _section(cases[-1], line.removeprefix("--- "))
    return [_stripped(case) for case in cases]


def everything() -> list[Case]:
    """The cases of all files."""
    return [case for path in sorted((HERE / "cases").glob("*.sql")) for case in load(path.stem)]


def _case(name: str, header: re.Match[str]) -> Case:
    side, verdict, sqlstate, flags, why = header.groups()
    if sqlstate and FLAGS.fullmatch(sqlstate):  # `block` is a word of five letters, too
        flags, sqlstate = f" {sqlstate}{flags}", None
    unknown = [flag for flag in flags.split() if not FLAGS.fullmatch(flag)]
    assert not unknown, f"{name}: unknown flags {unknown}"
    assert why or verdict != "refuse", f"{name}: a refusal needs its reason"
    return Case(name, cast("Side", side), verdict, sqlstate, frozenset(flags.split()), why)


def _section(case: Case, line: str) -> str:
    word, _, rest = line.partition(" ")
    if word == "then":
        case.steps.append(Step())
        return "sql"
    if word == "params":
        values = [value.strip() for value in rest.split("|")]
        case.steps[-1].params = tuple(None if value == r"\N" else value for value in values)
        return ""
    assert word == "copy", f"{case.name}: unknown section {line!r}"
    case.steps[-1].copy = ""
    return "copy"


def _add(step: Step, section: str, line: str) -> None:
    if section == "sql":
        step.sql += line + "\n"
    elif section == "copy" and line:
        step.copy = (step.copy or "") + line + "\n"


def _stripped(case: Case) -> Case:
    for step in case.steps:
        step.sql = step.sql.strip()
    return case

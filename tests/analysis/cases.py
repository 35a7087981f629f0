"""Reads the case files (cases/README.md says how they are written) and asks the oracle what is expected of each."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.oracle.oracle import Oracle
from bench.oracle.tree import Verdict

HERE = Path(__file__).parent
SCHEMA = HERE / "cases" / "schema.sql"
LIVE_SCHEMA = HERE / "cases" / "live" / "schema.sql"
MADE_SCHEMA = HERE / "cases" / "made" / "schema.sql"
TPCH_SCHEMA = HERE / "tpch" / "schema.sql"
LISTS = ("tables", "reads", "writes", "whole_rows", "stars", "positional")
BASES = ("base_reads", "base_writes")  # compared where the file gives them

Expected = dict[str, Any]


class BadCase(AssertionError):
    """The case file is wrong: Postgres rejects the statement."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One SQL text and what its file says about it."""

    file: str
    name: str
    sql: str
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The search_path, as SET writes it."""
        path: str = self.given.get("path", "public")
        return path

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


def load(*files: Path) -> list[Case]:
    """All cases of these files."""
    return [case for file in files for case in _blocks(file)]


def simple() -> list[Case]:
    """The cases that cases/schema.sql suffices for."""
    return load(*sorted(set((HERE / "cases").glob("*.sql")) - {SCHEMA}))


def live() -> list[Case]:
    """The cases that need live/schema.sql too."""
    return load(*sorted(set((HERE / "cases" / "live").glob("*.sql")) - {LIVE_SCHEMA}))


def made() -> list[Case]:
    """The cases whose whole answer is given: nobody is asked."""
    return load(*sorted(set((HERE / "cases" / "made").glob("*.sql")) - {MADE_SCHEMA}))


def tpch() -> list[Case]:
    """The queries of TPC-H."""
    files = sorted(set((HERE / "tpch").glob("*.sql")) - {TPCH_SCHEMA})
    return [Case("tpch", file.stem, file.read_text(), _stars_of(file.stem)) for file in files]


def search_path(case: Case) -> tuple[str, ...]:
    """The search_path as analyze() takes it: bare names."""
    return tuple(name.strip().strip('"') for name in case.path.split(","))


def expected(cases: Sequence[Case], oracle: Oracle) -> dict[Case, Expected]:
    """What analyze() is to say of each case; without those that this server cannot read.

    Raises BadCase where Postgres rejects one.
    """
    cases = [case for case in cases if case.given.get("since", 0) <= oracle.version // 10000]
    questions = [(case, sql) for case in cases for sql in _judged(case)]
    verdicts: dict[Case, list[Verdict]] = {}
    for path in {case.path for case, _ in questions}:
        asked = [(case, sql) for case, sql in questions if case.path == path]
        oracle.search(path)
        answers = oracle.judge_all([(sql, case.given.get("types")) for case, sql in asked])
        for (case, sql), answer in zip(asked, answers, strict=True):
            if isinstance(answer, Verdict):
                verdicts.setdefault(case, []).append(answer)
            elif answer.sqlstate == case.given.get("unless"):
                cases.remove(case)
            else:
                raise BadCase(f"{case}: {answer.sqlstate} {answer.message}: {sql}")
    return {case: _merge(case, verdicts.get(case, [])) for case in cases}


def _merge(case: Case, verdicts: Sequence[Verdict]) -> Expected:
    found: Expected = {"verb": verdicts[0].verb if verdicts else "", "opaque": False}
    for key in LISTS:
        found[key] = sorted({name for verdict in verdicts for name in getattr(verdict, key, ())})
    return found | {key: value for key, value in case.given.items() if key in found or key in BASES}


def _judged(case: Case) -> Iterable[str]:
    judged = case.given.get("judge", [] if "verb" in case.given else case.sql.split("; "))
    return [judged] if isinstance(judged, str) else [sql for sql in judged if sql.strip()]


def _blocks(file: Path) -> Iterator[Case]:
    for block in file.read_text().split("\n\n"):
        lines = block.strip("\n").split("\n")
        comments = 0
        while comments < len(lines) and lines[comments].startswith("--"):
            comments += 1
        texts = [line.removeprefix("--").strip() for line in lines[:comments]]
        given = [json.loads(text) for text in texts if text.startswith("{")]
        names = [text for text in texts if not text.startswith("{")]
        if comments < len(lines):
            yield Case(file.stem, names[-1], "\n".join(lines[comments:]), given[0] if given else {})


def _stars_of(number: str) -> dict[str, Any]:
    # The specification writes EXISTS (SELECT * FROM lineitem ...) in these.
    return {"04": {"stars": ["public.lineitem"]}, "21": {"stars": ["public.lineitem"]},
            "22": {"stars": ["public.orders"]}}.get(number, {})  # fmt: skip

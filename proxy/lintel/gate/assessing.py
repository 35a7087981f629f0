"""One migration judged by lintel.impact as a whole, and each finding led back to the text that makes it."""

from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

from lintel.analysis.ddl import DdlProblem, steps
from lintel.gate.migration import Note, Step, Unreadable
from lintel.gate.result import Found
from lintel.impact import Ddl, Impact, Place, Script, Seen, Unsupported
from lintel.impact.assess import consequences
from lintel.impact.change import REFUSED, migration
from lintel.report.breakage import unseen
from lintel.schema import Schema
from lintel.sql.grammar import TooDeep
from lintel.store import Window


class Traffic(NamedTuple):
    """What migrations are held against."""

    schema: Schema
    search_path: tuple[str, ...]
    seen: tuple[Seen, ...]
    window: Window
    at_least: float = 0.0  # seconds that must have been watched for silence to count


class Assessed(NamedTuple):
    """What a migration does, and the schema after it."""

    after: Schema
    found: tuple[Found, ...]
    facts: tuple[tuple[Step, Ddl], ...]
    unknown: tuple[Note, ...]
    blind: tuple[str, ...]


class _Text(NamedTuple):
    """Several texts as one, and the line at which each begins in it."""

    sql: bytes
    steps: tuple[Step, ...]
    firsts: list[int]

    def step(self, line: int | None) -> Step:
        """The one that a line of the whole belongs to."""
        return self.steps[max(0, bisect_right(self.firsts, line or 1) - 1)]


def assessed(texts: tuple[Step, ...], schema: Schema, traffic: Traffic) -> Assessed:
    """Judge the texts of one migration; Unreadable where the server would not run one of them."""
    if not texts:
        return Assessed(schema, (), (), (), ())
    text = _joined(texts)
    _check(text, schema, traffic.search_path)
    try:
        made = migration([Script(text.sql)], schema, traffic.search_path, expecting=False)
    except Unsupported as why:
        raise Unreadable(texts[0].first, str(why)) from None
    changes = made.whole.touched.keys() | made.whole.gone.keys()
    # A statement can only meet what changes a relation that it uses: without one there is none to resolve.
    impact = consequences(made, traffic.seen if changes else (), traffic.search_path)
    found = [Found(finding, text.step(finding.place.line)) for finding in impact.findings]
    return Assessed(
        made.whole.after,
        tuple(sorted(found, key=lambda one: (one.step.first, texts.index(one.step)))),
        tuple((text.step(ddl.place.line), ddl) for ddl in impact.ddl),
        tuple(_unknown(text, place, words) for place, words in impact.unjudged),
        # Nobody can have used what the migrations before it have made.
        _blind(impact, traffic) if changes & traffic.schema.relations.keys() else (),
    )


def _joined(texts: tuple[Step, ...]) -> _Text:
    firsts, line = [], 1
    for step in texts:
        firsts.append(line)
        line += step.sql.count(b"\n") + 2
    return _Text(b"\n;\n".join(step.sql.rstrip(b"; \n") for step in texts), texts, firsts)


def _check(text: _Text, schema: Schema, search_path: tuple[str, ...]) -> None:
    at, problem = first_problem(text.sql, schema, search_path, lambda why: why.sqlstate not in REFUSED)
    if problem is not None:
        raise Unreadable(text.step(at).first, str(problem))


def first_problem(
    sql: bytes, schema: Schema, search_path: tuple[str, ...], counts: Callable[[DdlProblem], bool]
) -> tuple[int, DdlProblem | TooDeep | None]:
    """The line of the first statement that the server would refuse, and why; None: it runs them all."""
    try:
        for step in steps(schema, sql, search_path):
            if step.problem is not None and counts(step.problem):
                return step.line, step.problem
    except DdlProblem as problem:
        return problem.line or 1, problem
    except TooDeep as problem:
        return 1, problem
    return 1, None


def _unknown(text: _Text, place: Place, words: str) -> Note:
    return Note(text.step(place.line).first, f"what {words} does is not judged")


def _blind(impact: Impact, traffic: Traffic) -> tuple[str, ...]:
    """Why finding nothing says little."""
    return tuple(unseen(impact._replace(unjudged=()), traffic.window, traffic.at_least))

"""Findings gathered for tools that show remarks at a line: a rule, a text of the migration, and everybody it meets."""

from collections.abc import Iterator
from typing import NamedTuple

from lintel.gate.migration import Step
from lintel.gate.result import Found, Judged
from lintel.impact import Finding, Rule
from lintel.report.text import counted, readable
from lintel.sql.stored import shown


class Remark(NamedTuple):
    """One rule at one text."""

    rule: Rule
    step: Step
    found: tuple[Found, ...]

    @property
    def states(self) -> str:
        """What the clients get."""
        return ", ".join(dict.fromkeys(one.finding.sqlstate or "silent" for one in self.found))

    @property
    def text(self) -> str:
        """What happens to whom, a line each, and what helps."""
        return "\n".join((*_lines(self.found), f"fix: {self.rule.fix}"))


def remarks(judged: Judged) -> Iterator[Remark]:
    """Those of one file, by line and rule."""
    groups: dict[tuple[Step, str], list[Found]] = {}
    for found in judged.found:
        groups.setdefault((found.step, found.finding.rule), []).append(found)
    for (step, _), ones in sorted(groups.items(), key=lambda group: (group[0][0].first, group[0][1])):
        yield Remark(ones[0].rule, step, tuple(ones))


def _lines(found: tuple[Found, ...]) -> Iterator[str]:
    messages: dict[str, list[Finding]] = {}
    for one in found:
        messages.setdefault(one.finding.message, []).append(one.finding)
    for message, about in messages.items():
        yield message
        yield from (f"  {line}" for line in dict.fromkeys(map(who, about)))


def who(finding: Finding) -> str:
    """An object, or a client with what it sends and how often."""
    if finding.client is None:
        return finding.object or ""
    sent = "" if finding.sql is None else f": {shown(finding.sql)}"
    return f"{finding.client}, {counted(finding.calls, 'call')}, last {readable(finding.last_seen or '')}{sent}"

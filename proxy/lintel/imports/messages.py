"""The statement that a log entry speaks of.

log_statement and log_min_duration_statement write `statement: ...` and `execute NAME: ...`, the latter also for parse
and bind, with `duration: ... ms  ` in front where the time is told; auto_explain writes `plan:`. Messages in a language
other than English (lc_messages) are not understood; errors are, by their SQLSTATE.
"""

import html
import json
import re
from typing import Literal, NamedTuple

from lintel.imports.entry import Entry

Kind = Literal["run", "prepared", "plan", "error"]


class Line(NamedTuple):
    """`prepared` is a parse or bind, which is no run of the statement yet."""

    kind: Kind
    text: str
    timed: bool = False  # logged at its end, with its duration


_MESSAGE = re.compile(
    r"(?P<duration>duration: [\d.]+ ms  )?"
    r"(?:(?P<run>statement: |execute (?!fetch from )[^\n]*?: )"
    r"|(?P<prepared>(?:parse|bind) [^\n]*?: )|(?P<plan>plan:\n))"
)
_PREPARED = "prepare: "  # DETAIL of an SQL EXECUTE
_TEXT_ENDS = re.compile(r"^(?:Query Parameters: |[^\n]*  \(cost=\d)", re.MULTILINE)
_XML = re.compile(r"<Query-Text>(.*?)</Query-Text>", re.DOTALL)
_YAML = re.compile(r'^\s*Query Text: ("(?:[^"\\]|\\.)*")', re.MULTILINE)
_SUCCESS = ("00", "01", "02", "")  # jsonlog leaves 00000 out


def line_of(entry: Entry) -> Line | None:
    """What the entry says of a statement; None where it speaks of something else."""
    if entry.sqlstate[:2] not in _SUCCESS:
        return Line("error", entry.query) if entry.query else None
    hit = _MESSAGE.match(entry.message)
    if hit is None:
        return None
    text = entry.message[hit.end() :]
    if hit["plan"]:
        query = _explained(text)
        return None if query is None else Line("plan", query, timed=True)
    if hit["run"] and entry.detail.startswith(_PREPARED):
        text = entry.detail.removeprefix(_PREPARED)
    return Line("run" if hit["run"] else "prepared", text, timed=hit["duration"] is not None)


def _explained(plan: str) -> str | None:
    """The statement in an auto_explain entry, in each of auto_explain.log_format."""
    if plan.startswith("Query Text: "):
        text = plan.removeprefix("Query Text: ")
        end = _TEXT_ENDS.search(text)
        return text[: end.start()].rstrip() if end is not None else None
    try:
        if plan.startswith("{"):
            return str(json.loads(plan)["Query Text"])
        if hit := _YAML.search(plan):
            return str(json.loads(hit[1]))
    except (ValueError, KeyError, RecursionError):
        return None
    hit = _XML.search(plan)
    return html.unescape(hit[1]) if hit is not None else None

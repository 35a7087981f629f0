"""Which entries of a log are one run of a statement, told session by session.

With several settings on, one run is logged several times: before it (log_statement), at its end (durations), by
auto_explain in between, and where it fails. It is counted once. What only a parse or bind was logged of counts no
call, but is known to be used. What a session does to its search_path and its temporary tables is followed.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from lintel.imports.messages import Line
from lintel.wire.decision import ENDS, SETTINGS, Decision

MAX_SESSIONS = 20_000  # at once; the oldest are forgotten

_SET = re.compile(r"\s*SET\s+(?:SESSION\s+)?search_path\s*(?:=|\sTO\s)\s*(.*?)[\s;]*", re.IGNORECASE | re.DOTALL)
_SET_CONFIG = re.compile(
    r"\s*SELECT\s+(?:pg_catalog\.)?set_config\(\s*'search_path'\s*,\s*'([^']*)'\s*,\s*false\s*\)[\s;]*", re.IGNORECASE
)
_RESET = re.compile(r"\s*(?:RESET\s+(?:search_path|ALL)|DISCARD\s+ALL)[\s;]*", re.IGNORECASE)
_UNTOLD = re.compile(r"\bsearch_path\b", re.IGNORECASE)


class Run(NamedTuple):
    """What an entry adds."""

    text: str
    calls: int
    failed: bool = False


@dataclass(slots=True)
class Session:
    """What is known of one session."""

    started: str | None = None  # the text that was logged when it began
    explained: str | None = None  # the text of the last plan, until its duration is logged
    search_path: str | None = None  # as it was SET; None: as the role and database have it
    followed: bool = True  # False where it was set to what cannot be told, or for one transaction
    temporary: frozenset[str] = frozenset()  # relations that shadow others of their name


class Sessions:
    """All of a log's, the latest of them."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}

    def session(self, name: str) -> Session:
        """The session of this session_id."""
        found = self._sessions.pop(name, None) or Session()
        while len(self._sessions) >= MAX_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        self._sessions[name] = found
        return found


def run_of(line: Line, session: Session) -> Run:
    """What this line adds to those of its session before it."""
    if line.kind == "prepared":
        return Run(line.text, 0)
    if line.kind == "error":
        known, session.started = session.started == line.text, None
        return Run(line.text, 0 if known else 1, failed=True)
    if line.kind == "plan":
        session.explained = line.text
        return Run(line.text, 0 if session.started == line.text else 1)
    if line.timed:
        known, session.explained = session.explained == line.text, None
        return Run(line.text, 0 if known else 1)
    session.started, session.explained = line.text, None
    return Run(line.text, 1)


def follow(session: Session, text: str, decision: Decision) -> None:
    """Take up what the statement does to its session."""
    session.temporary |= frozenset(decision.temporary)
    if decision.effects & SETTINGS:
        if found := _SET.fullmatch(text) or _SET_CONFIG.fullmatch(text):
            path = found[1].replace("'", '"')
            session.search_path, session.followed = (None if path.lower() == "default" else path), True
        elif _RESET.fullmatch(text):
            session.search_path, session.followed = None, True
        elif _UNTOLD.search(text):
            session.followed = False
    elif decision.effects & ENDS:
        session.followed = True

"""One session in a database: what decides its statements, and where they are counted. `completed` is the hot path."""

import time
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from lintel.plan import ClientAttributes
from lintel.policy import Statement
from lintel.recorder import Line, client_name
from lintel.recorder.count import UNTIMED, Count
from lintel.recorder.tally import Tally
from lintel.referee.request import Request
from lintel.session.database import Login, Member
from lintel.wire.decision import Context, Decision, Settings
from lintel.wire.replies import rows

if TYPE_CHECKING:
    from lintel.app.database import Database


class Presence:
    """Satisfies the protocol of session.database. A statement's time is that since its client's last bytes."""

    __slots__ = ("_client", "_counters", "_counts", "_database", "_member", "_tally")

    def __init__(self, database: "Database", login: Login, member: Member) -> None:
        self._database = database
        self._member = member
        self._counters = database.counters
        self._client = ClientAttributes(login.application_name, login.user, login.database, login.address or None)
        self._tally = self._counted()
        self._counts = self._tally.counts

    def resolve(self, settings: Settings) -> Context:
        """The context of a session with these settings."""
        if settings.application_name != self._client.application_name:
            self._client = replace(self._client, application_name=settings.application_name)
            self._tally = self._counted()
            self._counts = self._tally.counts
        return self._database.policy.context_for(settings, self._client)

    def _counted(self) -> Tally:
        client = self._client
        name = client_name(client.application_name, client.user, client.address)
        return self._database.recorder.tally(name, client.database)

    def completed(self, decision: Decision, sqlstate: str | None, chunk: bytes, at: int) -> None:
        """Count a statement, and time one of a few."""
        statement: Statement = decision.statement
        count = self._counts.get(statement)
        if sqlstate is not None:
            self._observe(statement, sqlstate)
            self._failed(statement, sqlstate)
        elif count is not None:
            if not count.calls & UNTIMED:
                self._time(count, chunk, at)
            count.calls += 1
        elif (first := self._observe(statement)) is not None:
            self._time(first, chunk, at)
        outcome = statement.outcome
        if outcome == "allow":
            self._counters.allow += 1
        elif outcome == "rewrite":
            self._counters.rewrite += 1
        elif outcome == "refuse" and sqlstate is None:
            self._counters.allow += 1  # it worked after all: the column has come in the meantime
        else:
            self._counters.completed(outcome)

    def _time(self, count: Count, chunk: bytes, at: int) -> None:
        count.timed(monotonic() - self._member.heard, rows(chunk, at))

    def _observe(self, statement: Statement, sqlstate: str | None = None) -> Count | None:
        """Of a statement that has not been seen for a second, or fails."""
        if statement.brief is not None:
            self._database.refer(Request(self._client.database, statement.plans, statement.brief))
        return self._database.recorder.observe(statement, self._tally, sqlstate)

    def _failed(self, statement: Statement, sqlstate: str) -> None:
        if statement.outcome == "refuse":
            self._counters.refused(sqlstate)
        else:
            self._counters.errors_passed += 1

    async def decide(self, context: Context, text: bytes) -> Decision:
        """In another thread."""
        return await self._database.aside.decide(context, text)

    async def refresh(self) -> None:
        """Until a newer snapshot is in force."""
        await self._database.refresh()

    def reconsider(self) -> None:
        """The policy has changed."""
        self._member.reconsider()

    def leave(self) -> None:
        """The session is over."""
        self._database.left(self)


class Logged(Presence):
    """Its statements go to the query log as well, every one with its time."""

    __slots__ = ()

    def completed(self, decision: Decision, sqlstate: str | None, chunk: bytes, at: int) -> None:
        """Count a statement and write it down."""
        super().completed(decision, sqlstate, chunk, at)
        log = self._database.recorder.log
        assert log is not None
        tally, seconds = self._tally, monotonic() - self._member.heard
        found = rows(chunk, at) if at >= 0 else None
        log.put(Line(time.time(), tally.client, tally.database, decision.statement, sqlstate, seconds, found))

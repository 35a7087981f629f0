"""What one service got back: statements, the errors among them by kind, and answers that were quietly wrong.

Knows the drivers' exceptions and nothing of who counts.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Self, TypeVar

import asyncpg
import psycopg

Result = TypeVar("Result")

TIMEOUT_SECONDS = 10.0
FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, psycopg.Error, OSError, TimeoutError)


@dataclass
class Tally:
    """Counts of one service. `wrong` is what no error told: the service noticed it by looking at the answer."""

    service: str
    statements: int = 0
    errors: Counter[tuple[str, str]] = field(default_factory=Counter)  # by (SQLSTATE, message)
    wrong: Counter[str] = field(default_factory=Counter)  # by what was wrong
    examples: dict[str, str] = field(default_factory=dict)  # the last case of each kind of wrong

    async def attempt(self, work: Awaitable[Result]) -> Result | None:
        """One statement. None if it failed."""
        self.statements += 1
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                return await work
        except FAILURES as problem:
            self.errors[described(problem)] += 1
            return None

    def expect(self, right: bool, otherwise: str, example: str) -> None:
        """Count an answer that is not what this service was written to get."""
        if not right:
            self.wrong[otherwise] += 1
            self.examples[otherwise] = example

    def copy(self) -> Self:
        """A snapshot."""
        return type(self)(self.service, self.statements, self.errors.copy(), self.wrong.copy(), self.examples.copy())

    def since(self, earlier: "Tally") -> "Tally":
        """What came on top of an earlier snapshot."""
        more = self.statements - earlier.statements
        return Tally(self.service, more, self.errors - earlier.errors, self.wrong - earlier.wrong, self.examples)

    @property
    def clean(self) -> bool:
        """Whether everything went well."""
        return not self.errors and not self.wrong


class Sum(NamedTuple):
    """Of several services together."""

    statements: int
    errors: int
    wrong: int


def added(tallies: Iterable[Tally]) -> Sum:
    """All of them together."""
    each = [(tally.statements, tally.errors.total(), tally.wrong.total()) for tally in tallies]
    return Sum(*map(sum, zip(*each, strict=True))) if each else Sum(0, 0, 0)


def described(problem: BaseException) -> tuple[str, str]:
    """SQLSTATE and message of a driver's exception; a broken connection has no SQLSTATE of its own."""
    message = str(problem).partition("\n")[0]
    if isinstance(problem, psycopg.Error):
        return problem.sqlstate or "lost", problem.diag.message_primary or message
    if isinstance(problem, asyncpg.InvalidCachedStatementError):
        message = "cached plan must not change result type"  # the server's words, which asyncpg puts its own over
    if isinstance(problem, asyncpg.PostgresError):
        return str(problem.sqlstate), message
    return ("timeout" if isinstance(problem, TimeoutError) else "lost"), message or type(problem).__name__

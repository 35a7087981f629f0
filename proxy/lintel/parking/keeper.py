"""What keeps plans going in one database: parks, lands, fills and cleans up, by what each snapshot of its schema shows.

Everything here may fail or come late: statements go by the marker, never by what this knows. Several Lintels may be at
it at the same time.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import asyncpg
import structlog

from lintel.catalog import Control, Endpoint, connect
from lintel.metrics import Counters
from lintel.parking import filling, side_table
from lintel.parking.filling import Filling, NotFillable
from lintel.parking.landing import Landing
from lintel.parking.side_table import NotParkable, prepare
from lintel.plan import Plan, parking
from lintel.schema import Relation, Schema

PAUSE_SECONDS = 1.0
LONGEST_PAUSE = 10.0  # after several failures: each attempt may make others wait for a lock
LINGER_SECONDS = 2.0  # until the marker goes: by then every Lintel has seen that it has been turned
AGAIN_SECONDS = 30.0  # after all rows were found filled: code of the old table may insert others
PRIVILEGES_SECONDS = 5.0  # between two looks at who may read and write the base tables

_FAILURES = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

# Classes of errors whose messages name objects and no values: features, integrity, state, roles, access, resources.
_NAMING = ("0A", "23", "25", "28", "40", "42", "53", "55", "57")

_log = structlog.get_logger(__name__)


class Keeper:
    """`refresh` is awaited after every change; `schema` gives the latest snapshot, None where there is none."""

    def __init__(
        self,
        endpoint: Endpoint,
        schema: Callable[[], Schema | None],
        refresh: Callable[[], Awaitable[None]],
        counters: Counters,
    ) -> None:
        self._endpoint = endpoint
        self._schema = schema
        self._refresh = refresh
        self._counters = counters
        self._plans: tuple[Plan, ...] = ()
        self._making = True
        self._looked: float | None = None  # loop time
        self._passing = asyncio.Lock()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._failures: dict[str, int] = {}  # by plan id: in a row
        self._not_before: dict[str, float] = {}  # by plan id, loop time
        self._landed: dict[str, float] = {}  # by plan id, loop time when that was first seen
        self._fillings: dict[str, Filling] = {}  # by plan id
        self.problems: dict[str, str] = {}  # by plan id: why its writes are refused, do not land or rows are not filled

    def change(self, plans: tuple[Plan, ...], *, making: bool = True) -> None:
        """Other plans from here on; without `making` what is parked lands, and nothing is made."""
        self._making = making
        self._plans = tuple(plan for plan in plans if plan.shield.absent_writes == "park" or plan.fills)
        self._fillings = {}
        self._looked = None
        self._changed.set()
        self._not_before = {}
        self.problems = {plan.id: why for plan in self._plans if (why := self.problems.get(plan.id)) is not None}

    @property
    def looked(self) -> bool:
        """What the plans need has been made, or cannot be."""
        return not self._plans or self._looked is not None

    async def ready(self) -> None:
        """Until it has been looked at."""
        if not self.looked:
            async with self._passing:
                if not self.looked:
                    await self._pass()

    def keep(self, idle: Callable[[], bool]) -> None:
        """Go on until the database is idle."""
        if self._plans and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._go_on(idle), name="parking")

    async def close(self) -> None:
        """Stop; what is under way is rolled back."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _go_on(self, idle: Callable[[], bool]) -> None:
        while not idle():
            self._changed.clear()
            async with self._passing:
                await self._pass()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), PAUSE_SECONDS)

    async def _pass(self) -> None:
        """One look at every plan, with a connection only where something is to be done."""
        now, plans = asyncio.get_running_loop().time(), self._plans
        due = self._looked is None or now - self._looked > PRIVILEGES_SECONDS
        waited = [plan for plan in plans if now >= self._not_before.get(plan.id, 0.0)]
        todo = [(plan, work) for plan in waited if (work := self._work(plan, due=due)) is not None]
        if todo:
            await self._work_on(todo)
        if due and plans is self._plans:  # else others have come meanwhile
            self._looked = now

    async def _work_on(self, todo: "list[tuple[Plan, _Work]]") -> None:
        try:
            connection = await connect(self._endpoint)
        except _FAILURES as problem:
            for plan, _ in todo:
                self._failed(plan, problem)
            return
        try:
            if await connection.fetchval("SELECT pg_catalog.pg_is_in_recovery()"):
                return  # the primary's side tables are there; nothing can be made here
            for plan, work in todo:
                await self._attempt(plan, work, connection)
        except _FAILURES as problem:
            for plan, _ in todo:
                self._failed(plan, problem)
        finally:
            connection.terminate()

    def _work(self, plan: Plan, *, due: bool) -> "_Work | None":
        schema = self._schema()
        if schema is None:
            return self._prepare if due and self._making and plan.shield.absent_writes == "park" else None
        base, side, marker = (
            schema.by_name.get(name)
            for name in (
                (plan.schema, plan.name),
                (parking.SCHEMA, parking.side_table(plan.id)),
                (parking.SCHEMA, parking.marker(plan.id)),
            )
        )
        in_force = _in_force(marker)
        column = base.column(plan.change.column) if base is not None else None
        if column is None:
            self._landed.pop(plan.id, None)
            self._fillings.pop(plan.id, None)
            makes = self._making and plan.shield.absent_writes == "park"
            return self._prepare if makes and (due or not in_force) else None
        if in_force:
            return self._land
        if (side is not None or marker is not None) and self._is_over(plan):
            return self._clean
        return self._fill if plan.fills and self._making and not column.not_null else None

    def _is_over(self, plan: Plan) -> bool:
        """Whether the values landed so long ago that nobody speaks of the marker any longer."""
        now = asyncio.get_running_loop().time()
        return now - self._landed.setdefault(plan.id, now) >= LINGER_SECONDS

    async def _attempt(self, plan: Plan, work: "_Work", connection: Control) -> None:
        try:
            changed = await work(plan, connection)
        except (NotParkable, NotFillable, *_FAILURES) as problem:
            self._failed(plan, problem)
            return
        self.problems.pop(plan.id, None)
        self._failures.pop(plan.id, None)
        if changed:
            await self._refresh()

    def _failed(self, plan: Plan, problem: Exception) -> None:
        if plan not in self._plans:
            return
        why = _told(problem)
        if self.problems.get(plan.id) != why:
            _log.warning("parking", plan=plan.id, database=self._endpoint.database, problem=why)
        self.problems[plan.id] = why
        self._failures[plan.id] = failures = self._failures.get(plan.id, 0) + 1
        self._not_before[plan.id] = asyncio.get_running_loop().time() + min(LONGEST_PAUSE, 2.0**failures)

    async def _prepare(self, plan: Plan, connection: Control) -> bool:
        made = await prepare(connection, plan)
        if made:
            _log.info("writes are parked", plan=plan.id, database=self._endpoint.database)
        schema = self._schema()
        known = schema is not None and _in_force(schema.by_name.get((parking.SCHEMA, parking.marker(plan.id))))
        return made or not known  # another Lintel has made it since

    async def _land(self, plan: Plan, connection: Control) -> bool:
        """Batches until little is left, then the flip."""
        landing = await Landing.of(connection, plan)
        while (copied := await landing.batch()) is not None:
            self._counters.landed += copied
            if copied:
                _log.info("parked values copied", plan=plan.id, database=self._endpoint.database, rows=copied)
                continue
            flipped = await landing.flip()
            if flipped:
                _log.info("parked values have landed", plan=plan.id, database=self._endpoint.database)
            return bool(flipped)
        return False

    async def _fill(self, plan: Plan, connection: Control) -> bool:
        """For a while; once the end was reached it is looked again much later."""
        filling = self._fillings.setdefault(plan.id, Filling(plan))
        over = await filling.slice(connection)
        if filling.rows:
            _log.info("rows filled", plan=plan.id, database=self._endpoint.database, rows=filling.rows)
        elif over:
            _log.debug("every row has a value", plan=plan.id, database=self._endpoint.database)
            self._not_before[plan.id] = asyncio.get_running_loop().time() + AGAIN_SECONDS
        self._counters.filled += filling.rows
        filling.rows = 0
        return False

    async def _clean(self, plan: Plan, connection: Control) -> bool:
        await (await Landing.of(connection, plan)).clean()
        return True


def _in_force(marker: Relation | None) -> bool:
    return marker is not None and marker.column(parking.IN_FORCE) is not None


async def obstacle(connection: Control, plan: Plan) -> str | None:
    """Why a Keeper could not do in that database what the plan asks for; only looked for, nothing is locked or made."""
    try:
        if plan.shield.absent_writes == "park":
            await side_table.check(connection, plan)
        if plan.fills:
            await filling.check(connection, plan)
    except (NotParkable, NotFillable, asyncpg.PostgresError) as problem:
        return _told(problem)
    return None


def _told(problem: Exception) -> str:
    """As the log and /readyz may say it: of the server's errors the message, where it speaks of names, and no more.

    What is behind the message (DETAIL) quotes rows, and so do messages of some classes (22P02, RAISE in a trigger).
    """
    if isinstance(problem, asyncpg.PostgresError) and not (problem.sqlstate or "").startswith(_NAMING):
        return f"{type(problem).__name__} ({problem.sqlstate})"
    return str(problem).partition("\n")[0] or type(problem).__name__


_Work = Callable[[Plan, Control], Awaitable[bool]]

"""Old code and new code: what a service does in a turn, on any driver, and what it must be answered.

Each works on rows of its own, so it knows what they hold; it stops at its first error, and begins another turn.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from bench.matrix.drivers import EXTENDED, PREPARED, SIMPLE, Answer, Failed, Session, Value
from bench.matrix.world import FIRST_ROW, NO_FAX, SEEDS, Progress, Seen

OLD_COLUMNS = ("id", "customer", "fax", "total", "shadow")
NEW_COLUMNS = ("id", "customer", "total", "shadow", "priority")
_TICK = 0.005
STAR = "SELECT * FROM orders WHERE id = $1"

Row = dict[str, str | None]
Open = Callable[[str, bool], Awaitable[Session]]  # application_name, prepared -> a session with the database


class Wrong(Exception):
    """An answer that the service's own table would not have given."""


@dataclass(slots=True)
class Service:
    """One service of one side; `rows` is what is left of its own by what it was told, for the last look."""

    name: str  # of the driver
    side: str
    prepared: bool
    number: int
    opened: Open
    seen: Seen
    progress: Progress
    is_ahead: Callable[["Service"], bool]  # of the others, by more turns than it should be
    turns: int = 0
    mark: int = 0  # turns when the step under way began
    rows: dict[int, Row] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)  # rows of turns that an error ended
    step: str = ""
    _next: "count[int]" = field(default_factory=count)
    _session: Session | None = None
    _fax_gone: bool = False
    _filled: set[int] = field(default_factory=set)  # orders that were seen to be

    async def live(self, stop: asyncio.Event) -> None:
        """Turn after turn until told to stop; one that is ahead of the others waits between two turns."""
        turn = self._old_turn if self.side == "old" else self._new_turn
        while not stop.is_set():
            if self.is_ahead(self):
                await asyncio.sleep(_TICK)
                continue
            row = self.number * FIRST_ROW + 4 * next(self._next)
            try:
                await turn(row)
            except Failed as problem:
                self.seen.failed(f"{self.step}: {self.name} {self.side}: {problem}")
                await self._recover(row)
            except Wrong as problem:
                self.seen.wrong.append(f"{self.step}: {self.name} {self.side}: {problem}")
                await self._recover(row)
            self.turns += 1
        await self._close()

    async def _recover(self, row: int) -> None:
        self.doubtful |= {row, row + 1}
        try:
            if self._session is not None:
                await self._session.roll_back()
        except Failed:
            await self._close()
        await asyncio.sleep(0.002)  # some fail at once and for ever

    async def _close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with suppress(Failed):
                await session.close()

    async def _on(self) -> Session:
        if self._session is None:
            self._session = await self.opened(f"{self.name}-{self.side}", self.prepared)
        return self._session

    async def _run(self, sql: str, *values: Value) -> Answer:
        """Prepared, or else by turns with parameters and without."""
        how = PREPARED if self.prepared else SIMPLE if self.turns % 2 else EXTENDED
        self.seen.statements += 1
        return await (await self._on()).run(sql, values, how)

    # Old code

    async def _old_turn(self, row: int) -> None:
        fax, total = f"f{row}", row % 1000
        customer = 1 + row % 3
        kept: Row = {"id": str(row), "customer": str(customer), "total": str(total), "shadow": None}
        await self._run("INSERT INTO orders VALUES ($1, $2, $3, $4)", row, customer, fax, total)
        self.rows[row] = kept
        await self._old_star(row, kept, fax)
        await self._customer(row, customer)
        session = await self._on()
        await session.begin()
        before = await self._old_star(row, kept, fax)
        changed = {**kept, "total": str(total + 1)}
        written = await self._run(
            "UPDATE orders SET fax = $1, total = total + $2 WHERE id = $3 RETURNING *", f"{fax}x", 1, row
        )
        after = self._old_row(written, changed, f"{fax}x")
        again = await self._old_star(row, changed, f"{fax}x")
        if len({seen == NO_FAX for seen in (before, after, again)}) > 1:
            raise Wrong(f"one transaction saw the column go: {before}, {after}, {again}")
        if row % 8:
            await session.commit()
            self.rows[row], kept, fax = changed, changed, f"{fax}x"
        else:
            await session.roll_back()
        await self._old_star(row, kept, fax)
        if row % 12 == 0:
            deleted = await self._run("DELETE FROM orders WHERE id = $1 AND fax IS NOT NULL RETURNING id", row)
            _same("deleted", deleted.rows, [(str(row),)])
            del self.rows[row]

    async def _old_star(self, row: int, kept: Row, fax: str) -> str | None:
        return self._old_row(await self._run(STAR, row), kept, fax)

    def _old_row(self, answer: Answer, kept: Row, fax: str) -> str | None:
        """One whole row; its fax is what was written as long as the column is there, and its default afterwards."""
        found = _row(answer, OLD_COLUMNS)
        seen = found.pop("fax")
        _same("row", found, kept)
        gone = seen == NO_FAX
        if seen not in (fax, NO_FAX) or (gone and self.progress.dropped == "no") or (self._fax_gone and not gone):
            raise Wrong(f"fax is {seen}, written was {fax}, dropped: {self.progress.dropped}")
        self._fax_gone = gone
        return seen

    async def _customer(self, row: int, customer: int) -> None:
        """An unqualified name of another table's column, which the new one must not make ambiguous."""
        sql = "SELECT o.id, priority FROM orders o JOIN customers USING (customer) WHERE o.id = $1"
        answer = await self._run(sql, row)
        _same("joined", answer.rows, [(str(row), str(50 + customer))])

    # New code

    async def _new_turn(self, row: int) -> None:
        priority, total = 2 + row // 4 % 30_000, row % 1000
        customer = 1 + row % 3
        kept = _new_row(row, customer, total, priority)
        inserted = await self._run(
            "INSERT INTO orders (id, customer, total, shadow, priority) VALUES ($1, $2, $3, $4, $5) "
            "RETURNING priority, id", row, customer, total, priority, priority,
        )  # fmt: skip
        _same("inserted", inserted.rows, [(str(priority), str(row))])
        self.rows[row] = kept
        await self._new_star(row, kept)
        found = await self._run("SELECT id FROM orders WHERE priority = $1 AND id = $2", priority, row)
        _same("found by it", found.rows, [(str(row),)])
        await self._seed(row)
        kept = await self._new_update(row, kept, priority + 1)
        session = await self._on()
        await session.begin()
        before = await self._run("SELECT priority, shadow FROM orders WHERE id = $1", row)
        _same("read in a transaction", before.rows, [(kept["priority"], kept["shadow"])])
        changed = await self._new_update(row, kept, priority + 2, keep=False)
        await self._new_star(row, changed)
        if row % 8:
            await session.commit()
            self.rows[row], kept = changed, changed
        else:
            await session.roll_back()
        await self._new_star(row, kept)
        await self._put(row, customer, total, priority + 3)
        await self._put(row + 1, customer, total, priority + 4)
        if row % 12 == 0:
            deleted = await self._run("DELETE FROM orders WHERE id = $1", row)
            _same("deleted", deleted.rows, [])
            del self.rows[row]

    async def _put(self, row: int, customer: int, total: int, priority: int) -> None:
        """An upsert by position, of a row that is there or is not."""
        await self._run(
            "INSERT INTO orders VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE "
            "SET priority = excluded.priority, shadow = excluded.shadow", row, customer, total, priority, priority,
        )  # fmt: skip
        self.rows[row] = _new_row(row, customer, total, priority)
        await self._new_star(row, self.rows[row])

    async def _new_update(self, row: int, kept: Row, priority: int, *, keep: bool = True) -> Row:
        sql = "UPDATE orders SET priority = $1, shadow = $2 WHERE id = $3 RETURNING id, priority"
        answer = await self._run(sql, priority, priority, row)
        _same("updated", answer.rows, [(str(row), str(priority))])
        changed = {**kept, "priority": str(priority), "shadow": str(priority)}
        if keep:
            self.rows[row] = changed
        return changed

    async def _new_star(self, row: int, kept: Row) -> None:
        _same("row", _row(await self._run(STAR, row), NEW_COLUMNS), kept)

    async def _seed(self, row: int) -> None:
        """A row that nobody writes but the backfill: the default, and once it is filled never the default again."""
        seed = 1 + row // 4 % SEEDS
        is_filled = self.progress.filled == "done" or seed in self._filled
        answer = await self._run("SELECT o.priority FROM orders o WHERE id = $1 ORDER BY priority", seed)
        may_be = self.progress.filled != "no"
        if answer.rows != [("0",)] or is_filled:
            _same(f"order {seed}", answer.rows, [("1",)] if is_filled or may_be else [("0",)])
            self._filled.add(seed)


def _new_row(row: int, customer: int, total: int, priority: int) -> Row:
    values = {"id": row, "customer": customer, "total": total, "shadow": priority, "priority": priority}
    return {name: str(value) for name, value in values.items()}


def _row(answer: Answer, columns: Sequence[str]) -> Row:
    """The one row of a star."""
    _same("columns", answer.columns, tuple(columns))
    _same("rows", len(answer.rows), 1)
    return dict(zip(answer.columns, answer.rows[0], strict=True))


def _same(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise Wrong(f"{what}: {found}, not {wanted}")

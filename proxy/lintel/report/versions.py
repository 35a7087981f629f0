"""Who is on which version: for each plan its clients, the table that they were built for, and the last old one."""

from itertools import groupby
from typing import NamedTuple

from lintel.report.gather import Report
from lintel.report.wording import counted, readable
from lintel.store import SideRow, Window

HEADS = ("client", "table", "known by", "calls", "rewritten", "refused", "first seen", "last seen")
_TABLES = {"old": "old", "new": "new", "either": "the same on both"}
_KNOWN = {"rule": "a rule", "inferred": "its statements", "default": "nothing: taken for old"}


class Version(NamedTuple):
    """One plan in one database."""

    plan: str
    table: str
    database: str
    window: Window  # when it was in force, as far as it was watched
    clients: tuple[SideRow, ...]

    @property
    def last_old(self) -> SideRow | None:
        """The client of the old table that was seen last."""
        return max((row for row in self.clients if row.key.side == "old"), key=_last_seen, default=None)

    @property
    def told(self) -> str:
        """What of it is the answer."""
        since = f"watched since {readable(self.window.start)}" if self.window.start else "not watched"
        last, old = self.last_old, {row.key.client for row in self.clients if row.key.side == "old"}
        if last is None:
            return f"no client of the old table was seen; {since}"
        return f"{counted(len(old), 'client')} of the old table, the last seen {readable(last.last_seen)}; {since}"


def versions(report: Report) -> list[Version]:
    """By plan and database."""
    return [
        Version(plan, table, database, report.carried.get(plan, Window(None, None)), tuple(rows))
        for (plan, table, database), rows in groupby(report.sides, lambda r: (r.key.plan, r.key.table, r.key.database))
    ]


def cells(row: SideRow) -> tuple[str, ...]:
    """A line for people, as HEADS has it."""
    return (
        row.key.client,
        _TABLES.get(row.key.side, row.key.side),
        "" if row.key.side == "either" else _KNOWN.get(row.key.known, row.key.known),
        f"{row.calls:,}",
        _number(row.rewritten, row.would_rewrite),
        _number(row.refused, row.would_refuse),
        readable(row.first_seen),
        readable(row.last_seen),
    )


def _number(done: int, would: int) -> str:
    """What was done, and what would have been while nothing was enforced."""
    return ", ".join([*([f"{done:,}"] if done else []), *([f"{would:,} would be"] if would else [])])


def _last_seen(row: SideRow) -> str:
    return row.last_seen

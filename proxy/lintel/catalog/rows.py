"""Which rows of one catalog there are, and the relation or function that each tells of: how what went is noticed.

Rows that came or were written anew say so themselves (queries.RECENT); rows that went do not. But what is known and
what was written since hold together all that there is, so equal numbers mean equal sets. Pure.
"""

from collections.abc import Iterable, Sequence

Pair = Sequence[int]  # (id of the row, oid of its owner)


class Rows:
    """The rows of one catalog, as of the last reading."""

    __slots__ = ("_by_owner", "_total", "owners")

    def __init__(self) -> None:
        self.owners: dict[int, int] = {}  # id -> owner
        self._by_owner: dict[int, set[int]] = {}
        self._total = 0  # of the ids

    def enter(self, pairs: Iterable[Pair]) -> set[int]:
        """Rows that were written; their owners."""
        touched = set()
        for row, owner in pairs:
            touched.add(owner)
            if row not in self.owners:
                self.owners[row] = owner
                self._by_owner.setdefault(owner, set()).add(row)
                self._total += row
        return touched

    def forget(self, owners: Iterable[int]) -> None:
        """The owners have gone, with all their rows."""
        for owner in owners:
            for row in tuple(self._by_owner.get(owner, ())):
                self._remove(row)

    def settle(self, count: int, total: int) -> set[int] | None:
        """The owners of the rows that went, by number and sum of the ids that there are; None: that does not tell."""
        missing = len(self.owners) - count
        if missing == 0:
            return set()
        row = self._total - total
        return {self._remove(row)} if missing == 1 and row in self.owners else None

    def keep(self, pairs: Iterable[Pair]) -> set[int]:
        """These are all that there are; the owners of those that went."""
        present = {row for row, _ in pairs}
        return {self._remove(row) for row in self.owners.keys() - present}

    def _remove(self, row: int) -> int:
        owner = self.owners.pop(row)
        self._total -= row
        rows = self._by_owner[owner]
        rows.discard(row)
        if not rows:
            del self._by_owner[owner]
        return owner

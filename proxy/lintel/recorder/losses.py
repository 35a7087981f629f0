"""What was handed to the store's thread and did not get into the store: counted once, and told with the next batch.

Knows no store: the thread says what it has written and what it has given up.
"""

from collections import Counter

from lintel.recorder.gathering import Counts
from lintel.store import Batch


class Losses:
    """`total` and `abandon` are called by the recorder, everything else by the thread."""

    def __init__(self) -> None:
        self._untold: Counter[str] = Counter()  # by database
        self._in_hand: Counter[str] = Counter()  # by database: neither in the store nor given up
        self._given_up = 0
        self._left_behind = 0  # by the thread, which has not got to them
        self._abandoned = False

    @property
    def total(self) -> int:
        """Calls that are lost; what is in hand too, once nobody waits for it any more."""
        in_hand = self._in_hand.total() if self._abandoned else 0
        return self._given_up + self._left_behind + in_hand

    def take(self, counts: Counts) -> None:
        """This is to be written now."""
        self._in_hand = counts.calls
        self._untold.update(counts.dropped)

    @property
    def untold(self) -> dict[str, int]:
        """Calls by database of which the store does not know yet that they are lost."""
        return dict(self._untold)

    def written(self, batch: Batch) -> None:
        """It is in the store, and what was `untold` with it."""
        self._untold = Counter()
        self._in_hand = self._in_hand - batch.calls

    def give_up(self) -> int:
        """What is still in hand is not tried again; the calls in it."""
        lost, self._in_hand = self._in_hand, Counter()
        self._untold.update(lost)
        self._given_up += lost.total()
        return lost.total()

    def abandon(self, left: list[Counts]) -> int:
        """The thread is not waited for any longer, and `left` were not taken; the calls in them and in its hand."""
        self._left_behind += sum(counts.calls.total() for counts in left)
        self._abandoned = True
        return self._left_behind + self._in_hand.total()

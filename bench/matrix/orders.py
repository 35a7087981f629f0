"""The orders as data: in which turn a rollout's six steps may be taken, and what is left of them.

A step that has nothing to do is left out: there is nothing to roll back before the new code is deployed, nothing to
fill before the column is there, and plans are released when nobody depends on them any longer. So the 720 orders come
to fewer that differ in what is done.
"""

from itertools import permutations

DEPLOY, ROLL_BACK, ALTER, BACKFILL, RELEASE, DROP = STEPS = (
    "deploy", "roll back", "alter", "backfill", "release", "drop",
)  # fmt: skip

Order = tuple[str, ...]

# What has to have been done, and what must not, for a step to do something.
_NEEDS = {ROLL_BACK: {DEPLOY}, BACKFILL: {ALTER}, RELEASE: {DEPLOY, ALTER, DROP}}
_BARS = {RELEASE: {ROLL_BACK}}


def every() -> list[Order]:
    """All orders of the six steps."""
    return list(permutations(STEPS))


def effective(order: Order) -> Order:
    """The steps of an order that do something when their turn comes."""
    done: list[str] = []
    for step in order:
        if _NEEDS.get(step, set()) <= set(done) and not _BARS.get(step, set()) & set(done):
            done.append(step)
    return tuple(done)


def distinct() -> list[Order]:
    """What the orders come to, each once."""
    return list(dict.fromkeys(map(effective, every())))


def spread(orders: list[Order], count: int) -> list[Order]:
    """So many of them, evenly."""
    step = max(1.0, len(orders) / count)
    return [orders[int(number * step)] for number in range(min(count, len(orders)))]

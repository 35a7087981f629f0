"""How many shapes of statements there are, with a plan on the queried table; and how long a text is, without one."""

from collections.abc import Iterator

from bench import relays
from bench.growth.curve import Curve, Point
from bench.growth.ground import MB, Ground, metered
from lintel.wire import messages

_SHAPES = (1, 10, 100, 1_000, 10_000)
_MORE_SHAPES = (100_000, 1_000_000)
_BYTES = (100, 1_000, 10_000, 100_000, 1_000_000)
_MORE_BYTES = (16_000_000,)
_LEAST = 2_000  # statements, where there are fewer shapes
_MOST_AGAIN = 20_000
_LONGEST_LIST = 1_000_000  # the server itself takes a second for such a list


def shapes(ground: Ground) -> Curve:
    """Each shape once, then all of them again."""
    return Curve(
        "shapes",
        "So many statements that differ in more than literals, each sent once (*new*), then all of them again in "
        "the same order (*again*; 2,000 at least, 20,000 at most); memory and the store after that.",
        "shapes",
        ("new, CPU us", "again, CPU us", "memory, MB", "store, MB"),
        tuple(_with_shapes(ground, size) for size in ground.sizes(_SHAPES, _MORE_SHAPES)),
    )


def _with_shapes(ground: Ground, size: int) -> Point:
    with ground.lintel(relays.SHIELDING) as (relay, store), metered(relay) as meter:
        values = (
            meter.recorded_us(_distinct(size)),
            meter.cost_us(_distinct(min(size, _MOST_AGAIN)), _LEAST),
            meter.grown_mb(),
        )
    kept = sum(file.stat().st_size for file in store.parent.iterdir())
    return Point(size, (*values, round(kept / MB, 2)))


def _distinct(count: int) -> Iterator[bytes]:
    for number in range(count):
        yield messages.query(b"SELECT abalance AS s%d FROM pgbench_accounts WHERE aid = 1" % number)


def size(ground: Ground) -> Curve:
    """One literal, or a list of many."""
    return Curve(
        "statement_size",
        "A text of so many bytes, most of them one string, or a list of numbers; *new* is another text of the same "
        "shape, *again* the very same text. Without a plan: under one, what is too long to be read is refused.",
        "bytes",
        ("string, new, CPU us", "string, again, CPU us", "list, new, CPU us", "memory, MB"),
        tuple(_with_bytes(ground, length) for length in ground.sizes(_BYTES, _MORE_BYTES)),
    )


def _with_bytes(ground: Ground, length: int) -> Point:
    count = max(3, min(300, 3_000_000 // length))
    with ground.lintel(relays.OBSERVING) as (relay, _), metered(relay) as meter:
        meter.client.ask(_string(length, count))
        values = (
            meter.cost_us(_string(length, number) for number in range(count)),
            meter.cost_us([_string(length, 0)], count),
            meter.cost_us(_list(length, number) for number in range(count)) if length <= _LONGEST_LIST else None,
            meter.grown_mb(),
        )
    return Point(length, values)


def _string(length: int, number: int) -> bytes:
    text = b"SELECT abalance, length('%b') FROM pgbench_accounts WHERE aid = %d"
    return messages.query(text % (b"x" * max(1, length - len(text)), number + 1))


def _list(length: int, number: int) -> bytes:
    numbers = b", ".join(b"%d" % (100_000 + number + at) for at in range(max(1, (length - 60) // 8)))
    return messages.query(b"SELECT abalance FROM pgbench_accounts WHERE aid IN (%b)" % numbers)

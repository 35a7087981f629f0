"""Runs of rows are stepped over in large chunks: exactly to where a walk from header to header comes."""

import random

import pytest
from tests.wire.playbook import Slicing, bytewise, frame_of, randomly, whole
from tests.wire.test_any_split import Run, begin

from lintel.wire import messages as m
from lintel.wire.framing import header
from lintel.wire.rows import RUN, past_rows


def walked(data: bytes, kind: int) -> int:
    """The reference: one row after the other."""
    at = 0
    while at + 5 <= len(data):
        found, length = header(data, at)
        if found != kind or length < 4 or at + 1 + length > len(data):
            break
        at += 1 + length
    return at


def rows(dice: random.Random, kind: int, count: int) -> bytes:
    """Runs of one size, of few sizes, of any; with contents that look like headers."""
    frames: list[bytes] = []
    while len(frames) < count:
        sizes = dice.choice(([dice.randrange(140)], range(11, 14), range(140), range(500), [12, 268, 524]))
        filler = dice.choice((b"\0", b"D\0\0\0\x10", b"d", b"\0\1\0\0\0\x06"))
        run = dice.choice((1, 5, 40, 700))
        frames += (m.frame(kind, (filler * 500)[: dice.choice(sizes)]) for _ in range(run))
    return b"".join(frames)


@pytest.mark.parametrize("kind", [m.DATA_ROW, m.COPY_DATA])
def test_it_ends_where_a_walk_ends(kind: int) -> None:
    for seed in range(60):
        dice = random.Random(seed)
        data = rows(dice, kind, 2000)
        other = dice.choice(
            (b"", b"Z\0\0\0\5I", m.frame(m.DATA_ROW ^ m.COPY_DATA ^ kind, b""), b"D\0\0\0\3", b"\xff" * 5)
        )
        for cut in (0, *dice.sample(range(len(data)), 5)):
            part = data[: len(data) - cut] + other
            assert past_rows(part, 0, kind) == walked(part, kind), seed


@pytest.mark.parametrize("sizes", [(12,), (12, 13), (0, 130, 7)])
def test_every_cut(sizes: tuple[int, ...]) -> None:
    data = b"".join(m.frame(m.DATA_ROW, b"D" * size) for size in sizes * 40)
    for end in range(len(data) + 1):
        assert past_rows(data[:end], 0, m.DATA_ROW) == walked(data[:end], m.DATA_ROW)


def test_lengths_that_only_end_alike_are_other_lengths() -> None:
    short, long = m.frame(m.DATA_ROW, bytes(20)), m.frame(m.DATA_ROW, bytes(20 + 256))
    negative = b"D\xff\xff\xff\x18" + bytes(20)
    for odd in (long, negative, b"D\1\0\0\x18" + bytes(20), b"E\0\0\0\x18" + bytes(20)):
        for before in (1, 15, 16, 255, 256, 4100):
            data = short * before + odd + short * 100
            assert past_rows(data, 0, m.DATA_ROW) == walked(data, m.DATA_ROW)


@pytest.mark.check(1)
@pytest.mark.parametrize("slicing", [bytewise, randomly(1), randomly(2)], ids=["bytewise", "random1", "random2"])
def test_large_results_and_copies_arrive_however_they_are_sliced(slicing: Slicing) -> None:
    """The same bytes, and the same state behind them: the statement after a copy is looked at by both."""
    dice = random.Random(3)
    result = rows(dice, m.DATA_ROW, 800) + frame_of("B", ["CommandComplete", "SELECT 800"])
    # The server takes no Describe among the data; it must not pass for data here.
    copied = (
        rows(dice, m.COPY_DATA, 800) + m.describe(b"P", b"") + rows(dice, m.COPY_DATA, 800) + m.frame(m.COPY_DONE, b"")
    )
    assert min(len(result), len(copied)) > RUN
    ready = frame_of("B", ["ReadyForQuery", "I"])
    runs = Run(whole), Run(slicing)
    for run in runs:
        begin(run)
        run.send(0, m.query(b"plain"))
        run.send(1, frame_of("B", ["RowDescription", "a"]) + result + ready)
        assert run.conversation.idle
        run.send(0, m.query(b"plain"))
        run.send(1, frame_of("B", ["CopyInResponse", "x"]))
        run.send(0, copied)
        run.send(1, frame_of("B", ["CommandComplete", "COPY"]))
        assert not run.conversation.answered
    assert runs[0].arrived == runs[1].arrived

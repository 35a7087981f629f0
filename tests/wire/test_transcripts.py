"""Every transcript, in every slicing: the same bytes on both sides."""

from pathlib import Path

import pytest
from tests.wire.playbook import Slicing, bytewise, randomly, replay, whole

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))
SLICINGS = {"whole": whole, "bytewise": bytewise} | {f"random{seed}": randomly(seed) for seed in range(3)}


@pytest.mark.check(1)
@pytest.mark.parametrize("slicing", SLICINGS.values(), ids=SLICINGS)
@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript(path: Path, slicing: Slicing) -> None:
    replay(path, slicing)

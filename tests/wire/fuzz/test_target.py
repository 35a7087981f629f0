"""What other fuzzers are given works: the way is theirs to find, the rules are the same."""

from pathlib import Path

import pytest
from hypothesis import strategies as st
from tests.wire.fuzz.effort import effort, fuzz
from tests.wire.fuzz.target import main, one_input


@pytest.mark.check(2)
@effort(500)
def test_target(inputs: int) -> None:
    fuzz(inputs, one_input, data=st.binary(max_size=300))


def test_what_was_found_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "found").write_bytes(b"\x0cQ\0\0\0\x05\0")
    main(["--once", str(tmp_path / "found")])

"""Bytecode that the interpreter executes: a count that no load changes. Compiled modules execute none."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from lintel.wire.framing import COMPILED

# A ceiling is what was counted, and a little room. Who has to raise one says why in the commit; who makes it cheaper
# lowers it.
counted_here = pytest.mark.skipif(
    COMPILED or sys.version_info[:2] != (3, 11), reason="the ceilings are CPython 3.11's, interpreted"
)


def instructions(run: Callable[[], object]) -> int:
    """While `run` is called."""
    counted = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal counted
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        counted += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(before)
    return counted

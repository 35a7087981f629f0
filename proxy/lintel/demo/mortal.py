"""Children that end with their parent even where that is killed: nothing of a demo or a test run stays behind."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def die_with(parent: int, by: signal.Signals) -> Callable[[], None] | None:
    """What a child does before exec so as to get that signal when its parent (the thread, strictly) ends; on Linux."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork: between fork and exec as little as possible

    def arrange() -> None:
        prctl(PR_SET_PDEATHSIG, by)
        if os.getppid() != parent:
            os._exit(1)

    return arrange

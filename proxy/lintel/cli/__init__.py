"""The command line: one file per group of commands, each thin; what they do is in the packages below.

Data goes to stdout, messages to stderr. Exit codes: 0 clean, 1 findings, 2 usage or configuration, 3 not enough
traffic seen to say. A command imports what it needs when it runs, so that every other one starts quickly.
"""

import gc
import os
import sys

_YOUNG = 10_000  # objects between two collections: what is imported stays


def main() -> None:
    """Run the command that the arguments name."""
    # Looking for garbage among modules while they come, and when all ends, is a fifth of what a short command costs.
    gc.set_threshold(_YOUNG)
    from lintel.cli.application import run

    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough (`| head`); leave nothing for the interpreter to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    gc.freeze()
    sys.exit(code)

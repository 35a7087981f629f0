"""What is said while measuring, on stderr: stdout is for the figures."""

import sys


def progress(text: str) -> None:
    """Say what is going on, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def note(text: str) -> None:
    """Say something that belongs beside the figures."""
    print(f"bench: {text}", file=sys.stderr, flush=True)

"""The flags that most benchmarks have, in the same words."""

import argparse
from pathlib import Path


def parser(name: str, about: str | None, quick: str) -> argparse.ArgumentParser:
    """With --quick, which `quick` explains, --json, --server and --lintel; the benchmark adds its own."""
    made = argparse.ArgumentParser(prog=f"./dev bench {name}", description=about)
    made.add_argument("--quick", action="store_true", help=quick)
    made.add_argument("--json", action="store_true", help="end stdout with one line of JSON")
    made.add_argument("--server", help="major version or binaries' directory of PostgreSQL (default: the first found)")
    made.add_argument("--lintel", type=Path, help="another build's `lintel`, to compare with")
    return made

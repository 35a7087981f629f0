"""`./dev bench oracle`: every corpus judged by Postgres itself; what differs goes to stderr, statement by statement."""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.oracle import captured, debian, fixed
from bench.oracle.compare import Count
from bench.suites.sources import Place
from lintel.demo.postgres import launch

_GOALS = {"regression": 0.995}  # of the statements exact; of every other corpus all


def main(arguments: list[str]) -> int:
    """0 where nothing is missed silently and enough is exact, else 1."""
    options = _options(arguments)
    found: dict[str, Count] = {}
    with ExitStack() as stack:
        kept = options.directory or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lintel-oracle-")))
        kept.mkdir(parents=True, exist_ok=True)
        for name, count in _counted(options, kept.absolute()):
            found[name] = count
            print("\n".join(_shown(name, count)), flush=True)
    if options.json:
        print(json.dumps({"corpora": {name: count.as_json() for name, count in found.items()}}))
    return int(not all(_reached(name, count) for name, count in found.items()))


CORPORA = ("tpch", "tpcds", "random", "sqlalchemy", "django", "regression")


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench oracle", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=CORPORA, default=CORPORA, help="these corpora")
    parser.add_argument("--server", type=int, default=15, help="PostgreSQL's major version (15)")
    parser.add_argument("--random", type=int, default=20_000, metavar="N", help="random statements (20,000)")
    parser.add_argument("--seed", type=int, default=1, help="of the random statements (1)")
    parser.add_argument("--directory", type=Path, help="keep what was fetched here")
    parser.add_argument("--regress", type=Path, metavar="ARCHIVE", help="PostgreSQL's suite, of these sources")
    parser.add_argument("--json", action="store_true", help="end stdout with one line of JSON")
    return parser.parse_args(arguments)


def _counted(options: argparse.Namespace, kept: Path) -> Iterator[tuple[str, Count]]:
    place = Place(kept)
    if {"sqlalchemy", "django"} & set(options.only):
        place.prepare()
    makers: dict[str, Callable[[], Count]] = {
        "sqlalchemy": lambda: captured.sqlalchemy(options.server, place),
        "django": lambda: captured.django(options.server, place),
        "regression": lambda: _regression(options, kept),
    }
    with launch(options.server, auth="trust") as server:
        makers |= {
            "tpch": lambda: fixed.tpch(server),
            "tpcds": lambda: fixed.tpc_ds(server, kept),
            "random": lambda: fixed.random(server, options.random, options.seed),
        }
        for name in options.only:
            yield name, makers[name]()


def _regression(options: argparse.Namespace, kept: Path) -> Count:
    archive = options.regress or debian.archive(options.server, kept)
    with tempfile.TemporaryDirectory(prefix="lintel-regress-") as directory:
        return captured.regression(options.server, archive, Path(directory))


def _shown(name: str, count: Count) -> list[str]:
    figures = ", ".join(f"{number:,} {what}" for what, number in count.as_json().items())
    limits = [f"    limit of the oracle: {reason} ({number})" for reason, number in sorted(count.limits.items())]
    return [f"{name}: {figures}; {count.rejected:,} rejected by Postgres", *limits]


def _reached(name: str, count: Count) -> bool:
    figures = count.as_json()
    enough = figures["exact"] >= figures["statements"] * _GOALS.get(name, 1)
    return bool(figures["statements"]) and enough and not figures["silent_misses"]

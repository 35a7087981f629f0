"""`./dev bench fidelity`: every corpus asked on both ways; a wrong answer goes to stderr as it is found."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from bench import say
from bench.failure import BenchFailure
from bench.fidelity import byhand, corpora, orm
from bench.fidelity.ask import ask
from bench.fidelity.count import Count
from bench.suites.sources import Place
from lintel.demo.postgres import NoPostgres, Server, launch

CORPORA = ("byhand", "sqlalchemy", "django", "tpch", "tpcds", "random", "typed")
_GOALS = {"random": 0.95}  # of the affected statements served; of every other corpus 98 %
_QUICK_SETS, _QUICK_EACH = 6, 40


def main(arguments: list[str]) -> int:
    """0 where no answer is wrong and enough are given, else 1."""
    given = _options(arguments)
    found: dict[str, Count] = {}
    with ExitStack() as stack:
        kept = given.directory or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lintel-fidelity-")))
        kept.mkdir(parents=True, exist_ok=True)
        try:
            server = stack.enter_context(launch(given.server, auth="trust"))
        except NoPostgres as error:
            raise BenchFailure(str(error)) from None
        for name, count in _counted(given, server, kept.absolute()):
            found[name] = count
            print("\n".join(_shown(name, count)), flush=True)
    matrix = _matrix(given) if given.matrix else None
    if given.json:
        print(json.dumps(_figures(found, matrix)), flush=True)
    kept_apart = matrix is None or not matrix["lintel_errors"]
    return int(not (kept_apart and all(_reached(name, count) for name, count in found.items())))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench fidelity", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=CORPORA, default=None, help="these corpora")
    parser.add_argument("--quick", action="store_true", help="a small sample, without the ORMs: some minutes")
    parser.add_argument("--server", type=int, default=15, help="PostgreSQL's major version (15)")
    parser.add_argument("--random", type=int, default=20_000, metavar="N", help="random statements (20,000)")
    parser.add_argument("--orm", type=int, default=6_000, metavar="N", help="statements of each ORM (6,000)")
    parser.add_argument("--seed", type=int, default=1, help="of the random statements (1)")
    parser.add_argument("--records", action="store_true", help='byhand with whole_rows = "record" in all plans')
    parser.add_argument("--directory", type=Path, help="keep what was fetched here")
    parser.add_argument("--no-matrix", dest="matrix", action="store_false", help="without the order matrix")
    parser.add_argument("--json", action="store_true", help="end stdout with one line of JSON")
    given = parser.parse_args(arguments)
    given.only = given.only or (("byhand", "tpch", "random") if given.quick else CORPORA)
    return given


def _counted(given: argparse.Namespace, server: Server, kept: Path) -> Iterator[tuple[str, Count]]:
    place = Place(kept)
    if {"sqlalchemy", "django"} & set(given.only):
        place.prepare()

    def captured(name: str) -> Count:
        return ask(server, corpora.orm(name, orm.capture(name, given.server, place), given.orm, given.seed))

    def listed(corpus: corpora.Corpus) -> Count:
        return ask(server, corpus, *((_QUICK_SETS, _QUICK_EACH) if given.quick else ()))

    makers: dict[str, Callable[[], Count]] = {
        "byhand": lambda: byhand.ask(server, 10 if given.quick else None, records=given.records),
        "sqlalchemy": lambda: captured("sqlalchemy"),
        "django": lambda: captured("django"),
        "tpch": lambda: listed(corpora.tpch()),
        "tpcds": lambda: listed(corpora.tpc_ds(kept)),
        "random": lambda: listed(corpora.generated(given.random, given.seed)),
        "typed": lambda: listed(corpora.typed(given.random // 5, given.seed)),
    }
    for name in given.only:
        say.progress(name)
        yield name, makers[name]()


def _matrix(given: argparse.Namespace) -> dict[str, int]:
    """The order matrix (bench.matrix), as a program of its own: it speaks in its own process group."""
    command = [sys.executable, "-m", "bench", "matrix", "--json", "--server", str(given.server)]
    command += ["--orders", "2"] if given.quick else []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        figures = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        raise BenchFailure(f"the order matrix did not come to its end:\n{done.stderr}") from None
    return {name: figures[name] for name in ("lintel_errors", "direct_errors", "lintel_wrong", "parked_lost")}


def _figures(found: dict[str, Count], matrix: dict[str, int] | None) -> dict[str, object]:
    total = Count()
    for count in found.values():
        total.add(count)
    return {
        **total.as_json(), "matrix": matrix, "corpora": {name: count.detail() for name, count in found.items()}
    }  # fmt: skip


def _shown(name: str, count: Count) -> list[str]:
    served = f"{count.served:,} of {count.affected:,} affected ones served ({count.share:.2%})"
    asked = f"{count.statements:,} statements and {count.invalid:,} that have to fail"
    lines = [f"{name}: {asked}, {count.wrong} wrong, {count.undecided} undecided; {served}"]
    for what, reasons in (("refused", count.refused), ("refused as the plan says", count.by_plan)):
        for reason, times in reasons.most_common():
            lines.append(f"    {times} {what}: {reason}")
            lines += [f"        {' '.join(text.split())[:160]}" for text in count.examples[reason]]
    return lines


def _reached(name: str, count: Count) -> bool:
    return bool(count.statements) and not count.wrong and count.share >= _GOALS.get(name, 0.98)

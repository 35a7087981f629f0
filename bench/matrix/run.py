"""`./dev bench matrix`: every order of a rollout's steps under traffic, through Lintel and without it."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench import say
from bench.failure import BenchFailure
from bench.matrix import clients
from bench.matrix.drivers import Program
from bench.matrix.orders import distinct, every, spread
from bench.matrix.play import Found, played
from bench.matrix.world import Seen
from lintel.demo.postgres import NoPostgres, Server, launch

SHOWN = 10
BESIDE = 3  # orders that are played at a time


def main(arguments: list[str]) -> int:
    """The exit code: 1 where somebody behind Lintel has noticed something."""
    given = _options(arguments)
    began = time.monotonic()
    orders = spread(distinct(), given.orders) if given.orders else distinct()
    with tempfile.TemporaryDirectory(prefix="lintel-matrix-") as directory:
        drivers, missing = clients.found(Path(directory))
        drivers = {name: driver for name, driver in drivers.items() if not given.drivers or name in given.drivers}
        for reason in missing:
            print(f"bench matrix: without {reason}", file=sys.stderr)
        try:
            server = launch(given.server)
        except NoPostgres as error:
            raise BenchFailure(str(error)) from None
        with server:
            found = asyncio.run(_played(server, drivers, orders, given.beside))
            version = server.version
    say.progress("")
    _show(found)
    figures = {
        **found.json(), "permutations": len(every()), "drivers": list(drivers), "missing": missing,
        "seconds": round(time.monotonic() - began), "versions": {"postgres": version},
    }  # fmt: skip
    if given.json:
        print(json.dumps(figures), flush=True)
    return 0 if found.holds else 1


async def _played(
    server: Server, drivers: dict[str, clients.Driver], orders: list[tuple[str, ...]], beside: int
) -> Found:
    try:
        return await played(server, drivers, orders, say.progress, beside=beside)
    finally:
        await Program.end_all()


def _show(found: Found) -> None:
    for way, seen in (("through Lintel", found.lintel), ("directly", found.direct)):
        errors = sum(seen.errors.values())
        print(f"{way}: {seen.statements} statements, {errors} errors, {len(seen.wrong)} wrong answers")
        if way != "directly":
            for what, times in Counter(seen.errors).most_common(SHOWN):
                print(f"    {times} x {what}")
            for what in seen.wrong[:SHOWN]:
                print(f"    wrong {what}")
        else:
            print(f"    {_kinds(seen)}")
    print(f"parked values lost: {found.parked_lost}")


def _kinds(seen: Seen) -> str:
    """The errors by SQLSTATE."""
    kinds: Counter[str] = Counter()
    for what, times in seen.errors.items():
        kinds[what.split(": ", 2)[2].split()[0]] += times
    return ", ".join(f"{code}: {times}" for code, times in kinds.most_common())


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench matrix", description=__doc__)
    parser.add_argument("--orders", type=int, default=0, metavar="N", help="so many orders, evenly; 0: all (default)")
    parser.add_argument("--drivers", nargs="+", metavar="NAME", help="asyncpg psycopg node-postgres JDBC; default: all")
    parser.add_argument("--beside", type=int, default=BESIDE, metavar="N", help=f"side by side (default: {BESIDE})")
    parser.add_argument("--server", type=int, default=None, metavar="MAJOR", help="default: the newest found")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    return parser.parse_args(arguments)

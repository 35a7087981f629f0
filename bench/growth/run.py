"""`./dev bench growth`: what Lintel costs as something grows: sessions, shapes, plans, tables and the like.

CPU is that of Lintel's processes by the scheduler's accounting, memory their PSS. Each of these is a measurement by
itself; with --keep its table and its plot are written into bench/growth/kept, with machine and versions.
"""

import json
import math
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench import relays, say
from bench.about import about
from bench.arguments import parser
from bench.growth import flushes, schemas, statements, traffic
from bench.growth.ground import Ground
from bench.pgbench import Pgbench
from bench.server import postgres

MEASUREMENTS = {
    "sessions": traffic.sessions,
    "shapes": statements.shapes,
    "plans": schemas.plans,
    "tables": schemas.tables,
    "columns": schemas.columns,
    "statement_size": statements.size,
    "flushes": flushes.flushes,
    "results": traffic.results,
    "workers": traffic.workers,
}
KEPT = Path(__file__).parent / "kept"


def main(arguments: list[str]) -> int:
    """The exit code: 0 measured."""
    flags = parser("growth", __doc__, "only the smaller sizes of each: some minutes")
    flags.add_argument("--only", nargs="+", choices=MEASUREMENTS, default=list(MEASUREMENTS), help="these")
    flags.add_argument("--most", type=float, default=math.inf, metavar="N", help="no size beyond N")
    flags.add_argument("--keep", action="store_true", help="write tables and plots into bench/growth/kept")
    given = flags.parse_args(arguments)
    console, found = Console(width=110), []
    with tempfile.TemporaryDirectory(prefix="lintel-bench-") as name, postgres(given.server) as server:
        ground = Ground(server, Path(name), given.quick, given.most, given.lintel)
        with relays.direct(server) as straight:
            Pgbench(server.bindir).initialise(straight.target, 1)
        with ground.lintel(relays.SHIELDING) as (relay, _):
            known = about(server, relay)
        for one in given.only:
            say.progress(one)
            found.append(MEASUREMENTS[one](ground))
            say.progress("")
            console.print(found[-1].table())
            if given.keep:
                found[-1].keep(KEPT, known, f"{datetime.now(UTC):%-d %B %Y}")
    console.print(known.line(), highlight=False)
    if given.json:
        print(json.dumps({"growth": {curve.name: curve.json() for curve in found}, **known.json()}))
    return 0

"""`./dev bench flame`: where Lintel's time goes under pgbench, as a flame graph.

It is py-spy that looks, from outside and many times a second: the one installed, else one fetched with pip for this
run.
Compiled code is seen as native frames.
"""

import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from html import escape
from pathlib import Path

from bench import relays, say
from bench.about import about
from bench.arguments import parser
from bench.failure import BenchFailure
from bench.pgbench import Load, Pgbench
from bench.server import postgres
from bench.workloads import MAIN

RATE = 500  # looks per second
PROFILER = "py-spy==0.4.3"
CLIENTS = 8

_TITLE = re.compile(r'(<text id="title"[^>]*>)[^<]*')


def main(arguments: list[str]) -> int:
    """The exit code: 0 drawn."""
    flags = parser("flame", __doc__, "three seconds instead of fifteen")
    names = {workload.name: workload for workload in MAIN}
    flags.add_argument("--workload", choices=names, default="prepared", help="of those of relay")
    flags.add_argument("--output", type=Path, default=Path("flame.svg"), help="the SVG (flame.svg)")
    given = flags.parse_args(arguments)
    workload, seconds = names[given.workload], 3 if given.quick else 15
    with contextlib.ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lintel-bench-")))
        profiler = _profiler(directory)
        server = stack.enter_context(postgres(given.server))
        relay = stack.enter_context(relays.lintel(server, directory / "store.db", given.lintel))
        pgbench, known = Pgbench(server.bindir), about(server, relay)
        pgbench.initialise(stack.enter_context(relays.direct(server)).target, 1)
        load = Load(workload.mode, workload.script, CLIENTS, seconds + 2)
        pgbench.few(relay.target, load, 100)
        busy = threading.Thread(target=pgbench.run, args=(relay.target, load))
        busy.start()
        try:
            say.progress(f"looking at {workload.name} for {seconds} seconds")
            _look(profiler, relay, seconds, given.output, native=known.compiled)
        finally:
            busy.join()
    say.progress("")
    build = f"Lintel {known.programs['lintel']}, {'compiled' if known.compiled else 'pure Python'}"
    title = f"{build}: {workload.name}, {CLIENTS} clients"
    given.output.write_text(titled(given.output.read_text(), title))
    print(f"{given.output}: {title}; {known.line()}")
    return 0


def titled(svg: str, title: str) -> str:
    """With that in the place of the command line."""
    return _TITLE.sub(lambda found: found[1] + escape(title), svg, count=1)


def _profiler(directory: Path) -> str:
    """Its path. Raises BenchFailure."""
    installed = shutil.which("py-spy")
    if installed:
        return installed
    target = directory / "profiler"
    say.progress(f"fetching {PROFILER}")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), PROFILER]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchFailure(f"{PROFILER} is not installed and cannot be fetched: {done.stderr.strip()}")
    return str(target / "bin" / "py-spy")


def _look(profiler: str, relay: relays.Relay, seconds: int, output: Path, *, native: bool) -> None:
    command = [profiler, "record", "--pid", str(relay.pid), "--duration", str(seconds), "--rate", str(RATE)]
    command += ["--format", "flamegraph", "--output", str(output)]
    # A thread of a process that is halted looks busy where it only waits; native frames cannot be had otherwise.
    command += ["--native"] if native else ["--nonblocking"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchFailure(f"py-spy: {done.stderr.strip()}")

"""`./dev bench bulk`: what a relay costs per 100 MB of large results and of COPY FROM, narrow rows and wide ones.

Narrow rows are 12 bytes of COPY's text, wide ones 1,000. Lintel records, and has a plan for each table, whose column is
not there yet; the client is an old one. CPU is the relay's own, by the scheduler's accounting; the client only counts
bytes.
"""

import contextlib
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench import cpu, others, programs, relays, say
from bench.about import About, about
from bench.arguments import parser
from bench.client import Client
from bench.figures import Sample, in_turn, measured, ratio, rounded, spread
from bench.figures import cpu as cpu_of
from bench.figures import tps as speed_of
from bench.relays import Relay
from bench.server import postgres
from lintel.demo.postgres import Server
from lintel.wire import messages

WIDTHS = {"narrow": 12, "wide": 1000}  # of a row as COPY writes it
COPY_DATA_BYTES = 8192  # as psql and pg_dump fill them
_FRAME = 5

_PLAN = """\
id = "bench-{table}"
purpose = "The benchmark measures Lintel with a plan on the table"
table = "public.{table}"

[add]
column = "priority"
type = "smallint"
default = "0"
not_null = true

[[shield.clients]]
match = {{ application_name = "pgbench" }}
sees = "old"
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One direction, one width."""

    name: str
    table: str
    request: bytes
    into: bool = False


CASES = tuple(
    case
    for table in WIDTHS
    for case in (
        Case(f"copy_to_{table}", table, messages.query(b"COPY %b TO STDOUT" % table.encode())),
        Case(f"select_{table}", table, messages.query(b"SELECT * FROM %b" % table.encode())),
        Case(f"copy_from_{table}", table, messages.query(b"COPY %b_in FROM STDIN" % table.encode()), into=True),
    )
)


def rows(table: str, megabytes: int) -> int:
    """So many are that much as CopyData."""
    return megabytes * 1_000_000 // (WIDTHS[table] + _FRAME)


def copy_data(table: str, megabytes: int) -> Iterator[bytes]:
    """CopyData of so many rows, in chunks of about a quarter of a megabyte."""
    line = b"0" * (WIDTHS[table] - 1) + b"\n"
    frame = messages.frame(messages.COPY_DATA, line * (COPY_DATA_BYTES // len(line)))
    chunk = frame * (250_000 // len(frame))
    whole, rest = divmod(megabytes * 1_000_000, len(chunk))
    yield from (chunk for _ in range(whole))
    yield frame * (rest // len(frame))


def main(arguments: list[str]) -> int:
    """The exit code: 0 measured."""
    flags = parser("bulk", __doc__, "20 MB, three rounds")
    flags.add_argument("--megabytes", type=int, help="of each result (100)")
    flags.add_argument("--rounds", type=int, help="interleaved rounds")
    given = flags.parse_args(arguments)
    megabytes = given.megabytes or (20 if given.quick else 100)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(postgres(given.server))
        straight = stack.enter_context(relays.direct(server))
        control = stack.enter_context(Client(straight.target))
        _fill(control, megabytes)
        running = list(_relays(stack, server, given.lintel))
        known = about(server, running[0], ["pgbouncer"])
        samples = _samples(control, running, given.rounds or (3 if given.quick else 5), megabytes)
    _show(samples, megabytes, known)
    if given.json:
        print(json.dumps({"megabytes": megabytes, **figures(samples), **known.json()}))
    return 0


def _fill(control: Client, megabytes: int) -> None:
    for table, width in WIDTHS.items():
        say.progress(f"filling {table}")
        for name in (table, f"{table}_in"):
            control.ask(messages.query(f"CREATE UNLOGGED TABLE {name} (line text)".encode()))
        line = f"lpad(n::text, {width - 1}, '0')"
        fill = f"INSERT INTO {table} SELECT {line} FROM generate_series(1, {rows(table, megabytes)}) n"
        control.ask(messages.query(fill.encode()))


def _relays(stack: contextlib.ExitStack, server: Server, lintel: Path | None) -> Iterator[Relay]:
    directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lintel-bench-")))
    plans = []
    for table in (name for width in WIDTHS for name in (width, f"{width}_in")):
        plans.append(directory / f"{table}.toml")
        plans[-1].write_text(_PLAN.format(table=table))
    job = relays.Job("lintel", tuple(plans))
    yield stack.enter_context(relays.lintel(server, directory / "store.db", lintel, job))
    for program in programs.present(["pgbouncer"]).values():
        yield stack.enter_context(others.pgbouncer(server, program))


def _samples(control: Client, running: Sequence[Relay], rounds: int, megabytes: int) -> list[Sample]:
    """The first round warms up and is not kept."""
    found = []
    for number in range(rounds + 1):
        for case in CASES:
            for relay in in_turn(number, running):
                say.progress(f"round {number}: {case.name} through {relay.name}")
                found.append(_sample(case, relay, number, megabytes))
                if case.into:
                    control.ask(messages.query(b"TRUNCATE %b_in" % case.table.encode()))
    return [sample for sample in found if sample.round]


def _sample(case: Case, relay: Relay, number: int, megabytes: int) -> Sample:
    assert relay.pid is not None
    with Client(relay.target) as client:
        before, begun = cpu.spent_ns(relay.pid), time.perf_counter()
        if case.into:
            moved = client.feed(case.request, copy_data(case.table, megabytes)) / 1e6
        else:
            moved = client.drain(case.request) / 1e6
        seconds, spent = time.perf_counter() - begun, cpu.spent_ns(relay.pid) - before
    return Sample(case.name, relay.name, number, moved / seconds, spent / 1000 / moved)


def figures(samples: Sequence[Sample]) -> dict[str, object]:
    """By case: milliseconds of CPU per 100 MB, megabytes per second, Lintel's CPU divided by pgbouncer's."""
    cases = tuple(dict.fromkeys(one.workload for one in samples))
    against = {case: found for case in cases if (found := ratio(samples, case, ("lintel", "pgbouncer"), cpu_of))}
    return {
        "cpu_ms_per_100_mb": {case: _by_relay(samples, case, cpu_of, 0.1) for case in cases},
        "mb_per_s": {case: _by_relay(samples, case, speed_of, 1.0) for case in cases},
        "cpu_vs_pgbouncer": {case: rounded(value) for case, value in against.items()},
        "spread": {case: value.json() for case, value in against.items()},
    }


def _by_relay(
    samples: Sequence[Sample], case: str, value: Callable[[Sample], float | None], scale: float
) -> dict[str, float | None]:
    return {
        relay: rounded(spread(scale * one for one in measured(samples, case, relay, value)), 1)
        for relay in dict.fromkeys(sample.relay for sample in samples)
    }


def _show(samples: Sequence[Sample], megabytes: int, known: About) -> None:
    say.progress("")
    table = Table("case", "relay", "CPU ms/100 MB", "vs pgbouncer", "MB/s", box=SIMPLE_HEAD)
    for case in CASES:
        spent, speed = (_by_relay(samples, case.name, *one) for one in ((cpu_of, 0.1), (speed_of, 1.0)))
        for relay in spent:
            against = ratio(samples, case.name, (relay, "pgbouncer"), cpu_of) if relay == "lintel" else None
            shown = f"{against.median:.2f} ({against.low:.2f}-{against.high:.2f})" if against else ""
            table.add_row(case.name, relay, str(spent[relay]), shown, str(speed[relay]))
    console = Console(width=max(100, Console().width))
    console.print(table)
    console.print(f"{megabytes} MB each; {known.line()}", highlight=False)

"""`./dev bench latency`: what a relay adds to the time of a query, at fixed rates, from the moment when it was due.

One client asks by a schedule that does not wait for answers: a query that is late because the one before it was slow
counts from when it was due (no coordinated omission). The ways take turns in slices of a tenth of a second within one
process, so that all meet the same machine.
"""

import contextlib
import gc
import json
import math
import random
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench import others, programs, relays, say
from bench.about import About, about
from bench.arguments import parser
from bench.client import Client
from bench.figures import Spread, in_turn, spread
from bench.pgbench import Pgbench
from bench.relays import Relay
from bench.server import postgres
from lintel.demo.postgres import Server
from lintel.wire import messages

QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999}
SLICE_SECONDS = 0.1
LEAD_NS = 1_000_000  # from the end of a slice to the first query of the next
SPIN_NS = 100_000  # so long before it is due nobody sleeps any more: waking up is not exact
WARM = 500
ACCOUNTS = 100_000  # pgbench's at scale 1

_TEXT = b"SELECT abalance FROM pgbench_accounts WHERE aid = $1"
_STATEMENT = b"ask"
_PREPARE = messages.parse(_STATEMENT, _TEXT, b"\0\0") + messages.SYNC_FRAME


@dataclass(slots=True)
class Way:
    """A relay, a session through it, and the latencies in nanoseconds by slice."""

    relay: Relay
    client: Client
    slices: list[list[int]] = field(default_factory=list)

    def slice(self, requests: Sequence[bytes], period_ns: int) -> None:
        """One request each period, answered one after another."""
        ask, clock, found = self.client.ask, time.perf_counter_ns, []
        due = clock() + LEAD_NS
        for request in requests:
            _until(due)
            ask(request)
            found.append(clock() - due)
            due += period_ns
        self.slices.append(found)


@dataclass(frozen=True, slots=True)
class Found:
    """Microseconds by quantile, what they are over the direct ones, and the paired median."""

    us: dict[str, float]
    added: dict[str, float] = field(default_factory=dict)
    paired: Spread | None = None

    def json(self) -> dict[str, object]:
        """Without what is not there."""
        if self.paired is None:
            return {"us": self.us}
        return {"us": self.us, "added_us": self.added, "added_p50_paired_us": self.paired.json()}


def _until(due: int) -> None:
    left = due - time.perf_counter_ns()
    if left > SPIN_NS:
        time.sleep((left - SPIN_NS) / 1e9)
    while time.perf_counter_ns() < due:
        pass


def quantile(values: Sequence[int], part: float) -> int:
    """By nearest rank; the values are sorted."""
    return values[max(0, math.ceil(part * len(values)) - 1)]


def quantiles(slices: Sequence[Sequence[int]]) -> dict[str, float]:
    """Of all slices together, in microseconds."""
    values = sorted(value for one in slices for value in one)
    return {name: round(quantile(values, part) / 1000, 1) for name, part in QUANTILES.items()}


def added_p50(through: Sequence[Sequence[int]], straight: Sequence[Sequence[int]]) -> Spread:
    """Microseconds that the median of a slice is over the median of the direct slice of the same round."""
    pairs = zip(through, straight, strict=True)
    found = spread((quantile(sorted(a), 0.5) - quantile(sorted(b), 0.5)) / 1000 for a, b in pairs)
    assert found is not None
    return found


def figures(slices: Mapping[str, Sequence[Sequence[int]]]) -> dict[str, Found]:
    """By relay."""
    known = {name: quantiles(one) for name, one in slices.items()}
    straight, found = known["direct"], {"direct": Found(known["direct"])}
    for name in [name for name in known if name != "direct"]:
        added = {key: round(value - straight[key], 1) for key, value in known[name].items()}
        found[name] = Found(known[name], added, added_p50(slices[name], slices["direct"]))
    return found


def main(arguments: list[str]) -> int:
    """The exit code: 0 measured."""
    flags = parser("latency", __doc__, "one rate, five seconds for each way")
    flags.add_argument("--rates", type=int, nargs="+", help="queries a second (500 2000 5000)")
    flags.add_argument("--seconds", type=int, help="for each way and rate")
    given = flags.parse_args(arguments)
    rates = given.rates or ([1000] if given.quick else [500, 2000, 5000])
    seconds = given.seconds or (5 if given.quick else 20)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(postgres(given.server))
        Pgbench(server.bindir).initialise(stack.enter_context(relays.direct(server)).target, 1)
        running = list(_relays(stack, server, given.lintel))
        known = about(server, running[1], ["pgbouncer"])
        ways = [Way(relay, stack.enter_context(Client(relay.target))) for relay in running]
        for way in ways:
            way.client.ask(_PREPARE)
        found = {rate: _measured(ways, rate, seconds) for rate in rates}
    _show(found, known)
    if given.json:
        shown = {str(rate): {name: one.json() for name, one in row.items()} for rate, row in found.items()}
        print(json.dumps({"rates": shown, **known.json()}))
    return 0


def _relays(stack: contextlib.ExitStack, server: Server, lintel: Path | None) -> Iterator[Relay]:
    yield stack.enter_context(relays.direct(server))
    store = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lintel-bench-"))) / "store.db"
    yield stack.enter_context(relays.lintel(server, store, lintel))
    for program in programs.present(["pgbouncer"]).values():
        yield stack.enter_context(others.pgbouncer(server, program))


def _measured(ways: Sequence[Way], rate: int, seconds: int) -> dict[str, Found]:
    dice = random.Random(rate)
    for way in ways:
        way.slices.clear()
        for _ in range(WARM):
            way.client.ask(_request(dice))
    gc.collect()
    gc.disable()
    for number in range(round(seconds / SLICE_SECONDS)):
        say.progress(f"{rate} a second: slice {number + 1}")
        for way in in_turn(number, ways):
            requests = [_request(dice) for _ in range(max(1, round(rate * SLICE_SECONDS)))]
            way.slice(requests, 1_000_000_000 // rate)
    gc.enable()
    return figures({way.relay.name: way.slices for way in ways})


def _request(dice: random.Random) -> bytes:
    """Bind, Execute and Sync of the prepared statement."""
    value = b"%d" % dice.randint(1, ACCOUNTS)
    body = b"\0%b\0\0\0\0\1%b%b\0\0" % (_STATEMENT, len(value).to_bytes(4, "big"), value)
    return messages.frame(messages.BIND, body) + messages.execute(b"") + messages.SYNC_FRAME


def _show(found: Mapping[int, Mapping[str, Found]], known: About) -> None:
    say.progress("")
    columns = (*QUANTILES, *(f"added {name}" for name in QUANTILES), "p50, slice by slice")
    table = Table("queries/s", "way", *columns, box=SIMPLE_HEAD)
    for rate, rows in found.items():
        for name, row in rows.items():
            added = (row.added.get(key, "") for key in QUANTILES)
            paired = "" if row.paired is None else f"{row.paired.median:.1f}"
            table.add_row(str(rate), name, *map(str, (*row.us.values(), *added)), paired)
        table.add_section()
    console = Console(width=max(130, Console().width))
    console.print("microseconds from when a query was due to its whole answer, one client")
    console.print(table)
    console.print(known.line(), highlight=False)

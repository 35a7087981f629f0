"""`./dev bench connect`: what opening a session costs: by trust, with SCRAM, and with SCRAM over TLS to the client.

Sessions are opened by libpq one after another and closed by Terminate. CPU is the relay's own, by the scheduler's
accounting, opening and closing together; the time is until libpq has the first ReadyForQuery. pgbouncer keeps its
sessions with the server and hands them on, Lintel opens one for each client.
"""

import contextlib
import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench import cpu, others, programs, relays, say
from bench.about import About, about
from bench.arguments import parser
from bench.certificates import Certificate, certificate, with_tls
from bench.failure import BenchFailure
from bench.figures import Sample, in_turn, measured, ratio, rounded, spread
from bench.figures import cpu as cpu_of
from bench.figures import tps as speed_of
from bench.relays import DATABASE, Relay
from bench.server import SETTINGS, postgres
from lintel.demo.postgres import NoPostgres, Server

SETTLE_SECONDS = 0.1  # what a relay does after a client has left is its cost, too


@dataclass(frozen=True, slots=True)
class Kind:
    """How clients log in."""

    name: str
    password: bool = False
    tls: bool = False


KINDS = (Kind("trust"), Kind("scram", password=True), Kind("scram_tls", password=True, tls=True))


def main(arguments: list[str]) -> int:
    """The exit code: 0 measured."""
    flags = parser("connect", __doc__, "two rounds of twenty sessions each")
    flags.add_argument("--sessions", type=int, help="of each way and round (100)")
    flags.add_argument("--rounds", type=int, help="interleaved rounds (5)")
    given = flags.parse_args(arguments)
    rounds, sessions = given.rounds or (2 if given.quick else 5), given.sessions or (20 if given.quick else 100)
    samples, known = [], None
    with tempfile.TemporaryDirectory(prefix="lintel-bench-") as directory:
        for kind in KINDS:
            with contextlib.ExitStack() as stack:
                own = certificate(Path(directory))
                server = stack.enter_context(_server(kind, own, given.server))
                running = list(_relays(stack, server, kind, own, Path(directory), given.lintel))
                known = known or about(server, running[1], ["pgbouncer"])
                samples += _samples(kind, server, running, rounds, sessions)
    assert known is not None
    _show(samples, known)
    if given.json:
        print(json.dumps({**figures(samples), **known.json()}))
    return 0


@contextlib.contextmanager
def _server(kind: Kind, own: Certificate, choice: str | None) -> Iterator[Server]:
    if not kind.tls:
        with postgres(choice, "scram-sha-256" if kind.password else "trust") as server:
            yield server
        return
    try:
        running = with_tls(own, "scram-sha-256", SETTINGS)
    except NoPostgres as problem:
        raise BenchFailure(str(problem)) from None
    with running:
        yield running


def _relays(
    stack: contextlib.ExitStack, server: Server, kind: Kind, own: Certificate, directory: Path, lintel: Path | None
) -> Iterator[Relay]:
    """TLS on the client's leg only."""
    yield stack.enter_context(relays.direct(server))
    offered = {"LINTEL_LISTEN__TLS_CERT": str(own.certificate), "LINTEL_LISTEN__TLS_KEY": str(own.key)}
    dsn, store = f"{server.dsn(DATABASE)}?sslmode=disable", directory / f"{kind.name}.db"
    environment = offered if kind.tls else {}
    yield stack.enter_context(relays.serving(dsn, store, lintel, environment=environment))
    for program in programs.present(["pgbouncer"]).values():
        secret = _secret(server) if kind.password else ""
        yield stack.enter_context(others.pgbouncer(server, program, secret, own if kind.tls else None))


def _secret(server: Server) -> str:
    with psycopg.connect(server.dsn()) as control:
        row = control.execute("SELECT rolpassword FROM pg_authid WHERE rolname = current_user").fetchone()
    assert row is not None
    return str(row[0])


def _samples(kind: Kind, server: Server, running: Sequence[Relay], rounds: int, sessions: int) -> list[Sample]:
    """The first round warms up and is not kept."""
    found = []
    for number in range(rounds + 1):
        for relay in in_turn(number, running):
            say.progress(f"round {number}: {kind.name} through {relay.name}")
            found.append(_sample(kind, server, relay, number, sessions))
    return [sample for sample in found if sample.round]


def _sample(kind: Kind, server: Server, relay: Relay, number: int, sessions: int) -> Sample:
    before, seconds = cpu.spent_ns(relay.pid) if relay.pid else 0, 0.0
    where = f"host={relay.target.host} port={relay.target.port} user={server.user} dbname={DATABASE}"
    mode = "require" if kind.tls else "disable"
    for _ in range(sessions):
        begun = time.perf_counter()
        session = psycopg.connect(f"{where} password={server.password} sslmode={mode}", connect_timeout=20)
        seconds += time.perf_counter() - begun
        session.close()
    time.sleep(SETTLE_SECONDS)
    spent = (cpu.spent_ns(relay.pid) - before) / 1000 / sessions if relay.pid else None
    return Sample(kind.name, relay.name, number, sessions / seconds, spent)


def figures(samples: Sequence[Sample]) -> dict[str, object]:
    """By kind: microseconds of CPU and milliseconds of time for a session, and Lintel's divided by pgbouncer's."""
    kinds = tuple(dict.fromkeys(one.workload for one in samples))
    names = tuple(dict.fromkeys(one.relay for one in samples))
    against = {kind: found for kind in kinds if (found := ratio(samples, kind, ("lintel", "pgbouncer"), cpu_of))}
    return {
        "cpu_us": {kind: {name: _cpu_us(samples, kind, name) for name in names if name != "direct"} for kind in kinds},
        "ms": {kind: {name: _ms(samples, kind, name) for name in names} for kind in kinds},
        "cpu_vs_pgbouncer": {kind: rounded(value) for kind, value in against.items()},
        "spread": {kind: value.json() for kind, value in against.items()},
    }


def _cpu_us(samples: Sequence[Sample], kind: str, relay: str) -> float | None:
    return rounded(spread(measured(samples, kind, relay, cpu_of)), 0)


def _ms(samples: Sequence[Sample], kind: str, relay: str) -> float | None:
    return rounded(spread(1000 / speed for speed in measured(samples, kind, relay, speed_of)), 2)


def _show(samples: Sequence[Sample], known: About) -> None:
    say.progress("")
    found: Mapping[str, object] = figures(samples)
    ratios = found["cpu_vs_pgbouncer"]
    assert isinstance(ratios, dict)
    table = Table("login", "way", "CPU us/session", "vs pgbouncer", "ms/session", box=SIMPLE_HEAD)
    for kind in dict.fromkeys(sample.workload for sample in samples):
        for relay in ("direct", "lintel", "pgbouncer"):
            spent = _cpu_us(samples, kind, relay)
            against = str(ratios.get(kind, "")) if relay == "lintel" else ""
            table.add_row(kind, relay, "" if spent is None else f"{spent:.0f}", against, str(_ms(samples, kind, relay)))
        table.add_section()
    console = Console(width=max(100, Console().width))
    console.print(table)
    console.print(known.line(), highlight=False)

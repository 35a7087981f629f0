"""How many sessions are held, how large a result is, how many workers relay."""

import os
import time

from bench import cpu, idle, memory, relays
from bench.client import Client
from bench.growth.curve import Curve, Point
from bench.growth.ground import MB, Ground
from bench.pgbench import Load, Pgbench
from bench.workloads import SELECT_ONLY
from lintel.wire import messages

_SESSIONS = (1, 10, 100, 1_000)
_MORE_SESSIONS = (10_000,)
_MEGABYTES = (1, 10, 100, 1_000)
_MORE_MEGABYTES = (10_000,)
_ROW = 1_005  # bytes of CopyData
_CLIENTS = 64


def sessions(ground: Ground) -> Curve:
    """Held, and asked once."""
    sizes = tuple(ground.sizes(_SESSIONS, _MORE_SESSIONS))
    held = idle.hold_both(ground.server, ground.directory, idle.Options(sizes[-1], workers=4, helpers=2, goals=sizes))
    found = [[used / MB for _, used in one.points] for one in held]
    return Curve(
        "sessions",
        "So many sessions that wait, through four workers, behind them a stub that keeps them: memory (PSS) of all of "
        "Lintel's processes. More of it: `./dev bench idle`.",
        "sessions",
        tuple(f"{one.legs}, memory, MB" for one in held),
        tuple(Point(size, tuple(round(row[at], 1) for row in found)) for at, size in enumerate(sizes)),
    )


def results(ground: Ground) -> Curve:
    """Of COPY, rows of a kilobyte, never held."""
    with ground.lintel(relays.SHIELDING) as (relay, _):
        points = tuple(_with_megabytes(relay, size) for size in ground.sizes(_MEGABYTES, _MORE_MEGABYTES))
    return Curve(
        "results",
        "COPY TO STDOUT of so many megabytes in rows of a kilobyte: CPU, speed (the server makes the rows meanwhile), "
        "and the most memory that Lintel's process has had so far.",
        "megabytes",
        ("CPU ms/100 MB", "MB/s", "peak memory, MB"),
        points,
    )


def _with_megabytes(relay: relays.Relay, size: int) -> Point:
    assert relay.pid is not None
    with Client(relay.target) as client:
        client.drain(_copy(0))
        before, begun = cpu.spent_ns(relay.pid), time.perf_counter()
        moved = client.drain(_copy(size)) / 1e6
        seconds, spent = time.perf_counter() - begun, cpu.spent_ns(relay.pid) - before
    return Point(
        size, (round(spent / 1e4 / moved, 1), round(moved / seconds, 1), round(memory.peak(relay.pid) / MB, 1))
    )


def _copy(megabytes: int) -> bytes:
    rows = megabytes * 1_000_000 // _ROW
    return messages.query(b"COPY (SELECT repeat('x', 999) FROM generate_series(1, %d)) TO STDOUT" % rows)


def workers(ground: Ground) -> Curve:
    """Up to twice as many as there are cores."""
    cores = os.cpu_count() or 1
    sizes = ground.sizes((1, 2), [size for size in (4, 8, 16, 32, 64) if size <= 2 * cores])
    return Curve(
        "workers",
        f"pgbench's prepared select from {_CLIENTS} clients through so many workers, with server and pgbench on "
        f"the same {cores} cores.",
        "workers",
        ("tps", "CPU us/query", "memory, MB"),
        tuple(_with_workers(ground, size) for size in sizes),
    )


def _with_workers(ground: Ground, size: int) -> Point:
    pgbench, seconds = Pgbench(ground.server.bindir), 2 if ground.quick else 10
    job = relays.Job("lintel", relays.SHIELDING.plans, {"LINTEL_PROCESS__WORKERS": str(size)})
    with ground.lintel(job) as (relay, _):
        assert relay.pid is not None
        load = Load("prepared", SELECT_ONLY, _CLIENTS, seconds)
        pgbench.few(relay.target, load, 20)
        before = cpu.spent_ns(relay.pid)
        pgbench.few(relay.target, load, 1)
        opened = cpu.spent_ns(relay.pid)
        done = pgbench.run(relay.target, load)
        spent = (cpu.spent_ns(relay.pid) - opened - (opened - before)) / 1000 / done.transactions
        used = memory.used(relay.pid)
    return Point(size, (round(done.tps), round(spent, 2), round(used / MB, 1)))

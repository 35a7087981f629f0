"""`./dev bench NAME`: finds the benchmark and hands it its arguments; it knows none of their options."""

import signal
import sys
from types import FrameType

from bench import analyze, bulk, cancels, catalog, connect, everything, flame, idle, latency, relay, shield
from bench.failure import BenchFailure
from bench.fidelity import run as fidelity
from bench.growth import run as growth
from bench.matrix import run as matrix
from bench.oracle import run as oracle
from bench.suites import run as suites

BENCHES = {
    "all": (everything.main, "all of speed and memory, and each target: reached or not"),
    "relay": (relay.main, "CPU and throughput: direct, Lintel, pgbouncer, HAProxy, pgpool-II"),
    "latency": (latency.main, "what is added to the time of a query, at fixed rates"),
    "bulk": (bulk.main, "large results and COPY FROM, narrow rows and wide ones"),
    "connect": (connect.main, "opening a session: trust, SCRAM, TLS"),
    "fidelity": (fidelity.main, "answers through Lintel on a changed schema against those of the client's own"),
    "growth": (growth.main, "sessions, shapes, plans, tables, columns, long texts, large results, workers"),
    "analyze": (analyze.main, "what a text costs that was never seen: analysis, decision, hostile SQL"),
    "catalog": (catalog.main, "what many tables cost: the snapshot, following DDL, memory"),
    "flame": (flame.main, "where Lintel's time goes, as a flame graph"),
    "cancels": (cancels.main, "cancel requests: each reaches its own session and no other"),
    "idle": (idle.main, "memory of sessions that do nothing, ten thousand of them"),
    "matrix": (matrix.main, "every order of a rollout's steps under traffic: what services of both codes notice"),
    "oracle": (oracle.main, "the resolver's word for each statement against Postgres' own"),
    "shield": (shield.main, "what a rewritten statement costs over a relayed one"),
    "suites": (suites.main, "other people's test suites: what passes directly, what through Lintel"),
}


def main(arguments: list[str]) -> int:
    """The exit code: 0 measured, 1 could not be measured, 2 usage."""
    name = arguments[0] if arguments else ""
    if name not in BENCHES:
        lines = ["usage: ./dev bench NAME [--help] [--json]", ""]
        lines += [f"    {known:8} {what}" for known, (_, what) in BENCHES.items()]
        print("\n".join(lines), file=sys.stdout if name in ("", "-h", "--help") else sys.stderr)
        return 0 if name in ("", "-h", "--help") else 2
    try:
        return BENCHES[name][0](arguments[1:])
    except BenchFailure as failure:
        print(f"bench {name}: {failure}", file=sys.stderr)
        return 1


def _leave(number: int, _: FrameType | None) -> None:
    # As an exception, so that servers and relays are stopped on the way out.
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)
    sys.exit(main(sys.argv[1:]))

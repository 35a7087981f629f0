"""Hostile SQL is opaque, quickly, and never ends the process: each text in a process of its own (safety 20)."""

import json
import resource
import subprocess
import sys

import pytest
from tests.analysis.bombs import BOMBS

GROUPS = 6  # of bombs, a process each
SECONDS = 2.0  # of processor time; generous, for machines that are busy
READ = """
import json, sys, time
from lintel.analysis import analyze
from lintel.analysis.ddl import schema_of
schema = schema_of(b"CREATE TABLE t (a integer, b text)")
while size := sys.stdin.buffer.readline():
    text = sys.stdin.buffer.read(int(size))
    began = time.process_time()
    facts = analyze(text, schema, ("public",))
    print(json.dumps([time.process_time() - began, facts.opaque]), flush=True)
"""


def _read(*texts: str, stack: int | None = None) -> list[tuple[float, str | None]]:
    """(seconds, why it is opaque) for each text, all in one new process, with `stack` bytes of stack."""

    def limit() -> None:
        if stack is not None:
            resource.setrlimit(resource.RLIMIT_STACK, (stack, stack))

    sent = b"".join(b"%d\n%b" % (len(text), text) for text in map(str.encode, texts))
    done = subprocess.run(
        [sys.executable, "-c", READ], check=False, input=sent, capture_output=True, timeout=60, preexec_fn=limit
    )
    found = [tuple(json.loads(line)) for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"text {len(found)} ended the process: {done.stderr.decode()[-500:]}"
    return found


@pytest.mark.check(20)
@pytest.mark.parametrize("group", range(GROUPS))
def test_bombs(group: int) -> None:
    """At full size, and at sizes nearer to where the guards stand."""
    sizes = {
        f"{name}, {n}": make(max(2, n))
        for name, (make, size) in list(BOMBS.items())[group::GROUPS]
        for n in (size // 100, size // 10, *_near_the_guard(size), size)
    }
    slow = {name: spent for name, (spent, _) in zip(sizes, _read(*sizes.values()), strict=True) if spent > SECONDS}
    assert slow == {}


@pytest.mark.check(20)
@pytest.mark.parametrize(
    "megabytes", [1, pytest.param(2, marks=pytest.mark.long), pytest.param(8, marks=pytest.mark.long)]
)
def test_bombs_on_a_small_stack(megabytes: int) -> None:
    """The guard is set from the stack that is there."""
    sizes = [(make, n) for make, size in BOMBS.values() for n in _near_the_guard(size, megabytes)]
    assert _read(*(make(n) for make, n in sizes), stack=megabytes * 1024 * 1024)


def _near_the_guard(size: int, megabytes: int = 8) -> list[int]:
    """Sizes just below what grammar.MAX_NESTING lets through, for texts with one or two such tokens a level."""
    most = 20_000 * megabytes // 8
    return [n for n in (most // 2 - 10, most - 10) if n < size]


def test_what_is_not_read_says_so() -> None:
    """The reason is a fact."""
    names = ("subqueries", "derived tables", "arrays", "calls", "unions", "casts", "semicolons")
    assert all(reason for _, reason in _read(*(BOMBS[name][0](BOMBS[name][1]) for name in names)))


def test_ordinary_depth_is_read() -> None:
    """What people and their ORMs write stays far below the guards."""
    texts = (
        "SELECT " + " || ".join(["b"] * 300) + " FROM t",
        "SELECT 1 FROM t WHERE " + " OR ".join(["a = 1"] * 1000),
        "SELECT 1 FROM t WHERE a IN (" + ",".join(["1"] * 20_000) + ")",
        "SELECT (" * 40 + "SELECT a FROM t" + ")" * 40,
        " UNION ALL ".join(["SELECT a FROM t"] * 200),
        "INSERT INTO t VALUES " + ",".join(["(1, 'x')"] * 5000),
    )
    assert [reason for _, reason in _read(*texts)] == [None] * len(texts)

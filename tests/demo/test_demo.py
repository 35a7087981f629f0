"""`lintel demo` as a newcomer starts it, on a machine that knows nothing of Lintel's configuration."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

COMMAND = [sys.executable, "-m", "lintel", "demo"]
SECONDS = 60


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "--once", "--json"], capture_output=True, text=True, timeout=SECONDS, check=False,
        cwd=tmp_path_factory.mktemp("empty"), env=os.environ | {"COLUMNS": "80"},
    )  # fmt: skip


def test_no_service_meets_an_error_through_lintel(told: subprocess.CompletedProcess[str]) -> None:
    assert told.returncode == 0, told.stderr
    (line,) = told.stdout.splitlines()
    counts = json.loads(line)
    assert (counts["lintel"]["errors"], counts["lintel"]["wrong"]) == (0, 0)
    assert min(counts["direct"]["errors"], counts["direct"]["wrong"]) > 0
    assert min(counts["direct"]["statements"], counts["lintel"]["statements"]) >= 200
    assert set(counts) == {"direct", "lintel"}


def test_the_story_is_told_on_stderr_then(told: subprocess.CompletedProcess[str]) -> None:
    words = " ".join(told.stderr.split())
    assert "0A000" in words
    assert "42703" in words
    assert "through Lintel none" in words
    assert "\x1b" not in told.stderr
    assert max(len(line) for line in told.stderr.splitlines()) <= 80


def test_what_lintel_recorded_names_every_service(told: subprocess.CompletedProcess[str]) -> None:
    recorded = told.stderr.partition("lintel report")[2].partition("lintel impact")
    for service in ("billing-v1", "billing-v2", "reporting"):
        assert service in recorded[0]
        assert service in recorded[2]


def test_impact_foresaw_every_kind_of_error_that_was_met(told: subprocess.CompletedProcess[str]) -> None:
    first, _, rest = told.stderr.partition("2 · Through Lintel")
    foreseen = rest.partition("lintel impact")[2]
    met = set(re.findall(r"(billing-v\d|reporting) +([0-9A-Z]{5}) ", first))
    assert met <= set(re.findall(r"(billing-v\d|reporting) +([0-9A-Z]{5}) ", foreseen))
    assert len(met) == 4


def test_it_goes_on_until_interrupted(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with out.open("w") as file:
        process = subprocess.Popen(COMMAND, stdout=file, stderr=subprocess.STDOUT, cwd=tmp_path)
    try:
        address = _address(process, out)
        with psycopg.connect(address) as newcomer:
            cursor = newcomer.execute("SELECT * FROM orders LIMIT 1")
            assert [column.name for column in cursor.description or ()] == [
                "order_id",
                "customer_id",
                "total",
                "placed",
            ]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0, out.read_text()
    finally:
        process.kill()
    assert "Traceback" not in out.read_text()


def _address(process: subprocess.Popen[bytes], out: Path) -> str:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"psql (postgresql://\S+/shop)\b", out.read_text())
        if found and "metrics" in out.read_text():
            return found[1]
        time.sleep(0.1)
    raise AssertionError(out.read_text())


def test_a_directory_without_postgres_is_said_plainly(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--once", "--pg-bindir", str(tmp_path)], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 1
    assert "no PostgreSQL" in done.stderr
    assert "Traceback" not in done.stderr

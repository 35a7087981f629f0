"""`lintel serve` as a process of its own, for tests that look at it from outside only."""

import json
import re
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.command import lintel
from tests.forked import Forked

READY = re.compile(r"lintel ready listen=(\S+):(\d+) admin=(\S+)")
# Before the first there is one second of CPU for imports, for each one there are four fdatasync for a new store: beside
# twenty busy processes that is ten seconds and more. One that has failed ends, which is seen at once.
SECONDS_TO_BE_READY = 60.0
SECONDS_TO_FLUSH = 20.0  # it is there within 2 s, on a busy machine later


class Proxy:
    """A running `lintel serve`; leaving the context ends it by SIGTERM and removes its directory."""

    def __init__(self, server: str, *flags: str, environment: Mapping[str, str] | None = None) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="lintel-e2e-")
        self.directory = Path(self._directory.name)
        self.store = self.directory / "lintel.db"
        anywhere = ("--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--store", str(self.store))
        arguments = ["serve", "--server", server, *anywhere, *flags]
        self.process = Forked(arguments, self.directory / "serve.log", environment)
        try:
            self.host, self.port, self.admin = self._ready()
        except BaseException:
            self.close()
            raise

    @property
    def log(self) -> str:
        """What it said on stderr so far."""
        return (self.directory / "serve.log").read_text(errors="replace")

    def get(self, path: str) -> str:
        """A page of the admin port."""
        with urllib.request.urlopen(f"http://{self.admin}{path}", timeout=5) as reply:
            body: bytes = reply.read()
            return body.decode()

    def uses(self, at_least: int = 1) -> list[dict[str, Any]]:
        """The uses of `lintel report` once there are that many: what was observed is in the store within 2 s."""
        deadline = time.monotonic() + SECONDS_TO_FLUSH
        while True:
            found = self.report()["uses"]
            if len(found) >= at_least or time.monotonic() > deadline:
                return list(found)
            time.sleep(0.1)

    def report(self) -> dict[str, Any]:
        """`lintel report --format json`."""
        done = lintel("report", "--store", str(self.store), "--format", "json")
        assert done.returncode == 0, done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    def terminate(self) -> float:
        """SIGTERM; the seconds until it was gone."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=15)
        return time.monotonic() - started

    def close(self) -> None:
        """End it, whatever state it is in."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=12)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        self._directory.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ready(self) -> tuple[str, int, str]:
        timer = threading.Timer(SECONDS_TO_BE_READY, self.process.kill)
        timer.start()
        line = self.process.stdout.readline().decode()
        timer.cancel()
        found = READY.search(line)
        assert found, f"lintel serve did not get ready, but said {line!r} and\n{self.log}"
        return found[1], int(found[2]), found[3]

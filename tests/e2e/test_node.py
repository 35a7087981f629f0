"""node-postgres through Lintel: clients/client.js does the work in one process and says which of its checks held."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.e2e.route import Address

SOURCE = Path(__file__).parent / "clients" / "client.js"
CHECKS = [
    "connect", "prepared", "rollback", "sqlstate", "several", "queued", "copy", "cancel", "notify", "cursor", "large",
    "pool",
]  # fmt: skip


def test_every_check_holds(address: Address) -> None:
    if shutil.which("node") is None:
        pytest.skip("no node here")
    if subprocess.run(["node", "-e", "require('pg')"], cwd=SOURCE.parent, capture_output=True, check=False).returncode:
        pytest.skip("no node-postgres here: npm install --no-package-lock --prefix tests/e2e/clients")
    plain = f"postgresql://{address.user}:{address.password}@{address.host}:{address.port}/{address.database}"
    authority = {"AUTHORITY": str(address.authority)} if address.authority else {}
    done = subprocess.run(
        ["node", SOURCE, plain],
        capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **authority},
    )  # fmt: skip
    assert (done.stdout.split(), done.stderr) == (CHECKS, "")

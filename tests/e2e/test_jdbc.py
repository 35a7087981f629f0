"""JDBC through Lintel: clients/Client.java does the work in one process and says which of its checks held."""

import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.e2e.route import Address

SOURCE = Path(__file__).parent / "clients" / "Client.java"
JAR = Path("/usr/share/java/postgresql.jar")  # where Debian's libpostgresql-jdbc-java puts it
CHECKS = [
    "connect", "prepared", "batch", "rollback", "sqlstate", "copy", "cancel", "notify", "cursor", "large", "lobject",
    "metadata",
]  # fmt: skip
MODES = ("extended", "simple")  # how the driver sends queries


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compiled once for all routes."""
    if shutil.which("java") is None or shutil.which("javac") is None:
        pytest.skip("no JDK here (default-jdk-headless)")
    if not JAR.exists():
        pytest.skip("no JDBC driver here (libpostgresql-jdbc-java)")
    directory = tmp_path_factory.mktemp("classes")
    subprocess.run(["javac", "-cp", JAR, "-d", directory, SOURCE], check=True, timeout=60)
    return directory


def url(address: Address, **parameters: str) -> str:
    tls = {"sslmode": "verify-full", "sslrootcert": str(address.authority)} if address.authority else {}
    options = {"user": address.user, "password": address.password, "gssEncMode": "disable", **tls, **parameters}
    return f"jdbc:postgresql://{address.host}:{address.port}/{address.database}?{urlencode(options)}"


def test_every_check_holds(classes: Path, address: Address) -> None:
    modes = [url(address, preferQueryMode=mode) for mode in MODES]
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{JAR}:{classes}", "Client", *modes]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert (done.stdout.split(), done.stderr) == (CHECKS * len(MODES), "")

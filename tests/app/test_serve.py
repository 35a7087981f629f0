"""`lintel serve` as a process: how it begins, what stops it from beginning, and how it ends."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import trustme
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import NoPostgres, find, launch

Lintel = Callable[..., Proxy]
ONE_MAJOR = pytest.mark.parametrize("server", find()[:1], indirect=True, ids=lambda found: f"pg{found.major}")


def through(proxy: Proxy, dsn: str) -> str:
    """The same database through Lintel."""
    credentials, _, rest = dsn.rpartition("@")
    return f"{credentials}@{proxy.host}:{proxy.port}/{rest.partition('/')[2]}"


def refused(*flags: str, cwd: Path | None = None) -> str:
    """What `lintel serve` says where it ends with exit code 2 at once."""
    command = [sys.executable, "-m", "lintel", "serve", "--admin", "127.0.0.1:0", *flags]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, cwd=cwd)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    return done.stderr.strip()


def test_it_relays_and_says_that_it_is_ready(database: str, lintel: Lintel) -> None:
    proxy = lintel(database)
    assert json.loads(proxy.get("/readyz"))["ready"] is True
    with psycopg.connect(through(proxy, database)) as client:
        assert client.execute("SELECT current_database()").fetchone() == (database.rpartition("/")[2],)
    assert "lintel_sessions_total 1.0" in proxy.get("/metrics")


def test_it_begins_without_a_server_and_is_not_ready(lintel: Lintel) -> None:
    proxy = lintel("postgresql://nobody@127.0.0.1:1/none")
    assert proxy.get("/livez") == "ok\n"
    with pytest.raises(urllib.error.HTTPError) as caught:
        proxy.get("/readyz")
    assert caught.value.code == 503
    caught.value.close()


@ONE_MAJOR
def test_sigterm_lets_a_transaction_end_and_closes_idle_sessions(database: str, lintel: Lintel) -> None:
    proxy = lintel(database)
    idle, busy = (psycopg.connect(through(proxy, database), autocommit=auto) for auto in (True, False))
    busy.execute("CREATE TABLE kept (id int)")
    proxy.process.terminate()
    time.sleep(0.3)
    with pytest.raises(psycopg.OperationalError) as caught:
        idle.execute("SELECT 1")
    assert caught.value.sqlstate in ("57P01", None)
    busy.execute("INSERT INTO kept VALUES (1)")
    busy.commit()
    assert proxy.process.wait(10) == 0
    idle.close()
    busy.close()
    with psycopg.connect(database) as direct:
        assert direct.execute("SELECT id FROM kept").fetchall() == [(1,)]


@ONE_MAJOR
def test_sigterm_ends_a_session_that_does_not_end_by_itself(database: str, lintel: Lintel) -> None:
    proxy = lintel(database)
    with closing(psycopg.connect(through(proxy, database))) as client:
        client.execute("SELECT 1")
        assert proxy.terminate() < 10
        assert proxy.process.returncode == 0


@ONE_MAJOR
def test_a_second_signal_ends_it_at_once(database: str, lintel: Lintel) -> None:
    proxy = lintel(database)
    with closing(psycopg.connect(through(proxy, database))) as client:
        client.execute("SELECT 1")
        proxy.process.terminate()
        time.sleep(0.3)
        assert proxy.terminate() < 3


def test_an_address_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        store = str(tmp_path / "lintel.db")
        assert address in refused("--listen", address, "--store", store)
        assert address in refused("--listen", "127.0.0.1:0", "--admin", address, "--store", store)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--listen", "nowhere"], "--listen: listen.address: expected HOST:PORT"),
        (["--server", "postgresql://u:canary@h/d?sslmode=never"], "--server: expected a PostgreSQL DSN"),
        (["--plan", "absent.toml"], "absent.toml: cannot be read: No such file or directory"),
        (["-c", "absent.toml"], "absent.toml: cannot be read: No such file or directory"),
    ],
)
def test_what_cannot_be_used_is_named(flags: list[str], said: str, tmp_path: Path) -> None:
    message = refused(*flags, cwd=tmp_path)
    assert message.startswith(f"lintel: {said}")
    assert "canary" not in message
    assert "\n" not in message


def test_a_bad_plan_names_file_key_and_what_was_expected(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('id = "x"\npurpose = "y"\ntable = "t"\n[add]\ncolumn = "c"\ntype = "no such ( type"\n')
    message = refused("--plan", str(plan))
    assert f"{plan}: add.type: " in message


def shown_to_clients(directory: Path, authority: trustme.CA) -> tuple[Path, Path]:
    """A certificate with its key, and a lintel.toml that names them."""
    directory.mkdir(exist_ok=True)
    issued = authority.issue_cert("localhost", "127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(str(directory / "cert.pem"))
    issued.private_key_pem.write_to_path(str(directory / "key.pem"))
    (directory / "lintel.toml").write_text('[listen]\ntls_cert = "cert.pem"\ntls_key = "key.pem"\n')
    return directory / "cert.pem", directory / "key.pem"


def test_tls_on_both_legs_with_two_certificates(tmp_path: Path, lintel: Lintel) -> None:
    authority = trustme.CA()
    shown_to_clients(tmp_path, authority)
    certificate, key = shown_to_clients(tmp_path / "server", authority)
    flags = "-c", str(tmp_path / "lintel.toml")
    try:
        server = launch(find()[-1].bindir, ssl_cert=certificate, ssl_key=key)
    except NoPostgres as problem:
        pytest.skip(f"no PostgreSQL with OpenSSL here: {str(problem).splitlines()[-1]}")
    with server:
        required = f"{server.dsn()}?sslmode=require"
        message = refused("--server", required, *flags, cwd=tmp_path)
        assert message.startswith("lintel: --server: sslmode: the server shows another certificate")
        assert "either let Lintel authenticate clients itself" in message
        several = tmp_path / "several.toml"
        several.write_text(f'{(tmp_path / "lintel.toml").read_text()}[databases]\nelsewhere = "{required}"')
        message = refused("--server", f"{server.dsn()}?sslmode=disable", "-c", str(several), cwd=tmp_path)
        assert message.startswith("lintel: databases.elsewhere: sslmode: the server shows another certificate")
        proxy = lintel(required, "-c", str(tmp_path / "server" / "lintel.toml"))
        with psycopg.connect(through(proxy, required.replace("sslmode", "channel_binding"))) as client:
            assert client.pgconn.ssl_in_use
    lintel(required, *flags)  # a server that is down is asked at each login


def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("not a certificate")
    (tmp_path / "lintel.toml").write_text('[listen]\ntls_cert = "cert.pem"\ntls_key = "absent.pem"\n')
    assert "listen.tls_cert: expected a PEM certificate" in refused("--server", "host=127.0.0.1", cwd=tmp_path)

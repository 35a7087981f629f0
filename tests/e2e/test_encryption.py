"""TLS is where it was asked for, on that leg and on no other, and certificates are really looked at."""

from pathlib import Path

import psycopg
import pytest
import trustme
from tests.e2e.proxy import Proxy
from tests.e2e.route import MAJORS, Address, Certificates, Way

from lintel.demo.postgres import NoPostgres, launch


def test_each_leg_is_encrypted_as_the_route_says(way: Way, address: Address) -> None:
    with psycopg.connect(address.uri()) as client:
        server_leg = client.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
        assert client.pgconn.ssl_in_use == way.route.client_tls
    assert server_leg == (way.route.server_tls,)


def test_a_client_that_trusts_somebody_else_stays_away(way: Way, address: Address, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(stranger))
    reason = "certificate verify failed" if way.route.client_tls else "server does not support SSL"
    with pytest.raises(psycopg.OperationalError, match=reason):
        psycopg.connect(address.at(authority=stranger).uri())


@pytest.mark.check(12)
def test_no_password_goes_to_a_server_with_another_certificate(certificates: Certificates, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(stranger))
    try:
        server = launch(MAJORS[-1], auth="password", ssl_cert=certificates.certificate, ssl_key=certificates.key)
    except NoPostgres as problem:
        pytest.skip(f"no PostgreSQL with OpenSSL here: {str(problem).splitlines()[-1]}")
    with server, Proxy(f"{server.dsn()}?sslmode=verify-full&sslrootcert={stranger}") as proxy:
        address = Address(proxy.host, proxy.port, server.user, server.password, "postgres")
        with pytest.raises(psycopg.OperationalError) as caught:
            psycopg.connect(address.uri())
        assert "Traceback" not in proxy.log
    assert "password" not in str(caught.value)

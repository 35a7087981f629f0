"""DSNs as libpq reads them: URIs, key=value, the environment, .pgpass and service files."""

from pathlib import Path

import pytest

from lintel.catalog import resolve
from lintel.config import ConfigError


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HOST", "PORT", "USER", "PASSWORD", "DATABASE", "SERVICE", "SSLMODE", "PASSFILE", "SERVICEFILE"):
        monkeypatch.delenv(f"PG{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("dsn", "addresses", "user", "password", "database"),
    [
        ("postgresql://u:p%40ss@h:5433/d", [("h", 5433)], "u", "p@ss", "d"),
        ("postgres://u@h/d?connect_timeout=3&application_name=x", [("h", 5432)], "u", None, "d"),
        ("postgresql://u@h1:1,h2:2/d?target_session_attrs=read-write", [("h1", 1), ("h2", 2)], "u", None, "d"),
        ("postgresql:///d?host=/tmp&user=u&port=77", ["/tmp/.s.PGSQL.77"], "u", None, "d"),
        ("postgresql://u@%2Frun%2Fpg/d", ["/run/pg/.s.PGSQL.5432"], "u", None, "d"),
        ("host=h port=5433 user=u password=secret dbname=d", [("h", 5433)], "u", "secret", "d"),
        (r"host=h user = u password='it\'s a \\ secret' dbname=''", [("h", 5432)], "u", r"it's a \ secret", "u"),
        ("host=h user=u password=a=b+c%d dbname=d sslmode=disable", [("h", 5432)], "u", "a=b+c%d", "d"),
    ],
)
def test_spellings(dsn: str, addresses: list[object], user: str, password: str | None, database: str) -> None:
    endpoint = resolve(dsn)
    assert list(endpoint.addresses) == addresses
    assert (endpoint.user, endpoint.password, endpoint.database) == (user, password, database)
    assert endpoint.password is None or endpoint.password not in repr(endpoint)


def test_the_environment_and_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PGHOST", "env-host")
    monkeypatch.setenv("PGUSER", "env-user")
    monkeypatch.setenv("PGDATABASE", "env-db")
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    monkeypatch.setenv("PGSSLROOTCERT", "/no/such/file")
    with pytest.raises(ConfigError):
        resolve("")
    monkeypatch.setenv("PGSSLMODE", "disable")
    passfile = tmp_path / ".pgpass"
    passfile.write_text("env-host:5432:*:env-user:from-file\n")
    passfile.chmod(0o600)
    endpoint = resolve("")
    assert endpoint.where == "env-host:5432"
    assert (endpoint.user, endpoint.password, endpoint.database) == ("env-user", "from-file", "env-db")
    assert (endpoint.sslmode, endpoint.ssl) == ("disable", None)
    (tmp_path / ".pg_service.conf").write_text("[shop]\nhost=svc\nport=7\nuser=su\ndbname=sd\n")
    assert resolve("service=shop").addresses == (("svc", 7),)
    assert resolve("postgresql:///?service=shop").database == "sd"


@pytest.mark.parametrize(
    ("dsn", "named"),
    [
        ("postgresql://u@h/d", True),
        ("postgresql://u@h/", False),
        ("postgresql://u@h", False),
        ("postgresql://u@h?dbname=d", True),
        ("host=h dbname=d", True),
        ("host=h dbname=''", False),
        ("service=shop", True),
        ("", False),
    ],
)
def test_whether_it_names_a_database(dsn: str, named: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGDATABASE", "of_the_environment")
    monkeypatch.setenv("PGUSER", "u")
    assert resolve(dsn).names_database is named


def test_tls_modes_keep_their_names() -> None:
    assert resolve("postgresql://u@h/d").sslmode == "prefer"
    required = resolve("postgresql://u@h/d?sslmode=require")
    assert required.sslmode == "require"
    assert required.ssl is not None


def test_another_database_of_the_same_server() -> None:
    endpoint = resolve("postgresql://u:p@h/d")
    assert endpoint.on("other").database == "other"
    assert endpoint.on("other").addresses == endpoint.addresses


@pytest.mark.parametrize(
    "dsn",
    [
        "mysql://u:hunter2@h/d",
        "postgresql://u:hunter2@h:port/d",
        "host",
        "host='h",
        "postgresql://u:hunter2@h/d?sslmode=x",
    ],
)
def test_what_cannot_be_read_names_the_option_and_no_secret(dsn: str) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(dsn, "--server")
    assert str(caught.value).startswith("--server: expected a PostgreSQL DSN")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("host", ["a..b", "h1,.h2", "x" * 64])
def test_a_host_that_cannot_be_looked_up_is_none(host: str) -> None:
    with pytest.raises(ConfigError, match="--server: expected hosts"):
        resolve(f"postgresql://u@{host}/d")

"""Precedence, origins and errors of the configuration."""

import tomllib
from pathlib import Path

import pytest

from lintel.config import Address, ConfigError, Flag, Settings, load
from lintel.config.settings import KEYS

SHIPPED = Path(__file__).parents[2] / "config" / "lintel.toml"


def written(directory: Path, text: str) -> Path:
    file = directory / "lintel.toml"
    file.write_text(text)
    return file


def problem(file: Path | None = None, *flags: Flag, **environ: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(file, flags, environ)
    return caught.value


def test_defaults_without_any_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    loaded = load(environ={})
    assert loaded.settings == Settings()
    assert set(loaded.origins.values()) == {"default"}


def test_the_file_of_the_current_directory_is_read_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, '[listen]\naddress = "127.0.0.1:1"')
    assert load(environ={}).settings.listen.address == Address("127.0.0.1", 1)


def test_flag_beats_variable_beats_file(tmp_path: Path) -> None:
    file = written(
        tmp_path, '[listen]\naddress = "127.0.0.1:1"\n[admin]\naddress = "127.0.0.1:2"\n[log]\nlevel = "debug"'
    )
    environ = {"LINTEL_LISTEN__ADDRESS": "127.0.0.1:3", "LINTEL_ADMIN__ADDRESS": "127.0.0.1:4"}
    loaded = load(file, [Flag("--listen", "listen.address", "127.0.0.1:5")], environ)
    assert loaded.settings.listen.address.port == 5
    assert loaded.settings.admin.address.port == 4
    assert loaded.settings.log.level == "debug"
    assert loaded.origins["listen.address"] == "--listen"
    assert loaded.origins["admin.address"] == "LINTEL_ADMIN__ADDRESS"
    assert loaded.origins["log.level"] == str(file)
    assert loaded.origins["log.format"] == "default"


def test_a_flag_that_was_not_given_hides_nothing(tmp_path: Path) -> None:
    flags = [Flag("--plan", "shield.plans", []), Flag("--listen", "listen.address", None)]
    loaded = load(None, flags, {"LINTEL_SHIELD__PLANS": "a.toml, b.toml"})
    assert loaded.settings.shield.plans == ("a.toml", "b.toml")


def test_paths_start_from_the_file_that_names_them(tmp_path: Path) -> None:
    file = written(tmp_path, '[shield]\nplans = ["plans/a.toml", "/b.toml"]\n[record]\nstore = "x.db"')
    settings = load(file, environ={}).settings
    assert settings.shield.plans == (f"{tmp_path}/plans/a.toml", "/b.toml")
    assert settings.record.store == f"{tmp_path}/x.db"
    assert load(file, [Flag("--store", "record.store", "y.db")], {}).settings.record.store == "y.db"


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ('[listen]\nadress = "x"', "listen.adress", "did you mean listen.address?"),
        ("[sheild]\nplans = []", "sheild", "did you mean shield?"),
        ("listen = 3", "listen", "expected a table, [listen]"),
        ('[listen]\naddress = "6432"', "listen.address", "expected HOST:PORT"),
        ('[listen]\naddress = "a:70000"', "listen.address", "expected HOST:PORT"),
        ('[shield]\non_opaque = "maybe"', "shield.on_opaque", 'expected one of "pass", "refuse"'),
        ("[shield]\nplans = [1]", "shield.plans", "expected a list of strings"),
        ("[server]\ndsn = 5", "server.dsn", "expected a string"),
        ('[record]\nstore = "postgresql://h/d"', "record.store", "expected a file"),
        ('[record]\nstore = ""', "record.store", "expected a file"),
        ('[record]\nflush_interval = "soon"', "record.flush_interval", "expected a duration above zero"),
        ("[record]\nflush_interval = 0", "record.flush_interval", "expected a duration above zero"),
        ("[record]\nflush_interval = true", "record.flush_interval", "expected a duration above zero"),
        ('[listen]\ntls_cert = "c.pem"', "listen.tls_key", "expected, because tls_cert is set"),
        (
            '[listen]\nunix_socket_permissions = "rwx"',
            "listen.unix_socket_permissions",
            "expected permissions in octal",
        ),
        ("[listen]\nunix_socket_permissions = 777", "listen.unix_socket_permissions", "expected permissions in octal"),
        ('[listen]\nproxy_protocol_from = ["10.0.0.1/8"]', "listen.proxy_protocol_from", "a list of networks"),
        ('[listen]\ntls = "require"', "listen.tls_cert", "expected, because listen.tls requires it"),
        ("[listen", "", "expected TOML"),
    ],
)
def test_errors_name_file_key_and_what_was_expected(tmp_path: Path, text: str, key: str, expected: str) -> None:
    file = written(tmp_path, text)
    error = problem(file)
    assert error.file == str(file)
    assert error.key == key
    assert expected in error.expected


def test_errors_of_flags_and_variables_name_them() -> None:
    assert problem(None, Flag("--listen", "listen.address", "nowhere")).file == "--listen"
    assert problem(LINTEL_LISTEN__ADDRESS="nowhere").file == "LINTEL_LISTEN__ADDRESS"
    assert "did you mean LINTEL_LISTEN__ADDRESS?" in str(problem(LINTEL_LISTEN__ADRESS="x:1"))


def test_a_missing_file_and_a_binary_one(tmp_path: Path) -> None:
    assert "cannot be read" in str(problem(tmp_path / "absent.toml"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    assert "expected TOML in UTF-8" in str(problem(tmp_path / "binary"))


def test_no_error_repeats_a_password(tmp_path: Path) -> None:
    file = written(tmp_path, '[server]\ndsn = ["postgresql://u:hunter2@h/d"]')
    assert "hunter2" not in str(problem(file))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [('"2s"', 2.0), ('"500ms"', 0.5), ('"1 min"', 60.0), ('"24h"', 86_400.0), ("3", 3.0), ('"4"', 4)],
)
def test_durations(tmp_path: Path, text: str, seconds: float) -> None:
    file = written(tmp_path, f"[server]\nconnect_timeout = {text}")
    assert load(file, environ={}).settings.server.connect_timeout == seconds


def test_addresses_with_brackets() -> None:
    assert load(environ={"LINTEL_LISTEN__ADDRESS": "[::1]:0"}).settings.listen.address == Address("::1", 0)
    assert str(Address("::1", 5)) == "[::1]:5"


def test_the_shipped_file_holds_every_key_at_its_default() -> None:
    content = tomllib.loads(SHIPPED.read_text())
    assert {f"{section}.{name}" for section, values in content.items() for name in values} == set(KEYS)
    shipped, default = load(SHIPPED, environ={}).settings, Settings()
    for key in KEYS.values():
        if key.dotted != "record.store":  # starts from the file's directory
            assert getattr(getattr(shipped, key.section), key.name) == getattr(getattr(default, key.section), key.name)

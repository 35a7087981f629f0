"""[databases]: what it takes, and what it says of what it does not."""

from pathlib import Path

import pytest

from lintel.config import ConfigError, Database, load


def written(directory: Path, text: str) -> Path:
    file = directory / "lintel.toml"
    file.write_text(f"[databases]\n{text}")
    return file


def test_a_dsn_or_a_table_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = 'shop_ro = "host=r dbname=shop"\n"*" = ""\n[databases."a.b"]\ndsn = "host=b"\ncontrol_dsn = "user=lintel"'
    file = written(tmp_path, text)
    assert load(file, environ={}).settings.databases == (
        Database("shop_ro", "host=r dbname=shop"),
        Database("*", ""),
        Database("a.b", "host=b", "user=lintel"),
    )
    assert load(file, environ={}).settings.databases[0].file == str(file)


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("shop = 5", "databases.shop", "expected a DSN"),
        ('"" = "host=a"', "databases", "expected the name of a database"),
        ('shop.control_dsn = "x"', "databases.shop.dsn", "missing"),
        ("shop = { dsn = 5 }", "databases.shop.dsn", "expected a string"),
        ('shop = { dsn = "", controldsn = "" }', "databases.shop.controldsn", "did you mean control_dsn?"),
        ('shop.ro = "host=a"', "databases.shop.ro", "a name with a dot in it is written in quotes"),
    ],
)
def test_errors(tmp_path: Path, text: str, key: str, expected: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(file, environ={})
    assert (caught.value.file, caught.value.key) == (str(file), key)
    assert expected in caught.value.expected


def test_it_is_a_table(tmp_path: Path) -> None:
    (tmp_path / "lintel.toml").write_text("databases = 5")
    with pytest.raises(ConfigError, match=r"expected a table, \[databases\]"):
        load(tmp_path / "lintel.toml", environ={})
    (tmp_path / "lintel.toml").write_text("[database]")
    with pytest.raises(ConfigError, match=r"did you mean databases\?"):
        load(tmp_path / "lintel.toml", environ={})


def test_no_password_shows(tmp_path: Path) -> None:
    settings = load(written(tmp_path, 'shop = "postgresql://u:hunter2@h/d"'), environ={}).settings
    assert "hunter2" not in repr(settings)

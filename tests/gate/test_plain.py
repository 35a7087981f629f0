"""Plain SQL: which files are migrations, in which order, and what of them goes up, at which lines."""

from pathlib import Path

import pytest

from lintel.gate import plain
from lintel.gate.migration import order

HERE = Path(__file__).parent / "projects"


def written(directory: Path, *names: str) -> Path:
    for name in names:
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text("SELECT 1")
    return directory


@pytest.mark.parametrize(
    "names",
    [
        ["V1__a.sql", "V2__b.sql", "V2.1__c.sql", "V10__d.sql", "R__views.sql"],
        ["V1_1__a.sql", "V1_2__b.sql", "V1_10__c.sql"],
        ["0001_a.sql", "0002_b.sql", "0010_c.sql", "100_d.sql"],
        ["1_a.up.sql", "2_b.up.sql", "10_c.up.sql"],
        ["20261101120000_a.sql", "20261102090000_b.sql"],
        ["2026_11_01_a.sql", "2026_11_02_b.sql", "2026_12_01_c.sql"],
        ["2026-11-01-a.sql", "2026-11-02-b.sql"],
        ["001.sql", "002.sql", "later.sql"],
        ["a/1_x.sql", "b/2_x.sql", "a/3_x.sql"],
    ],
    ids=lambda names: names[0],
)
def test_order(names: list[str], tmp_path: Path) -> None:
    found = sorted(plain.files(written(tmp_path, *reversed(names))), key=order)
    assert [file.relative_to(tmp_path).as_posix() for file in found] == names


def test_what_is_no_migration(tmp_path: Path) -> None:
    others = ["1_a.down.sql", "U1__a.sql", "structure.sql", "schema.sql", ".git/x.sql", "revert/a.sql", "verify/a.sql"]
    found = plain.files(written(tmp_path, "1_a.up.sql", "deploy/a.sql", "readme.md", *others))
    assert sorted(file.name for file in found) == ["1_a.up.sql", "a.sql"]


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("SELECT 1", [("SELECT 1", 1, 1)]),
        ("-- why\n\nSELECT\n  1 ; SELECT 2;\n", [("SELECT\n  1 ;", 3, 4), ("SELECT 2;", 4, 4)]),
        ("-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n", [("SELECT 1;", 2, 2)]),
        ("--migrate:down\nSELECT 2;\n--  migrate:up transaction:false\nSELECT 1;\n", [("SELECT 1;", 4, 4)]),
        ("-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2", [("SELECT 1;", 2, 2)]),
        ("SELECT 0;\n-- +migrate Up\nSELECT 1", [("SELECT 1", 3, 3)]),
        ("-- migrate: what is down\nSELECT 1", [("SELECT 1", 2, 2)]),
        ("\\set ON_ERROR_STOP on\nSELECT 1;", [("SELECT 1;", 2, 2)]),
        ("\ufeffSELECT 1", [("SELECT 1", 1, 1)]),
        ("SELECT\r\n  1;\r\nSELECT 2;\r\n", [("SELECT\r\n  1;", 1, 2), ("SELECT 2;", 3, 3)]),
        ("", []),
        ("-- nothing", []),
        ("CREATE FUNCTION f() RETURNS int AS $$\n-- +goose Down is text here\n$$ LANGUAGE sql;",
         [("CREATE FUNCTION f() RETURNS int AS $$\n-- +goose Down is text here\n$$ LANGUAGE sql;", 1, 3)]),
    ],
)  # fmt: skip
def test_what_goes_up(text: str, steps: list[tuple[str, int, int]], tmp_path: Path) -> None:
    file = tmp_path / "1.sql"
    file.write_bytes(text.encode())
    found = plain.read(file)
    assert found.problem is None
    assert [(step.sql.decode().rstrip("; "), step.first, step.last) for step in found.steps] == [
        (sql.rstrip("; "), first, last) for sql, first, last in steps
    ]


@pytest.mark.parametrize(
    ("text", "line"), [("SELECT 1;\nSELECT (;\n", 2), ("-- é\nSELECT 1;\n\nALTER;", 4), ("SELECT 'x", 1)]
)
def test_a_syntax_error_has_a_line(text: str, line: int, tmp_path: Path) -> None:
    file = tmp_path / "1.sql"
    file.write_text(text)
    problem = plain.read(file).problem
    assert problem is not None
    assert problem.line == line


def test_a_long_file_is_read_in_pieces(tmp_path: Path) -> None:
    file = tmp_path / "1.sql"
    file.write_text("INSERT INTO t VALUES ('" + "x" * 1000 + "');\n" * 1)
    file.write_text(file.read_text() * 400 + "ALTER TABLE t ADD x int;\n")
    found = plain.read(file)
    assert (len(found.steps), found.steps[-1].first) == (401, 401)

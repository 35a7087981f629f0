"""Which files are read, in whatever encoding, and what the speed of a scan rests on."""

import os
from pathlib import Path

import pytest
from tests.scan.cases import ORDERS

from lintel.scan import files, scan

QUERY = "SELECT total AS größe FROM orders -- é\n"


def columns(root: Path) -> list[tuple[str, str | None]]:
    return [(Path(one.file).name, one.column) for one in scan([root], ORDERS).uses]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "q.sql").write_bytes(QUERY.replace("\n", "\r\n").encode(encoding))
    found = columns(tmp_path)
    assert found == ([("q.sql", "total")] if encoding != "utf-16" else found)


def test_a_python_file_says_its_encoding(tmp_path: Path) -> None:
    text = f'# -*- coding: latin-1 -*-\nq = "{QUERY.strip()}"\n'
    (tmp_path / "q.py").write_bytes(text.encode("latin-1"))
    assert columns(tmp_path) == [("q.py", "total")]


def test_what_is_nobodys_source_is_left_out(tmp_path: Path) -> None:
    for name in (".git", "node_modules", ".venv", "deep/er", "target", "env"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "q.sql").write_text(QUERY)
    (tmp_path / "env" / "pyvenv.cfg").touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "deep" / "loop").symlink_to(tmp_path / "deep")
    (tmp_path / "gone.sql").symlink_to(tmp_path / "nowhere")
    (tmp_path / "binary.sql").write_bytes(b"\0" + QUERY.encode())
    (tmp_path / "large.sql").write_bytes(QUERY.encode() + b"-" * files.MAX_BYTES)
    os.mkfifo(tmp_path / "pipe.sql")
    assert len(columns(tmp_path)) == 2, "deep/er, and target where nothing builds into it"
    (tmp_path / "pom.xml").touch()
    assert len(columns(tmp_path)) == 1
    assert len(columns(tmp_path / "node_modules" / "q.sql")) == 1, "what is named is read"


def test_only_what_names_a_table_is_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(50):
        (tmp_path / f"f{number}.py").write_text("class A:\n    note = 'SELECT id FROM others'\n" * 20)
    monkeypatch.setattr("lintel.scan.python.parsed", lambda _: pytest.fail("parsed"))
    assert scan([tmp_path], ORDERS).files == 50


def test_python_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "two.py").write_text("print 'SELECT total FROM orders'\n")
    assert columns(tmp_path) == [("two.py", "total")]

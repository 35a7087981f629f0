"""What every test of the check starts from: a store in which three clients were seen, and a way to run the command."""

import asyncio
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.report.test_report import SEEN, record

from lintel.cli.application import run

HERE = Path(__file__).parent
Check = Callable[..., tuple[int, str, str]]

_TIMES = re.compile(r"20\d\d-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+Z)?")


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the tables, statements and clients of the report's tests."""
    path = tmp_path_factory.mktemp("gate") / "lintel.db"
    asyncio.run(record(path, *SEEN))
    return path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of all the projects; the command runs in it."""
    directory = tmp_path / "work"
    shutil.copytree(HERE / "projects", directory, ignore=shutil.ignore_patterns("__pycache__"))
    (directory / ".git").mkdir()  # the top of a repository
    monkeypatch.chdir(directory)
    monkeypatch.setenv("COLUMNS", "120")
    for name in ("GITHUB_STEP_SUMMARY", "VIRTUAL_ENV", "ALEMBIC_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return directory


@pytest.fixture
def check(project: Path, recorded: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """Call it with arguments of `lintel check`: (exit code, stdout, stderr)."""
    assert project.exists()

    def called(*arguments: str) -> tuple[int, str, str]:
        code = run(["check", "--store", str(recorded), *arguments])
        return code, *capsys.readouterr()

    return called


def plain(text: str) -> str:
    """Without what differs from run to run."""
    return _TIMES.sub("TIME", text)


def is_expected(name: str, output: str) -> None:
    """The output is what expected/ keeps of it; with WRITE_EXPECTED in the environment it is kept from now on."""
    path = HERE / "expected" / name
    if os.environ.get("WRITE_EXPECTED"):
        path.write_text(plain(output), encoding="utf-8")
    assert plain(output) == path.read_text(encoding="utf-8")

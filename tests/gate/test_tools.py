"""Alembic and Django: their own SQL, led back to the lines of the migration.

What the tools answer is kept in answers/, so that the rest is tested everywhere; where Alembic and Django are installed
(for this Python, or for the one that MIGRATIONS_PYTHON names) real ones are asked too, and must say what is kept.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.gate.conftest import HERE, Check, is_expected

from lintel.config import ConfigError
from lintel.demo.postgres import find
from lintel.gate import tool

PYTHON = os.environ.get("MIGRATIONS_PYTHON", sys.executable)
ONE_MAJOR = pytest.mark.parametrize("server", find()[:1], indirect=True, ids=lambda found: f"pg{found.major}")


def needs(*modules: str) -> None:
    script = "import sys; from importlib.util import find_spec; sys.exit(None in map(find_spec, sys.argv[1:]))"
    if subprocess.run([PYTHON, "-I", "-c", script, *modules], check=False).returncode:
        pytest.skip(f"{PYTHON} has no {' and '.join(modules)}: install them, or set MIGRATIONS_PYTHON")


@pytest.fixture
def answering(project: Path) -> Callable[[str], str]:
    """A Python that gives the answer that is kept, whatever it is asked."""

    def python(name: str) -> str:
        answer = (
            (HERE / "answers" / f"{name}.json").read_text().replace("PROJECT", str(project / name.partition("-")[0]))
        )
        script = project / "python"
        script.write_text(f"#!/bin/sh\ncat <<'EOF'\nnoise\nlintel-gate:{json.dumps(json.loads(answer))}\nEOF\n")
        script.chmod(0o755)
        return str(script)

    return python


def is_kept(name: str, output: str, project: Path) -> None:
    """The driver's answer is the one that is kept."""
    said: list[dict[str, Any]] = json.loads(output)
    path = HERE / "answers" / f"{name}.json"
    text = json.dumps(said, indent=2).replace(str(project / name.partition("-")[0]), "PROJECT") + "\n"
    if os.environ.get("WRITE_EXPECTED"):
        path.write_text(text)
    assert text == path.read_text()


def test_alembic(check: Check, answering: Callable[[str], str]) -> None:
    code, out, err = check("alembic", "--python", answering("alembic"))
    assert (code, err) == (2, ""), "c3 cannot be written as SQL"
    is_expected("alembic.txt", out)


def test_one_revision(check: Check, answering: Callable[[str], str]) -> None:
    code, out, err = check("alembic/migrations/versions/b2_no_total.py", "--python", answering("alembic-b2"))
    assert (code, err) == (1, "")
    assert "b2_no_total.py:16: takes AccessExclusiveLock" in out
    assert "b2_no_total.py:20: ALTER TABLE orders ADD COLUMN prio SMALLINT" in out
    assert "b2_no_total.py:11: takes AccessExclusiveLock" in out, "the line of the helper that runs it"


def test_a_file_that_alembic_does_not_know(check: Check, answering: Callable[[str], str], project: Path) -> None:
    (project / "alembic" / "stray.py").write_text("down_revision = 'b2'\n")
    code, _, err = check("alembic/stray.py", "--python", answering("alembic-b2"))
    assert code == 2
    assert "alembic/stray.py: Alembic does not know it" in err


def test_django(check: Check, answering: Callable[[str], str]) -> None:
    code, out, err = check("django", "--python", answering("django"))
    assert (code, err) == (1, "")
    is_expected("django.txt", out)


def test_a_file_that_django_does_not_know(check: Check, answering: Callable[[str], str]) -> None:
    code, _, err = check("django/store/migrations/0003_made.py", "--python", answering("django-none"))
    assert code == 2
    assert "Django does not know it as a migration" in err


def test_the_real_alembic(check: Check, project: Path) -> None:
    needs("alembic")
    driver = (Path(tool.__file__).parent / "drivers" / "alembic_offline.py").read_text()
    output = tool.run([PYTHON, "-c", driver, "alembic.ini"], project / "alembic")
    is_kept("alembic", output.partition("lintel-gate:")[2], project)
    code, out, _ = check("alembic/migrations/versions/b2_no_total.py", "--python", PYTHON)
    assert code == 1
    assert "b2_no_total.py:20: ALTER TABLE orders ADD COLUMN prio SMALLINT" in out


@ONE_MAJOR
def test_the_real_django(check: Check, project: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    needs("django", "psycopg")
    url = urlsplit(database)
    settings = {"NAME": url.path[1:], "HOST": url.hostname, "PORT": url.port, "USER": url.username}
    monkeypatch.setenv("SHOP_DATABASE", json.dumps({**settings, "PASSWORD": url.password}))
    driver = (Path(tool.__file__).parent / "drivers" / "django_sqlmigrate.py").read_text()
    asked = json.dumps({"files": None, "below": str(project / "django")})
    command = [PYTHON, "manage.py", "shell", "-c", driver]
    output = tool.run(command, project / "django", environment={"LINTEL_GATE": asked})
    is_kept("django", output.partition("lintel-gate:")[2], project)
    code, out, _ = check("django/store/migrations/0002_no_total.py", "--python", PYTHON)
    assert code == 1
    assert '0002_no_total.py:12: ALTER TABLE "orders" ADD COLUMN "prio" smallint' in out


def test_a_tool_that_does_not_end(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"was not done after 0\.2 seconds"):
        tool.run([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, seconds=0.2)


def test_what_a_tool_says_when_it_fails(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"exit code 3 in .*:\n  told\Z"):
        tool.run([sys.executable, "-c", "import sys; print('told', file=sys.stderr); sys.exit(3)"], tmp_path)
    with pytest.raises(ConfigError, match="--python names another Python"):
        tool.run([sys.executable, "-c", "import no_such_module"], tmp_path)

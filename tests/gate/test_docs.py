"""docs/ci.md and the hook for pre-commit: the commands in them are ones that there are, and the files are found."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from lintel.cli.application import app
from lintel.cli.check import Adapter, Form
from lintel.gate.collecting import Request

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text()
HOOK = (ROOT / ".pre-commit-hooks.yaml").read_text()
COMMANDS = re.findall(r"^(?: *- (?:run: )?)?(lintel check .*)$", PAGE, re.MULTILINE)
CHECK = typer.main.get_command(app).commands["check"]  # type: ignore[attr-defined]
OPTIONS = {name: parameter for parameter in CHECK.params for name in parameter.opts}
CHOICES = {"--format": {form.value for form in Form}, "--adapter": {one.value for one in Adapter}}


def key(name: str) -> str:
    found = re.search(rf"^(?:- |  ){name}: (.*)$", HOOK, re.MULTILINE)
    assert found is not None, name
    return found[1]


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_are_as_shown(command: str) -> None:
    words = shlex.split(command.partition(" #")[0])
    options = [word for word in words if word.startswith("-")]
    assert set(options) <= set(OPTIONS)
    values = {option: words[words.index(option) + 1] for option in options if option in CHOICES}
    assert all(value in CHOICES[option] for option, value in values.items())


def test_there_are_commands() -> None:
    assert len(COMMANDS) >= 7


def test_every_option_is_on_the_page() -> None:
    common = {"--config", "-c", "--help", "-h", "--since", "--output"}
    assert not {name for name in OPTIONS if name.startswith("-") and name not in PAGE} - common
    assert set(Request._fields) >= {"paths", "adapter", "since_commit", "python"}


def test_every_form_and_exit_code_is_on_the_page() -> None:
    assert all(f"| `{form.value}` |" in PAGE for form in Form)
    assert all(f"\n| {code} | " in PAGE for code in range(4))


def test_the_hook() -> None:
    assert key("id") == "lintel-check"
    assert key("entry") == "lintel check"
    assert key("language") == "python"
    files, exclude = re.compile(key("files")), re.compile(key("exclude"))
    taken = [
        "db/migrations/V1__x.sql",
        "shop/store/migrations/0002_x.py",
        "migrations/versions/a1.py",
        "db/migrate/1.sql",
    ]
    for name in taken:
        assert files.search(name), name
        assert not exclude.search(name), name
    for name in ("store/migrations/__init__.py", "migrations/env.py"):
        assert exclude.search(name), name
    assert not files.search("src/models.py")
    assert "id: lintel-check" in PAGE

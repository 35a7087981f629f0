"""What the documents say is so: commands exist and print what is shown, keys are explained, nothing private leaks."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer
from tests.e2e.proxy import Proxy

from lintel.cli.application import app
from lintel.config.settings import KEYS
from lintel.demo.postgres import Server, find

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PAGES = sorted({ROOT / "README.md", *ROOT.glob("*.md"), *ROOT.glob("*/*.md")})
ONE_MAJOR = pytest.mark.parametrize("server", find()[:1], indirect=True, ids=lambda found: f"pg{found.major}")


def commands(group: Any, prefix: str = "") -> Iterator[str]:
    """Every command there is: "plan lint"."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield prefix + name


COMMANDS = set(commands(typer.main.get_command(app)))


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of that language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_every_command_is_in_the_readme() -> None:
    assert not [command for command in COMMANDS if f"| `lintel {command}` |" not in README]


def test_the_list_of_commands_cuts_no_sentence_off() -> None:
    group = typer.main.get_command(app)
    for one in (group, *(each for each in group.commands.values() if hasattr(each, "commands"))):  # type: ignore[attr-defined]
        listed = one.get_help(typer.Context(one, info_name="lintel", terminal_width=78)).partition("Commands:")[2]
        assert listed
        assert "..." not in listed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_the_documents_exists(page: Path) -> None:
    shown = re.findall(
        r"(?:^|[`$ ])lintel ((?:plan|config|import) \w+|[a-z]+)", "\n".join(_code(page.read_text())), re.MULTILINE
    )
    assert set(shown) <= COMMANDS


def _code(text: str) -> Iterator[str]:
    yield from blocks(text, r"(?:sh|console)")
    yield from re.findall(r"`(lintel [^`]+)`", text)


def test_every_trap_that_is_cited_is_explained() -> None:
    explained = set(re.findall(r"^\| (T\d+) \|", (ROOT / "docs" / "traps.md").read_text(), re.MULTILINE))
    sources = [
        *(ROOT / "proxy").rglob("*.py"),
        *(ROOT / "tests" / "shield").rglob("*.py"),
        ROOT / "docs" / "decisions.md",
    ]
    cited = {found for source in sources for found in re.findall(r"[( ](T\d+)[,):]", source.read_text())}
    assert cited
    assert cited <= explained


def test_every_dev_command_of_the_documents_exists() -> None:
    source = (ROOT / "dev").read_text()
    known = set(re.findall(r'"([\w-]+)": \w+', source[source.index("COMMANDS = ") :].partition("}")[0]))
    shown = {name for page in PAGES for name in re.findall(r"\./dev ([\w-]+)", page.read_text())}
    assert shown <= known
    assert known <= set(re.findall(r"\./dev ([\w-]+)", source)), "its own --help"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    assert not [target for target in targets if not (page.parent / target).exists()]


def test_every_key_has_a_reason() -> None:
    lines = (ROOT / "config" / "lintel.toml").read_text().splitlines()
    for key in KEYS.values():
        at = lines.index(f"[{key.section}]")
        line = next(i for i in range(at, len(lines)) if lines[i].startswith(f"{key.name} = "))
        assert lines[line - 1].startswith("# "), key.dotted


@ONE_MAJOR
def test_the_session_in_the_readme_is_a_real_one(
    server: Server, database: str, lintel: Callable[..., Proxy], tmp_path: Path
) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE orders (id int PRIMARY KEY, total numeric(10, 2) NOT NULL)")
        connection.execute("INSERT INTO orders VALUES (1, 90.00), (2, 12.50)")
    proxy = lintel(database, "--plan", str(ROOT / "config" / "plans" / "orders-priority.toml"))
    through = f"postgresql://postgres:{server.password}@{proxy.host}:{proxy.port}/{database.rpartition('/')[2]}"
    path = os.pathsep.join((str(server.bindir), str(_with_lintel(tmp_path)), os.environ["PATH"]))
    environment = {**os.environ, "PATH": path, "POSTGRES": database, "LINTEL": through, "PSQLRC": os.devnull}
    (session,) = blocks(README, "console")
    for command, shown in _steps(session):
        done = subprocess.run(
            ["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT,
            env=environment, check=False, timeout=60,
        )  # fmt: skip
        assert _plain(done.stdout) == _plain(shown), command


def _with_lintel(directory: Path) -> Path:
    script = directory / "lintel"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m lintel "$@"\n')
    script.chmod(0o755)
    return directory


def _steps(session: str) -> Iterator[tuple[str, str]]:
    for step in session.split("\n$ "):
        command, _, shown = step.removeprefix("$ ").partition("\n")
        yield command, shown


def _plain(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


def test_the_lock_names_packages_and_hashes_only() -> None:
    pin = re.compile(
        r"[A-Za-z0-9._-]+(?:\[[\w,-]+\])?==[\w.!+-]+(?: ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}(?: \\)?"
    )
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    assert not [line for line in lines if not line.startswith("#") and not pin.fullmatch(line)]
    assert not (ROOT / "uv.lock").exists()


# Whatever says where this was made rather than what it is.
PRIVATE = re.compile(r"--(?:extra-)?index-url|--find-links|files\.python|/simple/|file:///|/root/|/home/\w+/|/tmp/\w+/")
MAY_SPEAK_OF_IT = {"dev", "tests/test_docs.py", "tests/test_dev.py", "requirements.lock", "Dockerfile"}


def test_nothing_committed_says_where_it_was_made() -> None:
    found = []
    for name in _committed():
        text = (ROOT / name).read_bytes().decode("utf-8", "replace")
        if name not in MAY_SPEAK_OF_IT and (match := PRIVATE.search(text)):
            found.append(f"{name}: {match[0]}")
    assert not found


def _committed() -> list[str]:
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]

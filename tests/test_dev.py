"""./dev, as a module: what it reads of the machine and what it tells uv. Its whole way is walked with --long."""

import ast
import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def dev(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = importlib.machinery.SourceFileLoader("dev", str(ROOT / "dev"))
    spec = importlib.util.spec_from_loader("dev", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_", "SSL_", "ALL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(module, "SYSTEM_PIP_CONF", tmp_path / "etc-pip.conf")
    return module


def test_an_old_python_can_read_it() -> None:
    ast.parse((ROOT / "dev").read_text(), feature_version=(3, 8))


def test_it_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse((ROOT / "dev").read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_an_old_python_is_told_what_is_missing(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 8, 18))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(dev.Failed, match=r"Lintel needs Python 3\.11; this is 3\.8 "):
        dev.interpreter()


def test_pips_configuration_in_uvs_words(dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "etc-pip.conf").write_text("[global]\ncert = /system.pem\nindex-url = https://one.example\n")
    (tmp_path / "config" / "pip").mkdir(parents=True)
    (tmp_path / "config" / "pip" / "pip.conf").write_text("[install]\nfind_links =\n    /a\n    /b\n")
    monkeypatch.setenv("PIP_INDEX_URL", "https://two.example")
    assert dev.uv_words() == {
        "SSL_CERT_FILE": "/system.pem",
        "UV_DEFAULT_INDEX": "https://two.example",
        "UV_FIND_LINKS": "/a /b",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://three.example")
    assert "UV_DEFAULT_INDEX" not in dev.uv_words()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    assert "SSL_CERT_FILE" not in dev.uv_words()


def test_what_venv_is_made_from(dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text("one")
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "LOCK", tmp_path / "requirements.lock")
    before = dev.fingerprint("python")
    assert before == dev.fingerprint("python")
    assert before != dev.fingerprint("other python")
    (tmp_path / "requirements.lock").write_text("two")
    assert before != dev.fingerprint("python")


def test_who_wants_no_bytecode_beside_the_source_gets_it_in_venv(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    assert "PYTHONPYCACHEPREFIX" not in dev.inside()
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert dev.inside()["PYTHONPYCACHEPREFIX"] == str(ROOT / ".venv" / "bytecode")
    assert "PYTHONDONTWRITEBYTECODE" not in dev.inside()


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_a_fresh_clone_in_an_empty_environment(tool: str, tmp_path: Path) -> None:
    if tool == "uv" and shutil.which("uv") is None:
        pytest.skip("no uv on PATH")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    binaries = tmp_path / "bin"
    binaries.mkdir()
    (binaries / "python3").symlink_to(Path(sys.executable).resolve())
    if tool == "uv":
        (binaries / "uv").symlink_to(Path(str(shutil.which("uv"))).resolve())
    environment = {"PATH": f"{binaries}:/usr/bin:/bin", "HOME": str(tmp_path)}
    command = [str(clone / "dev"), "lintel", "--version"]
    first = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert f"with {tool}" in first.stderr
    assert first.stdout.startswith("lintel ")
    assert (clone / ".venv" / "bin" / "lintel").exists()
    assert subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stderr == ""

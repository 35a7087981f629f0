"""Compiles the hot path with mypyc: hatchling runs it while a wheel is built, `./dev build-fast` in a checkout.

The modules are the plain Python that runs where there is no compiler, so whatever is missing (mypyc, a C compiler,
Python's headers) costs speed and nothing else: the wheel is then a pure one. LINTEL_PURE=1 asks for that;
LINTEL_COMPILED=1 makes it an error instead.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = Path(__file__).parent / "proxy"

# What runs for every statement, and what decides one that is new. Together, as calls between them become plain C calls.
MODULES = (
    *(f"lintel/wire/{name}.py" for name in (
        "answers", "ask", "client", "conversation", "decision", "direction", "errors", "exchange", "expected",
        "failures", "framing", "limits", "login", "messages", "needs", "probes", "replies", "requests", "retry", "rows",
        "server", "state", "statements", "told", "transparent", "waiting",
    )),
    *(f"lintel/policy/{name}.py" for name in (
        "asking", "composed", "context", "deciding", "effects", "judged", "kept", "path", "recent", "seen", "shapes",
        "statement", "unread",
    )),
    "lintel/shield/judge.py",
    *(f"lintel/analysis/{name}.py" for name in (
        "calls", "collect", "composite", "dml", "expressions", "facts", "from_items", "looking", "meanings", "names",
        "recursion", "references", "resolution", "scope", "select", "utility", "values", "views", "walk", "world",
    )),
    "lintel/metrics/counters.py",
    "lintel/recorder/count.py",
    "lintel/store/durations.py",
    "lintel/sql/literals.py",
    "lintel/sql/shape.py",
    "lintel/sql/tokens.py",
    "lintel/session/records.py",
    "lintel/session/relay.py",
    "lintel/session/shortcut.py",
    "lintel/session/side.py",
    "lintel/app/presence.py",
)  # fmt: skip
# What cannot be said in Python: sockets without uvloop's transports.
NATIVE = {"lintel.session._stream": "lintel/session/_stream.c"}
SECONDS = 900
# Generated; two of its lines are no Python.
MYPY_INI = "[mypy]\n[mypy-postgast.pg_query_pb2]\nfollow_imports = skip\nfollow_imports_for_stubs = True\n"


class CompilingHook(BuildHookInterface[Any]):
    """Adds the compiled modules to a wheel, beside their source."""

    def dependencies(self) -> list[str]:
        """Asked for only where there is a compiler: without one they would have nothing to do."""
        return ["mypy>=1.20", "setuptools>=77"] if _compiler() and not os.environ.get("LINTEL_PURE") else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """An editable install stays as it is: see `./dev build-fast`."""
        if version == "editable" or os.environ.get("LINTEL_PURE"):
            return
        self._into = Path(tempfile.mkdtemp(prefix="lintel-compiled-"))
        problem = compiled(self._into)
        if problem is not None:
            if os.environ.get("LINTEL_COMPILED"):
                raise RuntimeError(problem)
            self.app.display_warning(f"the hot path is not compiled: {problem.splitlines()[-1]}")
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        for path in self._into.rglob("*.so"):
            build_data["force_include"][str(path)] = str(path.relative_to(self._into))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """What was added is in the wheel by now."""
        if hasattr(self, "_into"):
            shutil.rmtree(self._into, ignore_errors=True)


def _compiler() -> str | None:
    return next(filter(None, map(shutil.which, (os.environ.get("CC", "cc").split()[0], "gcc", "clang"))), None)


def compiled(into: Path) -> str | None:
    """Compile MODULES; None, or what was in the way. In a process of its own, as compilers may fail in any way."""
    with tempfile.TemporaryDirectory(prefix="lintel-build-") as work:
        copy = Path(work) / "source"
        shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
        command = [sys.executable, str(Path(__file__).resolve()), "--extensions", str(into), work]
        try:
            done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return "the compiler took too long"
    return None if done.returncode == 0 else (done.stdout + done.stderr).strip() or "the compiler failed"


def _extensions(into: str, work: str) -> None:
    """In the copy of the source."""
    from mypyc.build import mypycify
    from setuptools import Distribution, Extension

    # A name that the compiler takes for true: the branches for the interpreter are left out.
    options = ["--python-version", "3.11", "--ignore-missing-imports", "--follow-imports=silent"]
    options += ["--always-true", "COMPILED", "--cache-dir", f"{work}/cache", "--config-file", f"{work}/mypy.ini"]
    Path(work, "mypy.ini").write_text(MYPY_INI)
    modules = mypycify([*options, *MODULES], group_name="lintel", target_dir=f"{work}/c", debug_level="0")
    modules += [Extension(name, [source]) for name, source in NATIVE.items()]
    for module in modules:
        module.extra_compile_args += ["-fvisibility=hidden"]  # calls within the library are then direct, or inlined
    build = Distribution({"ext_modules": modules}).get_command_obj("build_ext")
    build.build_lib, build.build_temp = into, f"{work}/objects"
    build.ensure_finalized()
    build.run()


def main(arguments: list[str]) -> int:
    """In place: beside the source of this checkout, which then runs compiled; `--remove` takes that back."""
    if arguments[:1] == ["--extensions"]:
        _extensions(*arguments[1:])
        return 0
    for path in SOURCE.rglob("*.so"):
        path.unlink()
    if arguments == ["--remove"]:
        return 0
    with tempfile.TemporaryDirectory(prefix="lintel-compiled-") as name:
        into = Path(name)
        problem = compiled(into)
        if problem is not None:
            print(f"not compiled:\n{problem}", file=sys.stderr)
            return 1
        for path in into.rglob("*.so"):
            shutil.copy(path, SOURCE / path.relative_to(into))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

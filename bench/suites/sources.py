"""Where the suites come from: source distributions and an environment of their own, both fetched when they are run."""

import shutil
import subprocess
import sys
import tarfile
import venv
from dataclasses import dataclass
from pathlib import Path

from bench.failure import BenchFailure

_NEEDED = (
    "pytest==9.2.0", "pytest-timeout==2.4.0", "pytest-mock==3.17.0", "pytest-xdist==3.8.0",
    "asyncpg==0.32.0", "distro", "uvloop",
    "psycopg2-binary==2.9.13", "psycopg[binary]==3.3.9", "psycopg-pool",
    "pg8000==1.31.6", "pytz", "python-dateutil",
    "sqlalchemy[asyncio]==2.1.9",
    "django==5.2.19", "jinja2", "tblib", "PyYAML", "pillow",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A directory with the environment, the distributions and the unpacked suites."""

    directory: Path

    @property
    def python(self) -> Path:
        """The environment's."""
        return self.directory / "environment" / "bin" / "python"

    def prepare(self) -> None:
        """Make the environment; what is there already is kept."""
        if not self.python.exists():
            venv.create(self.directory / "environment", with_pip=True)
        _quietly(str(self.python), "-m", "pip", "install", "--quiet", *_NEEDED)

    def unpacked(self, requirement: str, without: str) -> Path:
        """That distribution's tests; the package itself, if it lies beside them, would shadow the installed one."""
        sources = self.directory / "sources" / requirement
        if not sources.exists():
            name = requirement.partition("==")[0]
            options = ["--quiet", "--no-deps", "--no-binary", name, "--dest", str(sources)]
            _quietly(sys.executable, "-m", "pip", "download", *options, requirement)
        (archive,) = sources.glob("*.tar.gz")
        target = self.directory / "suites" / requirement
        shutil.rmtree(target, ignore_errors=True)
        with tarfile.open(archive) as members:
            members.extractall(target, filter="data")
        (root,) = target.iterdir()
        if without:
            shutil.rmtree(root / without)
        return root


def _quietly(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchFailure(f"{' '.join(command[:4])} failed:\n{done.stderr}")

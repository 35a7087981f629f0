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
    way: str = ""

    def printed(self, name: str) -> Path:
        """Where what a suite printed is kept."""
        return self.directory / "printed" / self.way / f"{name}.txt"

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

    def debian(self, names: tuple[str, ...], prefix: str) -> Path:
        """These packages and those they depend on whose names begin with `prefix`, unpacked but not installed."""
        target = self.directory / "debian"
        if not target.exists():
            no = [f"--no-{kind}" for kind in ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")]
            listed = _quietly("apt-cache", "depends", "--recurse", *no, *names).split()
            wanted = sorted({name for name in listed if name.startswith(prefix)})
            archives = self.directory / "archives"
            archives.mkdir(exist_ok=True)
            _quietly("apt-get", "download", "-o", "APT::Sandbox::User=root", *wanted, directory=archives)
            for archive in archives.glob("*.deb"):
                _quietly("dpkg-deb", "--extract", str(archive), str(target))
        return target

    def node_modules(self, requirements: tuple[str, ...]) -> Path:
        """These packages of npm."""
        root = self.directory / "node"
        if not (root / "node_modules").exists():
            root.mkdir(exist_ok=True)
            (root / "package.json").write_text('{"private": true}')
            _quietly("npm", "install", "--no-audit", "--no-fund", "--no-save", *requirements, directory=root)
        return root / "node_modules"


def _quietly(*command: str, directory: Path | None = None) -> str:
    """What it printed on stdout."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=directory)
    if done.returncode:
        raise BenchFailure(f"{' '.join(command[:4])} failed:\n{done.stderr}")
    return done.stdout

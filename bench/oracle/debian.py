"""PostgreSQL's own regression suite, from Debian's source package of that major version, fetched with apt-get.

With source lists of its own, so that nothing of the machine's is changed; any version of it that the archive still has
will do, so the newest comes first and a mirror that has it no more is passed over.
"""

import re
import subprocess
from pathlib import Path

from bench.failure import BenchFailure

_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_SOURCES = f"""Types: deb-src
URIs: http://deb.debian.org/debian
Suites: bookworm trixie sid
Components: main
Signed-By: {_KEYRING}
"""
_STANZA = re.compile(r"^Version: (\S+)", re.MULTILINE)


def archive(major: int, directory: Path) -> Path:
    """The source archive; what is there already is kept. Raises BenchFailure."""
    found = sorted(directory.glob(f"postgresql-{major}_*.orig.tar.*"))
    if found:
        return found[-1]
    options = _lists(directory / "apt")
    _checked(["apt-get", *options, "update", "-qq"], directory)
    package = f"postgresql-{major}"
    told = _checked(["apt-cache", *options, "showsrc", package], directory)
    wanted = ["source", "-qq", "--download-only", "--tar-only"]
    for version in reversed(_STANZA.findall(told)):
        done = _run(["apt-get", *options, *wanted, f"{package}={version}"], directory)
        found = sorted(directory.glob(f"{package}_*.orig.tar.*"))
        if done.returncode == 0 and found:
            return found[-1]
    raise BenchFailure(f"apt-get could not fetch the sources of {package}; --regress takes an archive of them")


def _lists(directory: Path) -> list[str]:
    for name in ("parts", "lists/partial", "cache/archives/partial"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    (directory / "parts" / "debian.sources").write_text(_SOURCES)
    places = {
        "Dir::Etc::sourcelist": "/dev/null",
        "Dir::Etc::sourceparts": directory / "parts",
        "Dir::State::lists": directory / "lists",
        "Dir::Cache": directory / "cache",
        "APT::Sandbox::User": "root",  # the directory is this user's alone
    }
    return [word for name, value in places.items() for word in ("-o", f"{name}={value}")]


def _checked(command: list[str], directory: Path) -> str:
    done = _run(command, directory)
    if done.returncode:
        raise BenchFailure(f"{' '.join((command[0], *command[-2:]))} failed:\n{done.stderr}")
    return done.stdout


def _run(command: list[str], directory: Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise BenchFailure(f"no {command[0]} here; --regress takes an archive of PostgreSQL's sources") from None

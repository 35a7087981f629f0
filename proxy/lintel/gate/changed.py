"""Which files have changed since a commit, by git."""

from collections.abc import Sequence
from pathlib import Path

from lintel.config import ConfigError
from lintel.gate import tool

_SECONDS = 30.0


def since(commit: str, paths: Sequence[Path]) -> frozenset[Path]:
    """Files at or below the paths that are new or others since the branch left the commit, committed or not."""
    if commit.startswith("-"):
        raise ConfigError("--since-commit", commit, "expected a commit, such as origin/main")
    found: set[Path] = set()
    for directory in {path if path.is_dir() else path.parent for path in paths}:
        found |= _changed(commit, directory)
    return frozenset(found)


def _changed(commit: str, directory: Path) -> set[Path]:
    top = Path(_git(directory, "rev-parse", "--show-toplevel").strip())
    base = _base(commit, directory)
    names = _git(top, "diff", "--name-only", "--diff-filter=d", "--no-renames", "-z", base, "--")
    names += _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    return {(top / name).resolve() for name in names.split("\0") if name}


def _base(commit: str, directory: Path) -> str:
    try:
        return _git(directory, "merge-base", commit, "HEAD").strip()
    except ConfigError as problem:
        said = "git finds no commit that it and HEAD have in common; a shallow clone has to be fetched in full"
        raise ConfigError("--since-commit", commit, f"{said} ({problem.expected.strip()})") from None


def _git(directory: Path, *arguments: str) -> str:
    return tool.run(["git", "-c", "core.quotePath=false", *arguments], directory, seconds=_SECONDS)

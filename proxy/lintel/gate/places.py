"""Files as output names them: as people do from here, and from the top of the repository for programs."""

from pathlib import Path


def from_here(file: Path) -> str:
    """Relative to the working directory where it is below."""
    return _relative(file, Path.cwd())


def from_top(file: Path) -> str:
    """Relative to the repository that holds the working directory, with / between names."""
    here = Path.cwd()
    top = next((place for place in (here, *here.parents) if (place / ".git").exists()), here)
    return _relative(file, top)


def _relative(file: Path, base: Path) -> str:
    whole = file.resolve()
    return (whole.relative_to(base.resolve()) if whole.is_relative_to(base.resolve()) else whole).as_posix()

"""Where a command's output goes, and how wide and colourful it is; where the store is."""

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from lintel.config import ConfigError, Flag, load


def store_path(file: Path | None, store: str | None) -> Path:
    """--store, else the configuration's."""
    return Path(load(file, [Flag("--store", "record.store", store)]).settings.record.store)


def width() -> int:
    """Columns of the terminal."""
    return shutil.get_terminal_size((120, 24)).columns


def colour(output: Path | None) -> bool:
    """Only on a terminal, and not against NO_COLOR."""
    return output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def write(text: Iterable[str], output: Path | None) -> None:
    """To the file, else to stdout, piece by piece."""
    if output is None:
        sys.stdout.writelines(text)
        sys.stdout.flush()
        return
    try:
        with output.open("w", encoding="utf-8", newline="") as file:
            file.writelines(text)
    except OSError as problem:
        raise ConfigError("--output", str(output), f"cannot be written: {problem.strerror}") from None

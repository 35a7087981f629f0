"""One report in one of its forms."""

from collections.abc import Callable, Iterator
from pathlib import Path

from lintel.report.document import as_csv, as_json, window_document
from lintel.report.dot import as_dot
from lintel.report.gather import Report, gather
from lintel.report.markdown import as_markdown
from lintel.report.page import as_html
from lintel.report.text import as_text
from lintel.store import Filter, Reader

__all__ = ["DEFAULT_WIDTH", "FORMATS", "render", "window_document"]

DEFAULT_WIDTH = 120


def render(
    path: Path,
    wanted: Filter,
    form: str = "text",
    *,
    compare: str | None = None,
    width: int = DEFAULT_WIDTH,
    colour: bool = False,
) -> Iterator[str]:
    """The report on a store, piece by piece, ending with a line break; StoreError where the store cannot be read.

    `compare` is a moment as the store writes it: what is new since then, what is gone.
    """
    reader = Reader(path)
    try:
        report = gather(reader, wanted, compare)
    finally:
        reader.close()
    return FORMATS[form](report, width, colour)


FORMATS: dict[str, Callable[[Report, int, bool], Iterator[str]]] = {
    "text": as_text,
    "json": as_json,
    "html": as_html,
    "md": as_markdown,
    "csv": as_csv,
    "dot": as_dot,
}

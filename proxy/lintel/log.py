"""Structured logs on stderr: JSON lines, or readable ones on a terminal. No line carries what a client's SQL carried.

Modules say `structlog.get_logger(__name__)` and pass values by name; what libraries send through `logging` takes
the same way. What may leave is decided by type, not by trust in the caller:

- text: control characters escaped, so that a name can never forge a line; passwords in URIs masked; cut at a length;
- numbers, truth values and paths as they are; bytes only as their length; any other object only as its type's name;
- exceptions: type and place. Their message only where it is our own wording or the operating system's: a KeyError's
  message is its key, which may well be a statement.
- libraries: the first line of their message (asyncio appends the repr of what failed below it).

Which events there are is not known here.
"""

import logging
import os
import re
import sys
import traceback
from pathlib import Path, PurePath
from types import TracebackType
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

Form = Literal["auto", "json", "console"]

MAX_TEXT = 1000
MAX_FRAMES = 12
PACKAGE = Path(__file__).parent

# C0, DEL, C1, line separators, and the marks that reorder or hide text on a terminal.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@\s]*(?=@)|(password\s*=\s*)('[^']*'|\S+)", re.IGNORECASE)


def configure(level: str = "info", form: Form = "auto", stream: TextIO | None = None) -> None:
    """Send every log of this process to the stream (stderr); once, before the first line."""
    out = stream or sys.stderr
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_log_level, _first_line],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _render_safe, _renderer(form, out)],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,  # a later configure() must reach loggers that are module globals
    )


def _renderer(form: Form, out: TextIO) -> Processor:
    if form == "console" or (form == "auto" and out.isatty()):
        colors = out.isatty() and not os.environ.get("NO_COLOR")
        return structlog.dev.ConsoleRenderer(colors=colors, timestamp_key="time", pad_event_to=0)
    return structlog.processors.JSONRenderer(ensure_ascii=False)


def _first_line(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event["event"] = str(event["event"]).partition("\n")[0]
    return event


_stamp = structlog.processors.TimeStamper(fmt="iso", utc=True, key="time")


def _render_safe(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Time, level and event first; then every value in the form in which it may leave."""
    raised = event.pop("exc_info", None)
    event.pop("stack_info", None)
    first = _stamp(logger, name, {})
    first.update(level=event.pop("level", name), event=safe(event.pop("event", "")))
    first.update((str(safe(key)), safe(value)) for key, value in event.items())
    error = sys.exc_info()[1] if raised is True else raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        first.update(error=safe(error), at=_frames(error.__traceback__))
    return first


def safe(value: object) -> object:
    """The value in the form in which it may be logged."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str | PurePath):
        return _text(str(value))
    if isinstance(value, BaseException):
        return _error(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if isinstance(value, list | tuple | set | frozenset):
        return [safe(item) for item in list(value)[:100]]
    return f"<{type(value).__name__}>"


def _text(text: str) -> str:
    masked = _PASSWORD.sub(r"\1\2***", text[: MAX_TEXT * 4])
    escaped = _CONTROL.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode("ascii"), masked)
    return escaped if len(escaped) <= MAX_TEXT else escaped[:MAX_TEXT] + "..."


def _error(error: BaseException) -> str:
    kind = type(error).__name__
    if type(error).__module__.partition(".")[0] == "lintel":
        return _text(f"{kind}: {error}")
    if isinstance(error, OSError) and error.strerror:
        return _text(f"{kind}: {error.strerror}")
    return kind


def _frames(trace: TracebackType | None) -> list[str]:
    """Where it happened, without the source lines (which a REPL or an eval could fill with anything)."""
    frames = traceback.extract_tb(trace)[-MAX_FRAMES:]
    return [_text(f"{_short(Path(frame.filename))}:{frame.lineno} {frame.name}") for frame in frames]


def _short(path: Path) -> Path:
    return path.relative_to(PACKAGE.parent) if path.is_relative_to(PACKAGE) else Path(path.name)

"""How numbers, times and windows are said to people, in whatever form the report has."""

from collections.abc import Iterable, Iterator, Mapping

from lintel.report.gather import Report
from lintel.store import Traffic, Window

MAX_GAPS = 10  # of a window are told one by one


def window_lines(window: Window) -> Iterator[str]:
    """What was watched, and what of it is not known."""
    if window.start is None or window.end is None:
        yield "Nothing has been watched yet."
        return
    yield f"Watched from {readable(window.start)} to {readable(window.end)} (UTC)."
    yield from unknown(window)


def unknown(window: Window) -> Iterator[str]:
    """What of a window is not known."""
    for start, end in window.gaps[:MAX_GAPS]:
        yield f"Not watched from {readable(start)} to {readable(end)}."
    if len(window.gaps) > MAX_GAPS:
        yield f"Nor in {counted(len(window.gaps) - MAX_GAPS, 'further gap')}."
    if window.dropped:
        yield f"Lost: {counted(window.dropped, 'observation')}."
    if window.opaque:
        yield f"Not understood: {counted(window.opaque, 'statement')}; what they use is not known."


def holes(report: Report) -> Iterator[str]:
    """What is not known by database, where there are several, and of the server's own code."""
    for database, window in report.windows.items() if len(report.windows) > 1 else ():
        if window.dropped or window.opaque:
            yield f"In {database}: {counted(window.dropped, 'observation')} lost, {window.opaque:,} not understood."
    for name, why in report.unread[:MAX_GAPS]:
        yield f"Not all read: {name}: {why}."
    if len(report.unread) > MAX_GAPS:
        yield f"Nor {counted(len(report.unread) - MAX_GAPS, 'further object')}."


def nobody(report: Report) -> Iterator[str]:
    """Absence is evidence only where everything was seen and understood."""
    subject = ".".join(part for part in (report.wanted.table, report.wanted.column) if part) or "any table"
    by = f" by {report.wanted.client}" if report.wanted.client else ""
    if report.whole and not report.objects:
        yield f"Nobody used {subject}{by} in {lasting(report.window.seconds)}."
    elif report.window.start is not None:
        yield f"No use of {subject}{by} was seen in traffic."
        if not report.whole:
            yield "That does not mean that there is none: not everything was watched and understood, see above."


def unused(names: list[str], report: Report) -> str:
    """Of columns without a use."""
    if report.whole:
        return f"nobody used in {lasting(report.window.seconds)}: {', '.join(names)}"
    return f"not seen, but not everything was watched and understood: {', '.join(names)}"


def lasting(seconds: float) -> str:
    """`40 minutes`, `3 hours`, `12 days`: whole ones, never more than it was."""
    for length, thing in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * length:
            return counted(int(seconds // length), thing)
    return counted(int(seconds), "second")


def counted(number: int, thing: str) -> str:
    """`1 call`, `2,000 calls`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def readable(moment: str) -> str:
    """2026-11-21 03:48:02."""
    return moment[:19].replace("T", " ")


def per_day(calls: int, report: Report) -> str:
    """`12`, `0.3`; empty where less than a day was watched."""
    if report.daily is None:
        return ""
    number = calls * report.daily
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


def took(sent: Traffic, part: float) -> str:
    """A quantile of the time that calls took: `0.45 ms`; empty where none was timed."""
    seconds = sent.seconds(part)
    if seconds is None:
        return ""
    return f"{seconds:.2g} s" if seconds >= 1 else f"{float(f'{seconds * 1000:.2g}'):g} ms"


def rows(sent: Traffic) -> str:
    """Rows of a call on average: `1`, `0.5`, `1,200`; empty where none was timed."""
    number = sent.rows
    return "" if number is None else f"{number:,.0f}" if number >= 10 else f"{float(f'{number:.2g}'):g}"


def failures(errors: Mapping[str, int]) -> str:
    """`42703 (2), 57014`."""
    most = sorted(errors.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{code} ({calls:,})" if calls > 1 else code for code, calls in most)


def listed(names: Iterable[str], most: int = 12) -> str:
    """`a, b, c and 4 more`."""
    every = list(names)
    more = f" and {len(every) - most:,} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def printable(name: str) -> str:
    """Without control characters and those that turn the direction of writing: clients choose their names."""
    return name if name.isprintable() else "".join(c if c.isprintable() else "?" for c in name)

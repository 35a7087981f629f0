"""The times of a log: local to log_timezone, which they name by an abbreviation only."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

Clock = Callable[[str], float]

_HOURS = {
    **dict.fromkeys(("UTC", "GMT", "UCT", "Z", "WET"), 0),
    **dict.fromkeys(("BST", "CET", "WEST"), 1),
    **dict.fromkeys(("CEST", "EET"), 2),
    **dict.fromkeys(("EEST", "MSK"), 3),
    **dict.fromkeys(("JST", "KST"), 9),
    **dict.fromkeys(("EDT",), -4),
    **dict.fromkeys(("EST", "CDT"), -5),
    **dict.fromkeys(("CST", "MDT"), -6),
    **dict.fromkeys(("MST", "PDT"), -7),
    **dict.fromkeys(("PST", "AKDT"), -8),
    **dict.fromkeys(("AKST",), -9),
    **dict.fromkeys(("HST",), -10),
}
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)?")


class UnknownZone(Exception):
    """An abbreviation that means several zones, or none that is known."""


def clock(zone: str | None) -> Clock:
    """Seconds since 1970 of a log's times; `zone` is log_timezone, needed where its abbreviation says too little.

    Raises ZoneInfoNotFoundError or ValueError for a zone that does not exist; what it returns raises UnknownZone, and
    ValueError for what is no time.
    """
    given = None if zone is None else ZoneInfo(zone)

    def seconds(written: str) -> float:
        moment, _, abbreviation = written.rpartition(" ")
        return datetime.fromisoformat(moment).replace(tzinfo=given or _zone(abbreviation)).timestamp()

    return seconds


def _zone(abbreviation: str) -> tzinfo:
    hours = _HOURS.get(abbreviation)
    if hours is not None:
        return timezone(timedelta(hours=hours)) if hours else UTC
    offset = _OFFSET.fullmatch(abbreviation)
    if offset is None:
        raise UnknownZone(abbreviation)
    span = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    return timezone(-span if offset[1] == "-" else span)

"""Two periods beside each other: which uses are new since a moment, and which were not seen any more."""

from typing import NamedTuple

from lintel.report.gather import Report
from lintel.report.overview import Line, lines_of
from lintel.report.wording import lasting, readable
from lintel.store import Window


class Compared(NamedTuple):
    """Uses before a moment and since then."""

    moment: str
    since: Window  # that was watched since the moment
    new: list[Line]
    gone: list[Line]

    @property
    def about_gone(self) -> str:
        """What may be said of those that were not seen again."""
        if self.since.whole:
            return f"not seen in {lasting(self.since.seconds)} since {readable(self.moment)}"
        return f"not seen since {readable(self.moment)}, but not everything was watched and understood since"


def compared(report: Report) -> Compared | None:
    """None where the report compares nothing."""
    if report.compared is None:
        return None
    moment, since = report.compared
    lines = list(lines_of(report.uses))
    new = [line for line in lines if line.first_seen >= moment]
    return Compared(moment, since, new, [line for line in lines if line.last_seen < moment])

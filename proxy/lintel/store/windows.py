"""What was watched, from the runs of all writers: from, to, and the gaps, of which nothing is known.

A run that has not ended by itself was killed: what it had observed since its last flush is lost, so that time is a gap
even where another process was watching too.
"""

from lintel.store.rows import Run, Window, seconds, utc

GAP_SECONDS = 5.0  # a heartbeat comes with every flush, which may take a little; a restart in less is none

Gap = tuple[str, str]


def watched(runs: list[Run], since: str | None = None) -> Window:
    """Runs, by start, as one window without its counts."""
    if not runs:
        return Window(None, None)
    end = max(run.heartbeat for run in runs)
    start = max(runs[0].started, since or "")
    gaps = _unwatched(runs) + _killed(runs, end)
    if since is not None and _apart(since, runs[0].started):
        gaps.append((since, runs[0].started))
        start = since
    return Window(start, end, tuple(_joined([gap for gap in gaps if gap[1] > start])))


def _unwatched(runs: list[Run]) -> list[Gap]:
    gaps, end = [], runs[0].heartbeat
    for run in runs[1:]:
        if _apart(end, run.started):
            gaps.append((end, run.started))
        end = max(end, run.heartbeat)
    return gaps


def _killed(runs: list[Run], end: str) -> list[Gap]:
    gaps = []
    for run in runs:
        patience = max(GAP_SECONDS, 3 * run.interval)  # a heartbeat that is only late
        later = any(other.started > run.heartbeat for other in runs)
        if not run.closed and (later or seconds(end) - seconds(run.heartbeat) > patience):
            lost = utc(seconds(run.heartbeat) + max(GAP_SECONDS, run.interval))
            gaps.append((run.heartbeat, min(lost, end)))
    return gaps


def _joined(gaps: list[Gap]) -> list[Gap]:
    joined: list[Gap] = []
    for start, end in sorted(gaps):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        elif end > start:
            joined.append((start, end))
    return joined


def _apart(end: str, start: str) -> bool:
    return start > end and seconds(start) - seconds(end) > GAP_SECONDS

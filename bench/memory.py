"""Memory of processes by the kernel's own accounting: a page that several share counts for each in part (PSS)."""

from pathlib import Path

from bench.failure import BenchFailure


def used(pid: int) -> int:
    """Bytes of this process and its children (workers)."""
    try:
        figures = Path(f"/proc/{pid}/smaps_rollup").read_text()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError as error:
        raise BenchFailure(f"no memory figures for process {pid} ({error.strerror}): this needs Linux") from None
    own = int(next(line for line in figures.splitlines() if line.startswith("Pss:")).split()[1]) * 1024
    return own + sum(used(int(child)) for child in children)


def peak(pid: int) -> int:
    """Bytes, the most that this process has had at once, what it shares with others included."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError as error:
        raise BenchFailure(f"no memory figures for process {pid} ({error.strerror}): this needs Linux") from None
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]) * 1024


def slope(points: list[tuple[int, int]]) -> float:
    """Bytes per session, of points (sessions, bytes): least squares."""
    count = len(points)
    across, up = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    return sum((x - across) * (y - up) for x, y in points) / sum((x - across) ** 2 for x, _ in points)

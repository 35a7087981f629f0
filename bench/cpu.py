"""CPU time of a process by the scheduler's own accounting: nanoseconds, all its threads and children.

Throughput on a shared machine swings by a tenth from second to second; the CPU time that a query costs does not.
"""

from pathlib import Path

from bench.failure import BenchFailure


def spent_ns(pid: int) -> int:
    """Nanoseconds on a CPU so far, of every thread of this process and of its children (workers)."""
    tasks = Path(f"/proc/{pid}/task")
    try:
        threads = list(tasks.iterdir())
        own = sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads)
        children = {child for thread in threads for child in (thread / "children").read_text().split()}
    except OSError as error:
        raise BenchFailure(f"no scheduler statistics for process {pid} ({error.strerror}): this needs Linux") from None
    return own + sum(spent_ns(int(child)) for child in children)

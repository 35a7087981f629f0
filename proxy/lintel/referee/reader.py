"""The process that reads: a brief as a line of JSON on stdin, what is to be said of it as one on stdout.

Started by `referee` as `python -m lintel.referee.reader`. It limits itself, so that no text can make it a burden, also
where nobody is left to end it: the lowest priority, little memory, and some seconds of CPU for each brief.
"""

import json
import os
import resource
import signal
import sys
from typing import Any

from lintel.brief import Brief, BriefTable

CPU_SECONDS = 5
MEMORY_BYTES = 1 << 30  # of address space: some 60 MB of it are used


def main() -> None:
    """Until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the other end of stdin decides
    os.nice(19)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime)
        resource.setrlimit(resource.RLIMIT_CPU, (spent + CPU_SECONDS, resource.RLIM_INFINITY))
        print(json.dumps(_said(json.loads(line))), flush=True)


def _said(given: list[Any]) -> dict[str, object]:
    """{"differences": [..]} or {"unread": why}."""
    try:
        from lintel.dialects import NotRead
        from lintel.referee.comparing import differences
    except ImportError:
        return {"unread": "sqlglot is not there"}
    try:
        return {"differences": differences(_brief(*given))}
    except NotRead as why:
        return {"unread": str(why)}
    except MemoryError:
        return {"unread": "it took too much memory"}


def _brief(client: str, server: str, search_path: list[str], tables: list[list[Any]], dropped: list[str]) -> Brief:
    told = (
        BriefTable(schema, name, *(tuple((column, label) for column, label in part) for part in parts))
        for schema, name, *parts in tables
    )
    return Brief(client, server, tuple(search_path), tuple(told), tuple(dropped))


if __name__ == "__main__":
    main()

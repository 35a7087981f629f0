"""One entry of a server's log, whatever the format of the file (manual 20.8.4 and 20.8.5)."""

from typing import NamedTuple


class Unreadable(Exception):
    """Bytes that are no entry of this format: torn by a crash, or another file."""


class Entry(NamedTuple):
    """The columns that an import looks at; "" where the log has none."""

    time: str  # as written: 2026-11-21 06:12:56.123 CET
    user: str
    database: str
    host: str  # an address, without its port; "" for a unix socket
    session: str  # the log's session_id
    sqlstate: str
    message: str
    detail: str
    query: str  # of the statement that failed
    application_name: str

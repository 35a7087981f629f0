"""One rule that something meets, and in what it differs from the rule's usual case."""

from typing import NamedTuple

SILENT = ""  # instead of an SQLSTATE: no error, where the rule's usual case has one


class Hit(NamedTuple):
    """`sqlstate` and `message` where they are not the rule's own."""

    rule: str
    sqlstate: str | None = None
    message: str | None = None

"""What a second reader needs to compare a rewritten text with the client's own: no literals, and nothing of ours.

Columns have labels, the same on both sides for what is the same column: a planned one is called as the client calls it.
"""

from typing import NamedTuple

Labels = tuple[tuple[str, str], ...]  # (name of a column, its label), in order


class BriefTable(NamedTuple):
    """One relation as the client's text and the server's text find it."""

    schema: str
    name: str
    client: Labels
    server: Labels
    planned: Labels  # every name that a planned column has on either side


class Brief(NamedTuple):
    """Both texts are literal-free (lintel.sql.stored)."""

    client: str
    server: str
    search_path: tuple[str, ...]
    tables: tuple[BriefTable, ...]
    dropped: tuple[str, ...] = ()  # labels of columns whose writes are taken out of the text for the server

"""The store: what was observed, kept across restarts and added up across writers. SQLite in this version.

`sqlite` opens, migrates and writes; `reading` answers report and impact; `rows` is what goes in and comes out;
`snapshot` keeps a catalog as JSON; `uses` makes rows of facts.
Knows nothing of sessions, plans or who asks; never sees a literal.
"""

from lintel.store.errors import Corrupt, StoreError
from lintel.store.reading import Filter, Reader
from lintel.store.rows import Batch, Observation, Recorded, Use, UseRow, Window, WindowRow
from lintel.store.sqlite import Store
from lintel.store.uses import split, uses_of

__all__ = [
    "Batch",
    "Corrupt",
    "Filter",
    "Observation",
    "Reader",
    "Recorded",
    "Store",
    "StoreError",
    "Use",
    "UseRow",
    "Window",
    "WindowRow",
    "split",
    "uses_of",
]

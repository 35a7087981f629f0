"""The store: what was observed, kept across restarts and added up across writers. SQLite in this version.

`sqlite` opens, migrates and writes, a batch by `adding`; `keeping` is what becomes of old slots; `reading` answers
report and impact, `windows` what was watched; `rows` is what goes in and comes out, `durations` times as small
numbers; `snapshot` keeps a catalog as JSON; `uses` makes rows of facts; `unplanned` are changes that no plan announced;
`migrations` is the schema by version, `slots` the third of them; `errors`: StoreError.
Knows nothing of sessions, plans or who asks; never sees a literal.
"""

from lintel.store.errors import Corrupt, StoreError
from lintel.store.reading import Filter, Reader
from lintel.store.rows import (
    Activity,
    Batch,
    Observation,
    Recorded,
    Run,
    SideKey,
    SideRow,
    Slot,
    Traffic,
    UnplannedKey,
    UnplannedRow,
    Use,
    UseRow,
    Window,
)
from lintel.store.sqlite import Store, check_writable
from lintel.store.unplanned import Past
from lintel.store.uses import split, uses_of

__all__ = [
    "Activity",
    "Batch",
    "Corrupt",
    "Filter",
    "Observation",
    "Past",
    "Reader",
    "Recorded",
    "Run",
    "SideKey",
    "SideRow",
    "Slot",
    "Store",
    "StoreError",
    "Traffic",
    "UnplannedKey",
    "UnplannedRow",
    "Use",
    "UseRow",
    "Window",
    "check_writable",
    "split",
    "uses_of",
]

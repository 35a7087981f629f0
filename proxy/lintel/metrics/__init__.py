"""What Lintel counts about itself, and how Prometheus reads it.

The hot path adds to plain integers on a plain object (`Counters`); only a scrape makes samples of them
(`Exporter`). Nothing here knows a session, a statement or a client: labels come from small closed sets, never
from traffic, so that a scrape stays bounded whatever clients send.

- *counters*: the integers; *lag*: how late the event loop is; *exporter*: both as families; *exposition*: their text.
"""

from lintel.metrics.counters import READINGS, VERDICTS, Counters
from lintel.metrics.exporter import CatalogState, Exporter, RecorderState
from lintel.metrics.exposition import exposition, registry
from lintel.metrics.lag import LoopLag

__all__ = [
    "READINGS",
    "VERDICTS",
    "CatalogState",
    "Counters",
    "Exporter",
    "LoopLag",
    "RecorderState",
    "exposition",
    "registry",
]

"""The report: who reads and writes what, from the store, as text for people or as JSON.

- *gather*: the questions to the store, and the views of the kept catalog.
- *filters*: what --table, --column, --client and --since mean.
- *render*: its forms; *text* and *pretty* are those for people.
- *breakage*: `lintel impact`, what of that a change would break.

Knows nothing of live servers: what it says is what was seen.
"""

from lintel.report.filters import wanted
from lintel.report.gather import Object, Report, gather
from lintel.report.render import FORMATS, render

__all__ = ["FORMATS", "Object", "Report", "gather", "render", "wanted"]

"""The report: who reads and writes what, from the store, in the forms that people and programs read.

- *gather*: the questions to the store, and the objects of the kept catalog. *filters*: what the options mean.
- *overview*: what it comes to, table by table; *risks* of a change by rule id; *compared*: two periods.
- *render*: its forms. *text* and *pretty* for a terminal; *document* as JSON and CSV; *markdown*; *dot*; *page*, of
  *sections* and *plots*, which *markup* makes safe, as HTML. *wording* says numbers and windows alike in all of them.
- *breakage*: `lintel impact`, what of that a change would break; *code_uses*: likewise in source code.
- *versions*: who is on which side of a plan; *release*: whether it may end; *plan_page*: its page for a repository;
  *changes*: those that no plan announced.

Knows nothing of live servers: what it says is what was seen.
"""

from lintel.report.filters import moment, wanted
from lintel.report.gather import Object, Report, gather
from lintel.report.render import FORMATS, render

__all__ = ["FORMATS", "Object", "Report", "gather", "moment", "render", "wanted"]

"""What a change of columns would break: resolve under the schema as it is and as it would be, and compare.

- *change*: DDL -> the schema after it, and what became of which column.
- *compare*: two resolutions of one statement -> the failure modes between them.
- *views*, *objects*: what of the database's own stands in the way.
- *rules*: the catalogue of failure modes, as data. *locks*: what the DDL itself does to the table.
- *planned*: a plan as DDL.

Pure: knows neither the store nor servers; statements are given, findings are returned.
"""

from lintel.impact.assess import Caller, Finding, Impact, Seen, assess
from lintel.impact.change import Unsupported
from lintel.impact.locks import Ddl
from lintel.impact.rules import RULES, Rule

__all__ = ["RULES", "Caller", "Ddl", "Finding", "Impact", "Rule", "Seen", "Unsupported", "assess"]

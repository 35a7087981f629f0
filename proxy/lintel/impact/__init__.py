"""What a change of columns would break: resolve under the schema as it is and as it would be, and compare.

- *change*: DDL, step by step -> the schema after it, and what became of which column; *constraints*: what it puts on
  the rows.
- *assess*: all findings of a change; *hit* and *met*: one rule that a statement or an object meets; *words*: what is
  said of it.
- *compare*: two resolutions of one statement -> the failure modes between them; *writes*, *rows*, *types* are those
  that are not about names; *outputs*: which stars reach a result;
  *expressions* and *kinds*: types of expressions, and what types have in common.
- *views*, *objects*, *refusals*: what of the database's own stands in the way; *dropping*: what a migration takes away.
- *rules*: the catalogue of failure modes, as data; *explanations*: what `lintel explain` says of each.
- *locks*, *rewriting*, *proofs*: what the DDL itself does to the table. *blockers*: who is in its way right now.

Pure: knows neither the store nor servers; statements are given, findings are returned.
"""

from lintel.impact.assess import Caller, Finding, Impact, Seen, assess
from lintel.impact.change import Place, Script, Unsupported
from lintel.impact.locks import Ddl
from lintel.impact.rules import RULES, Rule

__all__ = ["RULES", "Caller", "Ddl", "Finding", "Impact", "Place", "Rule", "Script", "Seen", "Unsupported", "assess"]

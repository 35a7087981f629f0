"""Source code that uses a table's columns: SQL in any file, dbt models, and classes that list the columns.

- *files*: what is read; *scanner*: which reader a file gets, and what all of them find.
- readers: *python*, *notebooks*, *strings* (other languages), *yaml* find snippets of SQL; *dbt* with *dbt_project* and
  *jinja* reads projects; *classes*, *models* and *serializers* look at Python classes.
- a snippet's *holes* are filled, then *resolved* tells its uses by our own resolver, *foreign* by sqlglot, of which
  *guarded* is the door and *lineage* follows columns.
- *target* is what is looked for, *finding* what is found, *render* how it is told.

Never runs or imports what it reads, and never shows more of it than a file and a line.
"""

from lintel.scan.render import FORMATS, render
from lintel.scan.scanner import Result, scan
from lintel.scan.target import Target

__all__ = ["FORMATS", "Result", "Target", "render", "scan"]

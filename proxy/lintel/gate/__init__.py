"""`lintel check`: migration files in CI, held against what was seen. Exit codes and formats that other tools read.

- *collecting*: paths -> migrations, by *plain* (SQL), *revisions* (Alembic), *sqlmigrate* (Django), *plans*; *drivers*
  are what runs in the user's environment, *tool* runs it, *changed* asks git.
- *migration*: the SQL of one file, with the lines that it comes from.
- *judging*: migrations one after another; *assessing*: one of them, by lintel.impact.
- *ignores*, *baseline*: findings that somebody has accepted.
- *checking* puts these together, *result* is what comes out; *rendering* shows it, as *text*, *document*, *github*,
  *sarif* or *junit*; *places*: files as output names them; *telling*: findings at a line; *python_code*: lines of
  Python.

Knows no session and no live server: a catalog is given, or the one that the store keeps is used.
"""

from lintel.gate.checking import Source, check
from lintel.gate.collecting import Request
from lintel.gate.rendering import FORMS, render
from lintel.gate.result import Result

__all__ = ["FORMS", "Request", "Result", "Source", "check", "render"]

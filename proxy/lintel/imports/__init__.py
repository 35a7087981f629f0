"""Dependencies from before the proxy was there: the server's own statistics and logs, added to the store.

- *entry*: one entry of a log; *csvlog* and *jsonlog* read files of them, *times* their clock, *files* where to go on.
- *messages*: what statement an entry speaks of; *sessions*: which entries are one and the same run of it.
- *catalogs*: the schema and search_path that a statement is read under; *tallies*: from those to rows of the store.
- *logs* and *statements* (pg_stat_statements) put these together.

Every statement goes through the policy and the recorder's rows as live traffic does. Parameters are never looked at.
"""

from lintel.imports.catalogs import Catalogs, importing
from lintel.imports.logs import import_log
from lintel.imports.statements import import_statements
from lintel.imports.tallies import Summary

__all__ = ["Catalogs", "Summary", "import_log", "import_statements", "importing"]

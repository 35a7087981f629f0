"""Plans: column changes under source control, read from TOML, checked, immutable.

Knows SQL's grammar and no database: whether a table or column exists is not asked here.

- *model*: a Plan; *changes*: its four kinds; *clients*: who was built for which side; *memory*: of a column that goes.
- *load* reads files, *parse* a text, *section* a table of it; *tables*, *types*, *expressions* and *literals* its SQL,
  which *writing* writes again so that it means the same in every session.
- *advice*: what is not wrong but will hurt. *drafting* and *releasing* write plan files.
- *parking*: the names of what parking makes in a database.
"""

from lintel.plan.advice import advice
from lintel.plan.changes import Add, Change, Drop, Rename, Retype
from lintel.plan.clients import ClientAttributes, ClientRule, Side
from lintel.plan.load import check_together, in_force, load, load_all
from lintel.plan.memory import Memory
from lintel.plan.model import Backfill, Index, Plan, Shield
from lintel.plan.parse import parse
from lintel.plan.releasing import release

__all__ = [
    "Add",
    "Backfill",
    "Change",
    "ClientAttributes",
    "ClientRule",
    "Drop",
    "Index",
    "Memory",
    "Plan",
    "Rename",
    "Retype",
    "Shield",
    "Side",
    "advice",
    "check_together",
    "in_force",
    "load",
    "load_all",
    "parse",
    "release",
]

"""Plans: column changes under source control, read from TOML, checked, immutable.

Knows SQL's grammar and no database: whether a table or column exists is not asked here.
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

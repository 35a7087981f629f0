"""One moment of one database: a schema and the plans on it, immutable, and the decisions that follow.

What a verdict depends on besides the text is a session's *context*: the side that each plan's rules give it, its
search_path, its temporary tables, its string mode. Contexts are interned, so that the hot path is one look-up,
`context.decisions[text]`. A new schema or plan makes a new Policy; decisions carry over unless a name that they looked
up means something else now. Pure: no clock, no catalog, no session.
"""

from lintel.policy.context import Context
from lintel.policy.dry import dry
from lintel.policy.key import ContextKey
from lintel.policy.moment import Options
from lintel.policy.policy import Policy
from lintel.policy.statement import Statement
from lintel.policy.unplanned import Unplanned

__all__ = ["Context", "ContextKey", "Options", "Policy", "Statement", "Unplanned", "dry"]

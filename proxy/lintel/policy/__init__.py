"""One moment of one database: a schema and the plans on it, immutable, and the decisions that follow.

What a verdict depends on besides the text is a session's *context*: the side that each plan's rules give it, its
search_path, its temporary tables, its string mode. Contexts are interned, so that the hot path is one look-up,
`context.decisions[text]`. A new schema or plan makes a new Policy; decisions carry over unless a name that they looked
up means something else now. Pure: no clock, no catalog, no session.

- *policy*: one moment of one database, and its contexts; *moment*: what is the same for all of these.
- *context*: decides texts, by what it has kept or anew; *key*: what tells contexts apart.
- *deciding*: one text -> one Decision; *judged*: one statement of it, by the shield; *unread*: one that was not
  understood; *composed*: what goes into the Decision; *edits* puts edits into a text.
- *effects*: what a statement leaves to follow up; *path*: the search_path between the statements of one text, which
  *search_path* reads.
- *kept*: decisions that outlive a snapshot; *recent*: bounded by entries and bytes; *seen*: which texts are worth it;
  *shapes*: one decision for all texts that differ in literals only; *repeating*: where its edits touch literals.
- *after*: the schema that a DDL statement leaves; *uncommitted*: that of an open transaction; *overlay*: a context by
  it. *asking*: what a session is asked of relations that only it knows; *older*: how old its snapshot is, where
  parked values have *landed* since.
- *temporary*: a temporary relation that has the name of a planned table; *temporary_rows*: one that would hold rows of
  such a table; *strange*: functions that nobody knows, behind code that nobody sees.
- *mentions*: the names in a text that was not understood; *unplanned*: DDL on *targets* that no plan announces.
- *statement*: what the recorder gets; *briefing*: what the referee gets; *dry*: what `lintel rewrite` prints.
"""

from lintel.policy.context import Context
from lintel.policy.dry import dry
from lintel.policy.key import ContextKey
from lintel.policy.moment import Options
from lintel.policy.policy import Policy
from lintel.policy.statement import Statement
from lintel.policy.unplanned import Unplanned

__all__ = ["Context", "ContextKey", "Options", "Policy", "Statement", "Unplanned", "dry"]

"""The recorder: counts every completed statement in memory and brings the counts to the store, once a second.

- *recorder*: `observe`, on the event loop, never waits; hands what was counted to
- *writer*: the store's own thread, which keeps trying when the store is locked, full, corrupt or gone.
- *tally*: what is counted of one client's statements; *count*: of one of them, and which calls are timed.
- *gathering*: from counts of policy.Statement to rows of the store.
- *losses*: what did not get into the store; *changes*: DDL that no plan announced, told in the log.
- *memories*: what plans keep of columns that may go.
- *query_log*: a line for each statement, where that is wanted.
- *identity*: what a client is called.

Nothing in here sees a literal: a Statement has none.
"""

from lintel.recorder.identity import client_name
from lintel.recorder.query_log import Line
from lintel.recorder.recorder import Recorder

__all__ = ["Line", "Recorder", "client_name"]

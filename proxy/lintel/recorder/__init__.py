"""The recorder: counts every completed statement in memory and brings the counts to the store, once a second.

- *recorder*: `observe`, on the event loop, never waits; hands what was counted to
- *writer*: the store's own thread, which keeps trying when the store is locked, full, corrupt or gone.
- *gathering*: from counts of policy.Statement to rows of the store.
- *identity*: what a client is called.

Nothing in here sees a literal: a Statement has none.
"""

from lintel.recorder.identity import client_name
from lintel.recorder.recorder import Recorder

__all__ = ["Recorder", "client_name"]

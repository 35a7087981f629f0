"""The composition root: the only place that constructs the parts and joins them.

- *serve*: a running proxy and its end: signals, the admin side, what relays.
- *configuration*: settings and plans as one value, and what is made of them; *reloading* puts a new one in force,
  *parked* says which plans cannot be done without.
- *routes*: which server a name leads to, and which plans hold there; *destinations* tells the sessions.
- *proxy*: one process that relays; *database* is what its sessions ask of one database, *databases* all of them;
  *health* is what /readyz asks, *reach* of the servers. *relay*: what one process or several have in common.
- *supervisor*: several worker processes in its place; *child* is one of them as the supervisor sees it, *worker* the
  process itself, *channel* what they say to each other, *state* the totals that they add up.
- *sockets* and *unix_socket*: where clients come in, bound or passed in; *handover* passes it to a successor;
  *systemd* hears of it.
- *doctor*: what stands in the way of all that, looked for before it begins or while it runs.
- *authentication*: where the secrets of users come from when Lintel asks for them; *userlist* is a file of them.
- *presence*: one session in a database; *aside*: the thread that decides long texts.
- *operations*: what is asked and ordered over the admin side. *allocator*: what the C library has to be told.
- *tls*: the certificate that clients are shown, and which legs may be encrypted.
"""

from lintel.app.configuration import Configuration
from lintel.app.serve import serve

__all__ = ["Configuration", "serve"]

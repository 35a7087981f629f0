"""The composition root: the only place that constructs the parts and joins them.

- *serve*: from Settings to a running proxy, and its end.
- *database*: what sessions ask of one database: its catalog, policy and recorder put together.
- *health*: what /readyz asks of them.
- *tls*: the certificate that clients are shown, and whether it goes with the server's.
- *unix_socket*: where clients on this machine come in.
"""

from lintel.app.serve import serve

__all__ = ["serve"]

"""The composition root: the only place that constructs the parts and joins them.

- *serve*: from Settings to a running proxy, and its end.
- *database*: what sessions ask of one database: its catalog, policy and recorder put together.
- *health*: what /readyz asks of them.
- *tls*: the certificate that clients are shown, and which legs may be encrypted.
"""

from lintel.app.serve import serve

__all__ = ["serve"]

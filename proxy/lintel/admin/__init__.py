"""Lintel's own HTTP side, inside the event loop that relays: metrics, health, status, and the orders that it follows.

- *application*: the routes; given what to show, it knows nothing of sessions, catalog or store.
- *readiness*: named checks, each None or a reason, run together under a time limit.
- *guard*: who may ask: the Host header, and off loopback the token.
- *endpoint*: uvicorn on a socket of ours, without its signal handlers.
"""

from lintel.admin.application import Answer, application
from lintel.admin.endpoint import Endpoint, start
from lintel.admin.guard import Access
from lintel.admin.readiness import Check, failures, probe

__all__ = ["Access", "Answer", "Check", "Endpoint", "application", "failures", "probe", "start"]

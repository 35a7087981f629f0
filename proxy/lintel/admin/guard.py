"""Who may ask the admin side. On loopback anybody on the machine; elsewhere the token opens everything but health.

A browser on this machine can be led here by a name that resolves to 127.0.0.1 (DNS rebinding); such a request
carries that name as Host, so names other than localhost need the token or, off loopback, are for health only. Any page
may make a browser send a POST here as well: so orders have to be JSON, which no page may send elsewhere unasked, and
must not say that they come from a page. Where there is a token, they need it on loopback too.
"""

import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

PUBLIC = frozenset({"/livez", "/readyz"})
SHOWING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Access:
    """Where the admin side listens and the token that opens it; no token: nothing but health off loopback."""

    host: str
    token: str | None = None

    def refusal(self, path: str, headers: Mapping[str, str], method: str = "GET") -> Response | None:
        """None where the request may go on."""
        if method not in SHOWING and (refusal := self._refusal_of_order(headers)) is not None:
            return refusal
        if self._authorized(headers.get("authorization", "")):
            return None
        if not _is_loopback(self.host):
            return None if path in PUBLIC else self._unauthorized()
        if _is_address_or_localhost(headers.get("host", "")):
            return None
        return PlainTextResponse("lintel: this Host needs the admin token\n", 421)

    def _refusal_of_order(self, headers: Mapping[str, str]) -> Response | None:
        if "origin" in headers or headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return PlainTextResponse("lintel: orders are JSON, and not from a web page\n", 403)
        if self.token and not self._authorized(headers.get("authorization", "")):
            return self._unauthorized()
        return None

    def _authorized(self, authorization: str) -> bool:
        scheme, _, given = authorization.partition(" ")
        if not self.token or scheme.lower() != "bearer":
            return False
        return secrets.compare_digest(given.strip().encode(), self.token.encode())

    def _unauthorized(self) -> Response:
        if not self.token:
            return PlainTextResponse("lintel: off loopback this needs admin.token to be set\n", 403)
        return PlainTextResponse("lintel: this needs the admin token\n", 401, {"WWW-Authenticate": "Bearer"})


class Guard:
    """ASGI middleware that lets through what `Access` permits."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by itself, or let the application."""
        refusal = None
        if scope["type"] == "http":
            refusal = self._access.refusal(scope["path"], Headers(scope=scope), scope["method"])
        await (refusal or self._app)(scope, receive, send)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _is_address_or_localhost(header: str) -> bool:
    """An address cannot be rebound by DNS: only its owner answers there."""
    host = header.rpartition(":")[0] if header.rpartition(":")[2].isdigit() and not header.endswith("]") else header
    if host.lower() == "localhost":
        return True
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True

"""TLS of the two legs, and whether they agree.

SCRAM's channel binding ties a login to the certificate that the client has seen. So with TLS on both legs Lintel has to
show the server's own; with another, a server that offers SCRAM lets nobody in who came to Lintel by TLS, unless Lintel
authenticates clients itself.
"""

import asyncio
import ssl
from pathlib import Path
from struct import pack

import structlog

from lintel.app.routes import SERVER, Route
from lintel.catalog import Endpoint
from lintel.config import ConfigError, Listen
from lintel.session.connector import Connector, Opened, Unreachable
from lintel.wire import messages
from lintel.wire.startup import ALPN

DEMANDS_TLS = ("require", "verify-ca", "verify-full")
PROBE_SECONDS = 5.0

_WAYS_OUT = (
    "SCRAM with channel binding cannot pass between two certificates; either let Lintel authenticate clients itself "
    '(auth.mode = "own"), or give listen.tls_cert and listen.tls_key the certificate and key of the server, or leave '
    "one leg plain: no listen.tls_cert, or sslmode=disable or a Unix socket towards the server"
)

_log = structlog.get_logger(__name__)


def context(listen: Listen) -> ssl.SSLContext | None:
    """What clients are offered; None without a certificate."""
    if not listen.tls_cert:
        return None
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_alpn_protocols([ALPN])
    try:
        made.load_cert_chain(listen.tls_cert, listen.tls_key)
    except (OSError, ssl.SSLError) as problem:
        expected = f"expected a PEM certificate and, in {listen.tls_key}, its key: {problem.strerror or problem}"
        raise ConfigError(listen.tls_cert, "listen.tls_cert", expected) from None
    return made


def certificate(listen: Listen) -> bytes:
    """The first of the file, DER, which is what clients are shown; `context` has read it before."""
    if not listen.tls_cert:
        return b""
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    _, _, rest = Path(listen.tls_cert).read_text(encoding="utf-8", errors="replace").partition(begin)
    return ssl.PEM_cert_to_DER_cert(begin + rest.partition(end)[0] + end)


async def check(listen: Listen, route: Route, connector: Connector) -> None:
    """ConfigError where clients that come by TLS could not log in; a server that is down is asked at each login."""
    endpoint = route.server
    if not listen.tls_cert or endpoint.sslmode not in DEMANDS_TLS:
        return  # prefer and allow then leave the server's leg plain
    startup = _startup(endpoint)
    for address in endpoint.addresses:
        try:
            opened = await connector.open(None, (address,))
        except Unreachable:
            continue
        try:
            if opened.certificate not in (None, certificate(listen)):
                await _refuse_channel_binding(opened, startup, route.name)
        finally:
            opened.transport.abort()


async def _refuse_channel_binding(opened: Opened, startup: bytes, name: str) -> None:
    """The server shows another certificate: that is all right as long as it asks for something else than SCRAM."""
    opened.transport.write(startup)
    opened.transport.resume_reading()
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            answer = await opened.waiting.some()
    except (OSError, EOFError):  # TimeoutError among them
        return
    if answer[0] == messages.AUTHENTICATION and messages.without_channel_binding(answer) != answer:
        expected = f"the server shows another certificate than listen.tls_cert: {_WAYS_OUT}"
        raise ConfigError("--server" if name == SERVER else f"databases.{name}", "sslmode", expected)
    _log.warning(
        "the server shows another certificate than listen.tls_cert: who has to log in by SCRAM cannot", server=name
    )


def _startup(endpoint: Endpoint) -> bytes:
    pairs = {"user": endpoint.user, "database": endpoint.database, "application_name": "lintel"}
    body = b"".join(f"{name}\0{value}\0".encode() for name, value in pairs.items()) + b"\0"
    return pack(">II", len(body) + 8, 0x30000) + body

"""TLS of the two legs. Both at once need Lintel to answer for the server's certificate, which it cannot do yet.

With a certificate of Lintel's own towards the client, SCRAM's channel binding ends at Lintel: libpq then tells the
server that it saw no offer of it, and a server that made one refuses the login.
"""

import ssl
from dataclasses import replace

from lintel.catalog import Endpoint
from lintel.config import ConfigError, Listen

DEMANDS_TLS = ("require", "verify-ca", "verify-full")


def context(listen: Listen) -> ssl.SSLContext | None:
    """What clients are offered; None without a certificate."""
    if not listen.tls_cert:
        return None
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        made.load_cert_chain(listen.tls_cert, listen.tls_key)
    except (OSError, ssl.SSLError) as problem:
        expected = f"expected a PEM certificate and, in {listen.tls_key}, its key: {problem.strerror or problem}"
        raise ConfigError(listen.tls_cert, "listen.tls_cert", expected) from None
    return made


def one_leg(listen: Listen, endpoint: Endpoint) -> Endpoint:
    """The server to relay to: in plain text where the client's leg is encrypted, a ConfigError where it must not be."""
    if not listen.tls_cert:
        return endpoint
    if endpoint.sslmode in DEMANDS_TLS:
        raise ConfigError(
            "--server",
            "sslmode",
            f"expected disable or prefer, not {endpoint.sslmode}, because listen.tls_cert is set: TLS on both legs is "
            "not supported by this version (drop one of them, or use a Unix socket to the server)",
        )
    return replace(endpoint, sslmode="disable")

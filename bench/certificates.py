"""A certificate for the address that everything listens on, and a server that has TLS."""

from dataclasses import dataclass
from pathlib import Path

import trustme

from lintel.demo.postgres import Auth, NoPostgres, Server, find, launch


@dataclass(frozen=True, slots=True)
class Certificate:
    """As files."""

    certificate: Path
    key: Path


def certificate(directory: Path) -> Certificate:
    """The one of this directory, made where it is not there yet."""
    made = Certificate(directory / "cert.pem", directory / "key.pem")
    if not made.key.exists():
        issued = trustme.CA().issue_cert("localhost", "127.0.0.1")
        issued.cert_chain_pems[0].write_to_path(str(made.certificate))
        issued.private_key_pem.write_to_path(str(made.key))
    return made


def with_tls(own: Certificate, auth: Auth, settings: dict[str, str]) -> Server:
    """Of the servers found the first that has TLS: not all are built with it. Raises NoPostgres."""
    problem = NoPostgres("no PostgreSQL found")
    for binaries in find():
        try:
            return launch(binaries.bindir, auth=auth, settings=settings, ssl_cert=own.certificate, ssl_key=own.key)
        except NoPostgres as error:
            problem = error
    raise problem

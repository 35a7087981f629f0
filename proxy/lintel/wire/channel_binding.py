"""What ties a login to a TLS connection: tls-server-end-point (RFC 5929, 4.1), a hash of the server's certificate.

The hash is that of the certificate's own signature, but SHA-256 where that is MD5 or SHA-1. Where a signature has none
of its own (Ed25519) the binding is undefined, and is not offered.
"""

import hashlib
from typing import Final

_RSA: Final = bytes.fromhex("2a864886f70d0101")  # 1.2.840.113549.1.1
_ECDSA: Final = bytes.fromhex("2a8648ce3d04")  # 1.2.840.10045.4
_SHA2: Final = bytes.fromhex("6086480165030402")  # 2.16.840.1.101.3.4.2

# Of a signature algorithm's identifier, or of a hash function's: which hash.
_HASHES: Final = {
    _RSA + b"\x04": "sha256",  # MD5
    _RSA + b"\x05": "sha256",  # SHA-1
    _RSA + b"\x0b": "sha256",
    _RSA + b"\x0c": "sha384",
    _RSA + b"\x0d": "sha512",
    _RSA + b"\x0e": "sha224",
    _ECDSA + b"\x01": "sha256",  # SHA-1
    _ECDSA + b"\x03\x01": "sha224",
    _ECDSA + b"\x03\x02": "sha256",
    _ECDSA + b"\x03\x03": "sha384",
    _ECDSA + b"\x03\x04": "sha512",
    _SHA2 + b"\x01": "sha256",
    _SHA2 + b"\x02": "sha384",
    _SHA2 + b"\x03": "sha512",
    _SHA2 + b"\x04": "sha224",
}
_RSA_PSS: Final = _RSA + b"\x0a"  # says in its parameters which hash


def end_point(certificate: bytes) -> bytes | None:
    """The hash of a certificate (DER); None where it is not defined, or this is no certificate."""
    try:
        name = _hash_of(certificate)
    except (IndexError, ValueError):
        return None
    return hashlib.new(name, certificate).digest() if name is not None else None


def _hash_of(certificate: bytes) -> str | None:
    whole, *_ = _parts(certificate)
    _, algorithm, *_ = _parts(whole)
    identifier, *parameters = _parts(algorithm)
    if identifier != _RSA_PSS:
        return _HASHES.get(identifier)
    # RSASSA-PSS-params ::= SEQUENCE { [0] { SEQUENCE { OID, ... } }, ... }; what is left out is SHA-1
    fields = _tagged(parameters[0]) if parameters else []
    hashes = [_parts(_parts(body)[0])[0] for tag, body in fields if tag == 0xA0]
    return _HASHES.get(hashes[0]) if hashes else "sha256"


def _parts(data: bytes) -> list[bytes]:
    return [body for _, body in _tagged(data)]


def _tagged(data: bytes) -> list[tuple[int, bytes]]:
    """The elements of a DER sequence: tag and content. IndexError where it is none."""
    found: list[tuple[int, bytes]] = []
    pos = 0
    while pos < len(data):
        tag, length, pos = data[pos], data[pos + 1], pos + 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[pos : pos + size], "big")
            pos += size
        if pos + length > len(data):
            raise IndexError
        found.append((tag, data[pos : pos + length]))
        pos += length
    return found

"""The hash of a certificate, as OpenSSL's reading of it says that it is to be."""

from datetime import UTC, datetime, timedelta
from hashlib import new

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from lintel.wire.channel_binding import end_point

pytestmark = pytest.mark.check(13)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "lintel")])
CURVE = ec.generate_private_key(ec.SECP256R1())
MODULUS = rsa.generate_private_key(65537, 2048)
EDWARDS = ed25519.Ed25519PrivateKey.generate()


def der(key: object, algorithm: object, pss: bool = False) -> bytes:
    builder = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).serial_number(1)
    builder = builder.not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1)).public_key(key.public_key())  # type: ignore[attr-defined]
    how = {"rsa_padding": padding.PSS(padding.MGF1(algorithm), 32)} if pss else {}  # type: ignore[arg-type]
    return builder.sign(key, algorithm, **how).public_bytes(serialization.Encoding.DER)  # type: ignore[arg-type]


@pytest.mark.parametrize("algorithm", [hashes.SHA224(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
def test_the_signatures_own(algorithm: hashes.HashAlgorithm) -> None:
    for certificate in (der(CURVE, algorithm), der(MODULUS, algorithm), der(MODULUS, algorithm, pss=True)):
        assert end_point(certificate) == new(algorithm.name, certificate).digest()


def test_none_of_its_own() -> None:
    assert end_point(der(EDWARDS, None)) is None


CERTIFICATE = der(CURVE, hashes.SHA256())


@given(st.binary(max_size=60), st.integers(0, 400))
def test_what_is_no_certificate_has_none(garbage: bytes, at: int) -> None:
    end_point(garbage)
    end_point(CERTIFICATE[:at] + garbage + CERTIFICATE[at + len(garbage) :])

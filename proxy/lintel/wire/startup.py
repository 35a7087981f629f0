"""What a client may send before the first frame: packets without a type byte. Knows nothing of what follows them."""

from dataclasses import dataclass
from struct import Struct
from typing import Final

from .errors import ProtocolError

PACKET_LIMIT: Final = 10_000  # MAX_STARTUP_PACKET_LENGTH in the server
CANCEL_REQUEST: Final = 80877102
SSL_REQUEST: Final = 80877103
GSSENC_REQUEST: Final = 80877104
ALPN: Final = "postgresql"  # what direct TLS is agreed on
SSL_REQUEST_PACKET: Final = b"\0\0\0\x08\x04\xd2\x16\x2f"

_head = Struct(">II").unpack_from


@dataclass(frozen=True, slots=True)
class SSLRequest:
    """The client would like TLS."""


@dataclass(frozen=True, slots=True)
class GSSENCRequest:
    """The client would like GSSAPI encryption (it is always told no)."""


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Cancel what another session runs; the key is the server's own and goes back to it as it is."""

    key: bytes
    packet: bytes


@dataclass(frozen=True, slots=True)
class StartupMessage:
    """The session begins."""

    parameters: dict[str, str]
    packet: bytes

    @property
    def user(self) -> str:
        """Who logs in."""
        return self.parameters.get("user", "")

    @property
    def database(self) -> str:
        """Where; the server takes the user's name as well."""
        return self.parameters.get("database") or self.user

    @property
    def replication(self) -> bool:
        """A walsender speaks another protocol after this, which is only relayed."""
        return self.parameters.get("replication", "false").lower() not in ("", "false", "off", "no", "0", "f", "n")

    @property
    def names_database(self) -> bool:
        """Whether the client has asked for a database by name."""
        return bool(self.parameters.get("database"))

    @property
    def physical(self) -> bool:
        """Replication of the whole server, for which it looks at no database."""
        return self.replication and self.parameters["replication"] != "database"

    def into(self, database: str) -> bytes:
        """The packet with this database in the place of the one that is asked for, every other byte as it is."""
        texts = self.packet[8:-1].split(b"\0")
        places = [place for place in range(0, len(texts) - 1, 2) if texts[place] == b"database"]
        for place in places:
            texts[place + 1] = database.encode()
        if not places:
            texts[-1:] = [b"database", database.encode(), b""]
        body = b"\0".join(texts) + b"\0"
        return (len(body) + 8).to_bytes(4, "big") + self.packet[4:8] + body


Packet = SSLRequest | GSSENCRequest | CancelRequest | StartupMessage


def read(data: bytes) -> tuple[Packet, int] | None:
    """The first packet of `data` and where it ends; None as long as it is not whole."""
    if len(data) < 4:
        return None
    length = int.from_bytes(data[:4], "big")
    if not 8 <= length <= PACKET_LIMIT:
        raise ProtocolError("client", "08P01", "invalid length of startup packet")
    if len(data) < length:
        return None
    return _packet(data[:length]), length


def _packet(packet: bytes) -> Packet:
    length, code = _head(packet, 0)
    if code == SSL_REQUEST and length == 8:
        return SSLRequest()
    if code == GSSENC_REQUEST and length == 8:
        return GSSENCRequest()
    if code == CANCEL_REQUEST and 16 <= length <= 12 + 256:
        return CancelRequest(packet[8:], packet)
    if code >> 16 != 3:
        raise ProtocolError("client", "0A000", f"unsupported frontend protocol {code >> 16}.{code & 0xFFFF}")
    return StartupMessage(_parameters(packet), packet)


def _parameters(packet: bytes) -> dict[str, str]:
    if packet[-1] or (len(packet) > 9 and packet[-2]):
        raise ProtocolError("client", "08P01", "invalid startup packet layout: expected terminator as last byte")
    texts = [text.decode("utf-8", "surrogateescape") for text in packet[8:-1].split(b"\0")]
    pairs = texts[:-1]  # behind the last NUL there is nothing
    if len(pairs) % 2:
        raise ProtocolError("client", "08P01", "invalid startup packet layout: a name without a value")
    return dict(zip(pairs[::2], pairs[1::2], strict=True))

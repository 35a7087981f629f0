"""The header of HAProxy's PROXY protocol, versions 1 and 2: who the client is, said by the balancer in between.

Whoever is allowed to send one has to: the specification forbids guessing whether it is there.
"""

import ipaddress
from typing import Final

from .errors import ProtocolError

V1: Final = b"PROXY "
V2: Final = b"\r\n\r\n\0\r\nQUIT\n"
_V1_LIMIT: Final = 107  # with its line's end
_V2_LIMIT: Final = 2048  # of addresses and what vendors add
_SIZES: Final = {1: 4, 2: 16}  # of an address, by family


def read(data: bytes) -> tuple[str | None, int] | None:
    """The client's address (None: the balancer speaks for itself) and where the header ends; None: not whole yet."""
    if data.startswith(V2):
        return _version_2(data)
    if data.startswith(V1):
        return _version_1(data)
    if V1.startswith(data) or V2.startswith(data):
        return None
    raise _malformed()


def _malformed() -> ProtocolError:
    return ProtocolError("client", "08P01", "expected a header of the PROXY protocol")


def _version_1(data: bytes) -> tuple[str | None, int] | None:
    line, found, _ = data[:_V1_LIMIT].partition(b"\r\n")
    if not found:
        if len(data) >= _V1_LIMIT:
            raise _malformed()
        return None
    end = len(line) + 2
    words = line.decode("ascii", "replace").split(" ")
    if words[1] == "UNKNOWN":
        return None, end
    version = {"TCP4": 4, "TCP6": 6}.get(words[1])
    if len(words) != 6 or version is None or not all(map(_is_port, words[4:])):
        raise _malformed()
    source, _ = (_address(word, version) for word in words[2:4])
    return source, end


def _is_port(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 5 and int(word) <= 65535


def _address(word: str, version: int) -> str:
    try:
        address = ipaddress.ip_address(word)
    except ValueError:
        raise _malformed() from None
    if address.version != version:
        raise _malformed()
    return str(address)


def _version_2(data: bytes) -> tuple[str | None, int] | None:
    if len(data) < 16:
        return None
    version_and_command, family = data[12], data[13] >> 4
    size = int.from_bytes(data[14:16], "big")
    if version_and_command not in (0x20, 0x21) or size > _V2_LIMIT:
        raise _malformed()
    end = 16 + size
    if len(data) < end:
        return None
    width = _SIZES.get(family)
    if version_and_command == 0x20 or width is None:
        return None, end
    if size < 2 * width + 4:
        raise _malformed()
    return str(ipaddress.ip_address(data[16 : 16 + width])), end

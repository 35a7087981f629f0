"""What goes to a client under TLS, in records of a size that every client takes."""

import asyncio
from collections.abc import Callable
from typing import Final

_RECORD: Final = 8192  # bytes: libpq's asynchronous clients hang on larger ones


def in_records(client: asyncio.Transport) -> Callable[[bytes], object]:
    """Writes to a client under TLS, each piece a record of its own."""

    def write(data: bytes) -> None:
        if len(data) <= _RECORD:
            client.write(data)
        else:
            view = memoryview(data)
            client.writelines(view[start : start + _RECORD] for start in range(0, len(data), _RECORD))

    return write

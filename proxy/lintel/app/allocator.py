"""What the C library's allocator has to be told. Knows nothing of what is allocated but its sizes."""

import contextlib
import ctypes

_M_MMAP_THRESHOLD = -3  # malloc.h of glibc
_BYTES = 128 * 1024  # its default, which it raises to the size of whatever is freed first


def settle() -> None:
    """Large buffers stay mappings of their own.

    uvloop has one of 256 KiB for each connection under TLS, and touches a page or two of it. From the heap they would
    lie between what handshakes leave free, a tenth more for a session with TLS on both legs (`./dev bench idle`).
    """
    with contextlib.suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _BYTES)

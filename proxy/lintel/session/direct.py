"""Moves a plain connection from uvloop's transport to a Stream, where there is one: see _stream.c.

In compiled code most of what a query costs Lintel is uvloop's transports; a Stream costs a third of one. uvloop's is the
reference: a session uses both alike, and the same tests run with either. Under TLS it is uvloop's in any case.
"""

import asyncio
from typing import cast

import uvloop
from uvloop import loop as uvloop_loop

try:
    from . import _stream as stream
except ImportError:  # not compiled, or uvloop is another one than it knows
    stream = None  # type: ignore[assignment]

DIRECT = stream is not None


def direct(transport: asyncio.Transport) -> asyncio.Transport:
    """The same connection without a protocol and not being read; or the transport itself, whose reading is paused.

    What has been read from it stays with the old protocol, which hears nothing more, its end included.
    """
    loop = asyncio.get_running_loop()
    if not DIRECT or not isinstance(loop, uvloop.Loop) or not _is_bare(transport):
        return transport
    sock = transport.get_extra_info("socket").dup()
    sock.setblocking(False)
    taken = stream.Stream(sock, loop, uvloop_loop.libuv_get_loop_t_ptr(loop))
    transport.set_protocol(asyncio.Protocol())
    transport.abort()  # its own descriptor; the connection stays open by the other
    return cast("asyncio.Transport", taken)


def close_all() -> None:
    """What is still open when the loop ends: uvloop closes its own handles only."""
    if DIRECT:
        stream.close_all()


def _is_bare(transport: asyncio.Transport) -> bool:
    return (
        transport.get_extra_info("ssl_object") is None
        and not transport.is_closing()
        and not transport.get_write_buffer_size()
    )

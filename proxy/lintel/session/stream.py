"""Moves a plain connection from uvloop's transport to a Stream, where there is one: see _stream.c.

In compiled code uvloop's transports are most of what a query costs Lintel outside the kernel: a Stream does with less
(docs/decisions.md). uvloop's is the reference: a session uses both alike, and the same tests run with either. Under TLS
it is uvloop's in any case.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import uvloop
from uvloop import loop as uvloop_loop

from lintel.wire.exchange import Exchange

try:
    from . import _stream
except ImportError:  # not compiled, or uvloop is another one than it knows
    _stream = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from ._stream import Passing, Shortcut, Stream

STREAMS = _stream is not None


def streamed(transport: asyncio.Transport) -> asyncio.Transport:
    """The same connection without a protocol and not being read; or the transport itself, whose reading is paused.

    What has been read from it stays with the old protocol, which hears nothing more, its end included.
    """
    loop = asyncio.get_running_loop()
    if not STREAMS or not isinstance(loop, uvloop.Loop) or not _is_bare(transport):
        return transport
    try:
        pointer = uvloop_loop.libuv_get_loop_t_ptr(loop)  # type: ignore[attr-defined]
        stream = _stream.Stream(transport.get_extra_info("socket").dup(), loop, pointer)
    except OSError:  # no descriptor is left for the moment
        return transport
    transport.set_protocol(asyncio.Protocol())
    transport.abort()  # its own descriptor; the connection stays open by the other
    return cast("asyncio.Transport", stream)


def are_streams(*transports: asyncio.Transport) -> bool:
    """They can have a shortcut."""
    return STREAMS and all(isinstance(each, _stream.Stream) for each in transports)


def shortcut(
    client: asyncio.Transport,
    server: asyncio.Transport,
    asked: Callable[[Exchange, float, int], object],
    answered: Callable[[Exchange, bool, int, bytes, float, int, int], object],
) -> "Shortcut":
    """Between two connections that are Streams, see `are_streams`."""
    return _stream.Shortcut(cast("Stream", client), cast("Stream", server), asked, answered)


def passing(kept: object) -> "Passing":
    """What a context has of queries that may pass, or a new one."""
    return kept if isinstance(kept, _stream.Passing) else _stream.Passing()


def native_shape(text: bytes) -> bytes | None:
    """The key of a text's shape as the shortcut tells it; None: it does not."""
    return _stream.shape(text) if STREAMS else None


def close_all() -> None:
    """What is still open when this loop ends, as its last act: uvloop closes its own handles only."""
    if STREAMS:
        _stream.close_all(asyncio.get_running_loop())


def _is_bare(transport: asyncio.Transport) -> bool:
    return (
        transport.get_extra_info("ssl_object") is None
        and not transport.is_closing()
        and not transport.get_write_buffer_size()
    )

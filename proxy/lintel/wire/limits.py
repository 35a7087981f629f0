"""How long each message of a client may be. Knows no more of them than their type."""

from .errors import ProtocolError
from .framing import LARGE, SMALL, STATEMENT
from .messages import (
    BIND,
    CLOSE,
    COPY_DATA,
    COPY_DONE,
    COPY_FAIL,
    DESCRIBE,
    EXECUTE,
    FLUSH,
    FUNCTION_CALL,
    PARSE,
    PASSWORD,
    QUERY,
    SYNC,
    TERMINATE,
)

_LIMITS = {
    BIND: LARGE,
    COPY_DATA: LARGE,
    COPY_FAIL: SMALL,
    FUNCTION_CALL: LARGE,
    PASSWORD: 65_536,
    PARSE: STATEMENT,
    QUERY: STATEMENT,
    CLOSE: SMALL,
    COPY_DONE: SMALL,
    DESCRIBE: SMALL,
    EXECUTE: SMALL,
    FLUSH: SMALL,
    SYNC: SMALL,
    TERMINATE: SMALL,
}


def limit_of(kind: int) -> int:
    """The longest message of this type that is taken; ProtocolError where there is no such type."""
    limit = _LIMITS.get(kind)
    if limit is None:
        raise ProtocolError("client", "08P01", f"invalid frontend message type {kind}")
    return limit

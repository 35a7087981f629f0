"""What the options of a report mean: names as SQL writes them, times as people write them."""

import re
from datetime import UTC, datetime, timedelta

from lintel.config import ConfigError
from lintel.sql.quoting import quote_ident
from lintel.sql.tokens import tokens
from lintel.store import Filter
from lintel.store.rows import utc

_AGO = re.compile(r"(\d{1,6})\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def wanted(
    table: str | None = None,
    column: str | None = None,
    client: str | None = None,
    since: str | None = None,
    database: str | None = None,
) -> Filter:
    """The filter; ConfigError names the option that makes no sense."""
    return Filter(
        table=None if table is None else name("--table", table, 2),
        column=None if column is None else name("--column", column, 1),
        client=client,
        since=None if since is None else moment("--since", since),
        database=database,
    )


def name(option: str, written: str, parts: int) -> str:
    """A name as the store has it: `Public.Orders` is public.orders, `"Orders"` is "Orders"."""
    text = written.encode()
    found: list[str] = []
    for i, (kind, start, end) in enumerate(tokens(text)):
        word = text[start:end].decode("utf-8", "replace")
        if i % 2 and word == ".":
            continue
        if i % 2 or kind not in ("ident", "quoted") or word[:2].lower() == "u&":
            found.clear()
            break
        found.append(quote_ident(word.lower() if kind == "ident" else word[1:-1].replace('""', '"')))
    if not 1 <= len(found) <= parts:
        raise ConfigError(
            option, written, "expected a name as SQL writes it, such as " + ("total", "public.orders")[parts - 1]
        )
    return ".".join(found)


def moment(option: str, written: str) -> str:
    """A date or time (UTC unless it says otherwise), or how long ago: 30m, 12h, 7d."""
    ago = _AGO.fullmatch(written.strip())
    if ago is not None:
        return utc((datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})).timestamp())
    try:
        found = datetime.fromisoformat(written.strip())
    except ValueError:
        raise ConfigError(option, written, "expected a time such as 2026-11-21T03:48, or an age such as 7d") from None
    return utc((found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp())


def length(option: str, written: str) -> float:
    """Seconds of 30m, 12h or 7d."""
    found = _AGO.fullmatch(written.strip())
    if found is None:
        raise ConfigError(option, written, "expected a length of time such as 12h or 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])}).total_seconds()

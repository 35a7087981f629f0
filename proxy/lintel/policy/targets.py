"""Which tables [record] tables names: `public.orders`, `orders` in any schema, or `public.*`."""

from collections.abc import Iterable


def is_named(targets: Iterable[str], schema: str, table: str) -> bool:
    """Whether one of the targets means this table; both names as quote_ident writes them."""
    return any(target in (f"{schema}.{table}", table, f"{schema}.*") for target in targets)

"""Which names a text may speak of: by its identifiers, folded and cut off as the server does it."""

import pytest

from lintel.policy.mentions import mentions

LONG = "a" * 62  # bytes; the server looks at 63


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("TABLE Orders", "orders"),
        ('TABLE "Orders"', "Orders"),
        ('TABLE "or""ders"', 'or"ders'),
        (f"TABLE {LONG}bc", f"{LONG}b"),
        (f"TABLE {LONG}\u00e9", LONG),  # a character of two bytes is cut off whole
        (f'TABLE "{LONG}\u00e9"', LONG),
        (f"TABLE {LONG[:-1]}\u00e9x", f"{LONG[:-1]}\u00e9"),
        ('TABLE U&"\\006f"', "orders"),
        ('TABLE "orders', "orders"),
    ],
)
def test_what_is_meant_is_found(text: str, name: str) -> None:
    assert mentions(text.encode(), [name]) == {name}


@pytest.mark.parametrize("text", ["TABLE orders2", "SELECT 'orders'", 'TABLE "Orders"', "SELECT 1 -- orders"])
def test_what_is_not_is_not(text: str) -> None:
    assert not mentions(text.encode(), ["orders"])

"""Tags in comments."""

import pytest

from lintel.sql.comments import MAX_TAGS, MAX_VALUE, tags


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"select 1", {}),
        (b"select 1 /*application='checkout',traceparent='00-5b-01'*/",
         {"application": "checkout", "traceparent": "00-5b-01"}),
        (b"select 1 /* service='a%20b%27s', db_driver='x' */", {"service": "a b's", "db_driver": "x"}),
        (b"select 1 /*a='it\\'s'*/", {"a": "it's"}),
        (b"/*application:Shop,controller:orders,action:show*/ select 1",
         {"application": "Shop", "controller": "orders", "action": "show"}),
        (b"/*application:Shop*/ select 1 /*application='Billing'*/", {"application": "Billing"}),
        (b"select '/*application=''x''*/'", {}),
        (b"select 1 /* just words application:x, and more */", {}),
        (b"select 1 /*+ SeqScan(t) */", {}),
        (b"select 1 -- application='x'", {}),
        (b"select 1 /*a='x'", {}),
        (b"select 1 /**/ /*/", {}),
    ],
)  # fmt: skip
def test_tags(text: bytes, found: dict[str, str]) -> None:
    assert tags(text) == found


def test_bounds() -> None:
    many = b"select 1 /*" + b",".join(b"k%d='%s'" % (i, b"v" * 1000) for i in range(100)) + b"*/"
    found = tags(many)
    assert len(found) == MAX_TAGS
    assert {len(value) for value in found.values()} == {MAX_VALUE}

"""Shapes: what is one shape, what is not, and that edits carry over."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sql.test_tokens import CORPUS, PIECES

from lintel.session import stream
from lintel.session.stream import native_shape
from lintel.sql import grammar
from lintel.sql.shape import Shape, _shape_by_bytes, _shape_by_tokens, carried, shape_of

CASES = [
    (b"select a from t where b = 12 and c = 'x'", b"select a from t where b = 1 and c = ''"),
    (b"select a1, $1, t2.c3 from t2", b"select a1, $1, t2.c3 from t2"),
    (b"select 1.5, 1e9, 3000000000, 2147483647, 2147483648, 0x7f", b"select 1.0, 1.0, 1.0, 1, 1.0, 1"),
    (b"select 'it''s', 'a'\n 'b', e'\\'', b'01', N'x', U&'\\0061'", b"select '', '', e'', b'', N'', U&''"),
    (b"select $$a$$, $t$ 'b' $t$", b"select '', ''"),
    (b'select "a 1", "b""2 \'3" from "t"', b'select "a 1", "b""2 \'3" from "t"'),
    (b"select 1 -- x 2\n, 3 /* 4 /* 5 */ */", b"select 1 --\n, 1 /**/"),
    (b"select 1 /*a='1'*/", b"select 1 /**/"),
    (b"select u&\"d!0061t\" uescape '!', 'x'", b"select u&\"d!0061t\" uescape '!', ''"),
    ("select 'é', 1".encode(), b"select '', 1"),
    ("select é1, 1".encode(), "select é1, 1".encode()),
    (b"select a ? 'b', a ?| 'c'", b"select a ? '', a ?| ''"),
    (b"select -1, a-1, a - 1", b"select -1, a-1, a - 1"),
    (b"select a[1:2], x.y.z, 1..2", b"select a[1:1], x.y.z, 1..1"),
    (b"select " + b"0" * 99 + b"1", b"select 1.0"),
    (b"", b""),
]


@pytest.mark.parametrize(("text", "key"), CASES)
def test_key(text: bytes, key: bytes) -> None:
    assert shape_of(text).key == key
    assert shape_of(key).key == key, "a key is its own shape"


def parts(shape: Shape) -> tuple[object, ...]:
    return shape.key, shape.spans, shape.holes


def agree(text: bytes) -> bool:
    """All three ways; byte by byte it may be given up. And the one in C, where it is built, which gives up on more."""
    shape = _shape_by_tokens(text)
    by_bytes = _shape_by_bytes(text)
    if (key := native_shape(text)) is not None and (key != shape.key or not shape.spans or shape.comments):
        return False
    return parts(shape_of(text)) == parts(shape) and (by_bytes is None or parts(by_bytes) == parts(shape))


@pytest.mark.parametrize("text", [text.encode() for text in CORPUS] + [text for text, _ in CASES])
def test_quick_ways_and_tokens_agree(text: bytes) -> None:
    assert agree(text)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_quick_ways_and_tokens_agree_on_random_text(text: str) -> None:
    assert agree(text.encode())


ORDINARY = [
    b"SELECT abalance FROM pgbench_accounts WHERE aid = 4711;",
    b"INSERT INTO \"order\" (id, total, note) VALUES (17, -1.5, 'x y'), ($1, 3000000000, '')",
    b"select t.a1, u.\"b c\" from t join u on (t.id = u.t_id) where t.x in (1, 2) /* app='shop' */ limit 10",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_byte_by_byte_is_enough_for_what_is_usual(text: bytes) -> None:
    if stream.STREAMS and b"/*" not in text and text.isascii():
        assert (native_shape(text) is None) == (not shape_of(text).holes)
    assert _shape_by_bytes(text) is not None
    assert agree(text)


SIGNS = st.sampled_from([b"'", b'"', b"$", b"1", b"a", b".", b"-", b"/", b"*", b" ", b"&", b"\n", b"\\", b"\xe9", b"_"])


@given(st.lists(SIGNS, max_size=9).map(b"".join))
def test_the_quick_ways_agree_on_any_bytes(text: bytes) -> None:
    assert agree(text)


@given(st.binary(max_size=60))
def test_a_key_is_its_own_shape(text: bytes) -> None:
    shape = shape_of(text)
    assert len(shape.spans) <= len(shape.holes)
    assert [text[start:end] for start, end in shape.spans] == [
        text[start:end] for start, end in shape.holes if text[start : start + 2] not in (b"/*", b"--")
    ]


LITERALS = [["1", "17", "2147483647"], ["'x'", "'it''s'", "'it\\'", "''", "$$q$$"], ["1.5", "1e3", "9999999999"]]
PAIRS = st.sampled_from(LITERALS).flatmap(lambda kind: st.tuples(st.sampled_from(kind), st.sampled_from(kind)))
TEMPLATES = [
    "select a from t where a = {} and b in ({}, {})",
    "insert into t values ({}, {}), ({}, b)",
    "select {}::int + {}, -{} from t limit {}",
    "update t set a = {} /* {} */ where c like {} || {}",
]


@given(st.sampled_from(TEMPLATES), st.lists(PAIRS, min_size=4, max_size=4))
def test_one_key_means_one_tree(template: str, pairs: list[tuple[str, str]]) -> None:
    first, second = (template.format(*values).encode() for values in zip(*pairs, strict=True))
    assert shape_of(first).key == shape_of(second).key
    assert _without_constants(first) == _without_constants(second)


def _without_constants(text: bytes) -> list[Any]:
    return [_bare(statement.node) for statement in grammar.parse(text)]


def _bare(node: Any) -> Any:
    if isinstance(node, list):
        return [_bare(item) for item in node]
    if not isinstance(node, dict):
        return node
    skip = {"location", "sval", "ival", "fval", "rexpr_list_start", "rexpr_list_end"}
    return {key: _bare(value) for key, value in node.items() if key not in skip} | {k: 0 for k in node if k in skip}


def test_edits_carry_over_to_a_text_of_the_same_shape() -> None:
    one = b"select a /* x */ from t where b = 'v' and c = 17 -- end"
    other = b"select a /* a longer one */ from t where b = '' and c = 123456 --"
    words = (b"select", b"from t", b"b =", b"and c", b"'v'", b"= 17", b"/* x */")
    edits = tuple((at := one.index(word), at + len(word), word) for word in words)
    moved = carried(edits, shape_of(one), shape_of(other))
    assert [other[start:end] for start, end, _ in moved] == [
        b"select", b"from t", b"b =", b"and c", b"''", b"= 123456", b"/* a longer one */"
    ]  # fmt: skip


def test_insertions_stay_on_their_side_of_a_literal() -> None:
    one, other = b"select 'a'", b"select 'abc'"
    assert carried(((7, 7, b"("), (10, 10, b")")), shape_of(one), shape_of(other)) == ((7, 7, b"("), (12, 12, b")"))


def test_nothing_moves_without_holes() -> None:
    edits = ((1, 2, b"x"),)
    assert carried(edits, Shape(b"", (), ()), Shape(b"", (), ())) == edits

"""quote_ident and quote_literal as the server writes them."""

import postgast
import pytest

from lintel.sql.quoting import KEYWORDS, quote_ident, quote_literal, quote_qualified


@pytest.mark.parametrize(
    ("name", "written"),
    [("total", "total"), ("Total", '"Total"'), ("order", '"order"'), ("a b", '"a b"'), ('a"b', '"a""b"'),
     ("1a", '"1a"'), ("a$b", '"a$b"'), ("é", '"é"'), ("_x1", "_x1"), ("", '""'), ("int", '"int"'), ("abort", "abort")],
)  # fmt: skip
def test_idents(name: str, written: str) -> None:
    assert quote_ident(name) == written


def test_keywords_are_those_of_the_grammar() -> None:
    unreserved = postgast.pg_query_pb2.UNRESERVED_KEYWORD
    for word in KEYWORDS:
        kind = postgast.scan(word).tokens[0].keyword_kind
        assert kind not in (0, unreserved), word


def test_no_other_token_name_is_such_a_keyword() -> None:
    names = {v.name.lower().removesuffix("_p") for v in postgast.pg_query_pb2.Token.DESCRIPTOR.values}
    for name in names - KEYWORDS:
        token = postgast.scan(name).tokens[0]
        assert token.keyword_kind in (0, postgast.pg_query_pb2.UNRESERVED_KEYWORD), name


def test_qualified() -> None:
    assert quote_qualified("public", "order", "Total") == 'public."order"."Total"'


@pytest.mark.parametrize(("value", "written"), [("x", "'x'"), ("it's", "'it''s'"), ("a\\b", "E'a\\\\b'"), ("", "''")])
def test_literals(value: str, written: str) -> None:
    assert quote_literal(value) == written

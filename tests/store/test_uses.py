"""From Facts to uses."""

import pytest

from lintel.analysis.facts import Facts
from lintel.store import Use, split, uses_of


def test_uses() -> None:
    facts = Facts(
        "insert",
        tables=("public.c", "public.o", "public.v"),
        reads=("public.v.x",),
        writes=("public.o.a", 'public.o."B.c"'),
        positional=("insert",),
        base_reads=("public.base.y",),
    )
    assert set(uses_of(facts)) == {
        Use("public.v", "x", "read"),
        Use("public.base", "y", "read"),
        Use("public.o", "a", "write"),
        Use("public.o", '"B.c"', "write"),
        Use("public.o", None, "positional"),
        Use("public.c", None, "read"),
    }


def test_tables_without_columns_are_uses_too() -> None:
    assert set(uses_of(Facts("select", ("public.orders",)))) == {Use("public.orders", None, "read")}
    assert set(uses_of(Facts("delete", ("public.orders",)))) == {Use("public.orders", None, "write")}


def test_natural_joins_are_by_position_on_both_sides() -> None:
    facts = Facts("select", ("a.t", "a.u"), ("a.t.id", "a.u.id"), positional=("natural_join",), whole_rows=("a.t",))
    assert {use for use in uses_of(facts) if use.column is None} == {
        Use("a.t", None, "positional"),
        Use("a.u", None, "positional"),
        Use("a.t", None, "whole_row"),
    }


def test_a_row_type_alone_is_a_use_of_the_table() -> None:
    assert set(uses_of(Facts("select", row_types=("public.o",)))) == {Use("public.o", None, "whole_row")}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("public.orders.total", ("public.orders", "total")),
        ('public."a.b"."c.d"', ('public."a.b"', '"c.d"')),
        ('public."x""."".y"', ("public", '"x""."".y"')),
        ("orders", ("", "orders")),
    ],
)
def test_split(name: str, parts: tuple[str, str]) -> None:
    assert split(name) == parts

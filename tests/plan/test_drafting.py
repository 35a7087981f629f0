"""A plan file that is written from options says what they said, whatever is in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintel.config import ConfigError
from lintel.plan import Add, ClientRule, Drop, Rename, Retype, parse
from lintel.plan.drafting import Draft, drafted


def made(kind: str, **change: str | bool | None) -> object:
    return parse(drafted(Draft("p", "public.o", kind, change), "p.toml"), "p.toml").change


def test_each_kind() -> None:
    assert made("add", column="c", type="int", default="0", not_null=True) == Add("c", "int", "0", not_null=True)
    assert made("add", column="c", type="int", default=None, not_null=False) == Add("c", "int")
    assert made("drop", column="c", type=None, default=None) == Drop("c")
    assert made("rename", column="c", to="d") == Rename("c", "d")
    assert made("retype", column="c", type="bigint", using="c::bigint", **{"from": "int"}) == Retype(
        "c", "bigint", "c::bigint", "int"
    )


def test_who_sees_what_and_the_rest() -> None:
    change, shield = {"column": "c", "type": "int"}, {"absent_writes": "discard"}
    draft = Draft("p", 'shop."Orders"', "add", change, "why", "db", shield, ("v1*",), ("v2",), "7")
    plan = parse(drafted(draft, "p.toml"), "p.toml")
    assert (plan.schema, plan.name, plan.purpose, plan.database) == ("shop", "Orders", "why", "db")
    assert plan.shield.absent_writes == "discard"
    assert plan.shield.clients == (ClientRule("new", "v2"), ClientRule("old", "v1*"))
    assert plan.backfill is not None
    assert plan.backfill.expression == "7"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_any_text_comes_back(text: str) -> None:
    draft = Draft("p", "public.o", "rename", {"column": "a", "to": "b"}, text, new=(text,))
    plan = parse(drafted(draft, "p.toml"), "p.toml")
    assert (plan.purpose, plan.shield.clients) == (text, (ClientRule("new", text),))


def test_what_is_no_plan_is_refused_by_its_key() -> None:
    with pytest.raises(ConfigError, match=r"add\.type"):
        made("add", column="c", type=None)
    with pytest.raises(ConfigError, match=r"rename\.to"):
        made("rename", column="c", to="c")

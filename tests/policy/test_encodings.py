"""Texts whose bytes are not what the grammar reads: read all the same where that is safe, else refused or passed on."""

import pytest

from lintel import plan
from lintel.policy import ContextKey, Policy
from lintel.policy.key import Encoding
from lintel.schema import Column, Relation, Schema
from lintel.wire.decision import SETTINGS, Decision

pytestmark = pytest.mark.check(26)
PLAN = """
id = "p"
purpose = "urgency"
table = 'public."{}"'
[add]
column = "prio"
type = "smallint"
default = "0"
"""


def decided(text: bytes, table: str = "o", encoding: Encoding = "utf8", *, standard_strings: bool = True) -> Decision:
    relation = Relation(16384, "public", table, "r", (Column("id", 1, "int", 23), Column("prio", 2, "smallint", 21)))
    policy = Policy(Schema({relation.oid: relation}), (plan.parse(PLAN.format(table), "plan.toml"),))
    return policy.context(ContextKey(encoding=encoding, standard_strings=standard_strings)).decide(text)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("SELECT *, 'é' AS \"x\" FROM o -- ü", "rewrite"),
        ("/* ö */ SELECT id FROM o WHERE id::text = E'\\n¿'", "allow"),
        ("SELECT 'é' || $$ß$$ FROM o", "allow"),
        ("INSERT INTO o VALUES (length('é'))", "rewrite"),
    ],
)
@pytest.mark.parametrize("codec", ["latin1", "cp1252", "iso8859_15"])
def test_served_as_in_utf8_with_its_own_bytes(text: str, verdict: str, codec: str) -> None:
    wanted, found = decided(text.encode()), decided(text.encode(codec), encoding="ascii alike")
    assert found.statement.facts.opaque is None
    assert found.statement.verdict == wanted.statement.verdict == verdict
    assert found.text == (wanted.text and wanted.text.decode().encode(codec))


@pytest.mark.parametrize(
    ("text", "table", "encoding"),
    [
        ("SELECT * FROM größe".encode("latin1"), "größe", "ascii alike"),
        ('SELECT * FROM "größe"'.encode("latin1"), "größe", "ascii alike"),
        ("SELECT * FROM o AS ö".encode("latin1"), "o", "ascii alike"),
        ("SELECT * FROM o WHERE id::text = '\x1aé'".encode("latin1"), "o", "ascii alike"),
        ("SELECT E'表', '$$', * FROM o, '$$ ''".encode("sjis"), "o", "other"),
        ("SELECT 表.* FROM 表".encode("sjis"), "表", "other"),
        ("SELECT * FROM O WHERE id::text = '誠'".encode("gbk"), "o", "other"),
        ("SELECT * FROM U&\"\\006f\" WHERE id::text = '誠'".encode("gbk"), "o", "other"),
    ],
)
def test_refused_where_it_may_be_the_table(text: bytes, table: str, encoding: Encoding) -> None:
    decision = decided(text, table, encoding)
    assert decision.statement.facts.opaque == "client_encoding is not UTF8"
    assert decision.statement.verdict == "refuse"


@pytest.mark.parametrize("text", [rb"SELECT '\'', * FROM o --'", rb"SELECT '\\', * FROM o --'", rb"SELECT '\' FROM O'"])
def test_backslashes_hide_no_name(text: bytes) -> None:
    assert decided(text, standard_strings=False).statement.verdict == "refuse"


@pytest.mark.parametrize(("text", "asked"), [("SET search_path = 表", True), ("SELECT '表'", False)])
def test_what_may_have_changed_the_session_is_asked_for(text: str, asked: bool) -> None:
    decision = decided(text.encode("sjis"), encoding="other")
    assert decision.statement.verdict == "allow"
    assert bool(decision.effects & SETTINGS) is asked


def test_a_temporary_table_that_was_not_read_may_shadow() -> None:
    text = "CREATE TEMP TABLE p (a text DEFAULT '表')".encode("sjis")
    assert decided(text, "x", encoding="other").temporary == ()
    assert decided(text.replace(b"TEMP", b"TEMP /* o */"), encoding="other").statement.verdict == "refuse"

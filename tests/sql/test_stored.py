"""What may be stored of a text: it parses, it has no literals; or it is a hash."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintel.sql import grammar
from lintel.sql.stored import MAX_STORED, is_hashed, shown, stored_text

CANARY = "canary4711"
READABLE = [
    (f"select  a,\n\tb from t -- {CANARY}\n where c = '{CANARY}'", "select a, b from t where c = ''"),
    (f"insert into t values (1, '{CANARY}'), (2, 'x'), (3.5, 'y');", "insert into t values (1, '')"),
    ("insert into t values (1, 'a'), (2, f(3))", "insert into t values (1, ''), (1, f(1))"),
    ("insert into t values ($1, $2), ($3, $4) returning id", "insert into t values ($1, $2) returning id"),
    ("select * from t where a in (1,2 , 3) and b in ($1,$2) and c in (1, d)",
     "select * from t where a in (1) and b in ($1) and c in (1, d)"),
    (f"select date '2020-01-01', interval '{CANARY}', e'\\'{CANARY}', $x${CANARY}$x$",
     "select date '', interval '', e'', ''"),
    ("/*app='x'*/ select/**/1/* y */", "select 1"),
    ("copy t (a, b) from stdin with (delimiter ';')", "copy t (a, b) from stdin with (delimiter '')"),
    (f"begin; update t set a = '{CANARY}'; commit", "begin; update t set a = ''; commit"),
    (f"explain (analyze) select '{CANARY}'", "explain (analyze) select ''"),
    ("(select 1) union (select 2)", "(select 1) union (select 1)"),
    ("select U&\"d!0061t\" uescape '!' from t", "select U&\"d!0061t\" uescape '!' from t"),
    ("select a in (select 1), values from t", "select a in (select 1), values from t"),
]  # fmt: skip
HIDDEN = [
    (f"alter role x password '{CANARY}'", "alter role"), (f"create table {CANARY} (a int default 1)", "create table"),
    (f"prepare {CANARY} as select '{CANARY}'", "prepare"), (f"execute {CANARY}('{CANARY}')", "execute"),
    (f"copy t from '/{CANARY}'", "copy"), (f"copy t to program '{CANARY}'", "copy"), (f"set x.y = {CANARY}", "set"),
    (f"select '{CANARY}", "select"), (f"{CANARY}", ""), (f"select 1; alter role x password '{CANARY}'", "select"),
    (f"explain analyze execute {CANARY}('{CANARY}')", "explain"), (f"do $${CANARY}$$", "do"), ("", ""),
    (f"explain create table x as select '{CANARY}'", "explain create table"), (f'select "{CANARY}\n"', "select"),
    (f"create or replace temp view {CANARY} as select 1", "create or"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "stored"), READABLE)
def test_readable(text: str, stored: str) -> None:
    assert stored_text(text.encode()) == stored
    assert stored_text(stored.encode()) == stored
    grammar.parse(stored.encode())


@pytest.mark.parametrize(("text", "keywords"), HIDDEN)
def test_hidden(text: str, keywords: str) -> None:
    stored = stored_text(text.encode())
    assert is_hashed(stored)
    assert CANARY not in stored
    assert " ".join(stored.split()[1:]).startswith(keywords)


def test_what_the_grammar_rejects_is_hidden() -> None:
    assert is_hashed(stored_text(b"select my secret words here", readable=False))


def test_the_hash_knows_no_literal() -> None:
    one, other = (stored_text(f"alter role x password '{word}'".encode()) for word in ("a", "b"))
    assert one == other != stored_text(b"alter role y password 'a'")


def test_what_cannot_be_shown_is_hidden() -> None:
    assert is_hashed(stored_text(b"select \xff"))
    assert is_hashed(stored_text("select \u202ea".encode()))
    assert is_hashed(stored_text(b"select a, " * MAX_STORED + b"a"))


def test_shown_to_people() -> None:
    assert shown("select a from t where b = '' and c in (1)") == "select a from t where b = ? and c in (?)"
    assert shown("sha256:0123456789abcdef alter role") == "sha256:0123456789abcdef alter role"


@given(
    st.text(alphabet="abcdefgh", min_size=8, max_size=12),
    st.sampled_from(["'{}'", "E'{}'", "$${}$$", "/*{}*/ 1", "--{}\n 1"]),
)
def test_no_literal_survives(secret: str, form: str) -> None:
    for text in (
        "select {} from t",
        "insert into t values (1, {})",
        "update t set a = b || {} where c",
        "alter role x {}",
    ):
        assert secret not in stored_text(text.format(form.format(secret)).encode())

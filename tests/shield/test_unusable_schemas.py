"""Schemas of the search_path that a role may not use: PostgreSQL passes over them, and finds a table further on."""

import uuid
from collections.abc import Iterator

import pytest
from psycopg.sql import SQL, Identifier
from tests.shield.planned import Planned, Planning, until

TABLES = """
CREATE TABLE o (id int PRIMARY KEY, note text);
INSERT INTO o VALUES (1, 'public');
CREATE SCHEMA aside;
CREATE TABLE aside.o (id int PRIMARY KEY, note text, own int);
INSERT INTO aside.o VALUES (1, 'aside', 7);
ALTER TABLE o RENAME note TO remark;
"""
PUBLIC, ASIDE = ["id", "note"], ["id", "note", "own"]


@pytest.fixture
def front(planned: Planning) -> Planned:
    return planned('[rename]\ncolumn = "note"\nto = "remark"', TABLES)


@pytest.fixture
def role(front: Planned) -> Iterator[str]:
    """Who may do all with the tables, but use one of the schemas."""
    name = f"stranger_{uuid.uuid4().hex[:8]}"
    front.direct.execute(SQL("CREATE ROLE {0}; GRANT ALL ON o, aside.o TO {0}").format(Identifier(name)))
    yield name
    front.direct.execute(SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(Identifier(name)))


def test_passed_over(front: Planned, role: str) -> None:
    """In a session, in a transaction; with the privilege, and without it again."""
    old, other = (front.connect("old") for _ in range(2))

    def seen() -> list[str]:
        return [column.name for column in old.execute("SELECT * FROM o").description or ()]

    old.execute("SET search_path = aside, public")
    assert seen() == ASIDE
    with old.transaction():
        old.execute(SQL("SET LOCAL ROLE {}").format(Identifier(role)))
        assert seen() == PUBLIC
    assert seen() == ASIDE
    old.execute(SQL("SET ROLE {}").format(Identifier(role)))
    assert seen() == PUBLIC
    other.execute(SQL("GRANT USAGE ON SCHEMA aside TO {}").format(Identifier(role)))
    assert seen() == ASIDE
    other.execute(SQL("REVOKE ALL ON SCHEMA aside FROM {}").format(Identifier(role)))
    assert seen() == PUBLIC
    other.execute("GRANT USAGE ON SCHEMA aside TO PUBLIC")
    assert seen() == ASIDE


def test_by_membership(front: Planned, role: str) -> None:
    """PostgreSQL 15 takes notice of it when the path is set again."""
    old, other = (front.connect("old") for _ in range(2))
    old.execute(SQL("SET ROLE {}").format(Identifier(role)))
    path = "SET search_path = aside, public"
    old.execute(path)
    group = f"{role}_group"
    front.direct.execute(SQL("CREATE ROLE {0}; GRANT USAGE ON SCHEMA aside TO {0}").format(Identifier(group)))
    try:
        assert old.execute("SELECT note FROM o").fetchall() == [("public",)]
        other.execute(SQL("GRANT {} TO {}").format(Identifier(group), Identifier(role)))
        until(lambda: bool(old.execute(path)) and old.execute("SELECT * FROM o").fetchall() == [(1, "aside", 7)])
    finally:
        front.direct.execute(SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(Identifier(group)))


def test_a_schema_of_ones_own(front: Planned, role: str) -> None:
    """Of whoever the session has become ("$user"), in a transaction too, and no longer when that is rolled back."""
    old, become = front.connect("old"), SQL("SET SESSION AUTHORIZATION {}").format(Identifier(role))
    old.execute(SQL("CREATE SCHEMA {0} AUTHORIZATION {0}").format(Identifier(role)))
    old.execute(SQL("CREATE TABLE {0}.o (own int); ALTER TABLE {0}.o OWNER TO {0}").format(Identifier(role)))

    def seen() -> list[str]:
        return [column.name for column in old.execute("SELECT * FROM o").description or ()]

    assert seen() == PUBLIC
    with old.transaction(force_rollback=True):
        old.execute(become)
        assert seen() == ["own"]
    assert seen() == PUBLIC
    old.execute(become)
    assert seen() == ["own"]
    old.execute("RESET SESSION AUTHORIZATION")
    assert seen() == PUBLIC


def test_set_within_a_text(front: Planned, role: str) -> None:
    """Whose schemas these are is not known there: refused where it makes a difference."""
    old = front.connect("old")
    assert old.execute("SET search_path = aside, public; TABLE o", prepare=False).nextset()
    old.execute(SQL("SET ROLE {}").format(Identifier(role)))
    with pytest.raises(Exception, match="lintel:"):
        old.execute("SET search_path = aside, public; TABLE o", prepare=False)

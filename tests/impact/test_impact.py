"""What `impact` finds, statement by statement."""

from pathlib import Path

import pytest
from tests.impact.cases import ADD, CASES, OBJECTS, SCHEMA

from lintel.analysis.ddl import schema_of
from lintel.impact import RULES, Caller, Finding, Impact, Place, Script, Seen, Unsupported, assess
from lintel.impact.change import migration
from lintel.impact.locks import Ddl
from lintel.plan import load
from lintel.sql.stored import stored_text

ORDERS = "public.orders"
BASE = schema_of(SCHEMA.encode())
CLIENT = Caller("billing", 3, "2026-11-21T00:00:00.000Z")


def seen(sql: str, *callers: Caller, path: tuple[str, ...] = ("public",)) -> Seen:
    return Seen("shape", sql, path, callers or (CLIENT,))


def found(change: str, sql: str) -> set[str]:
    return {finding.rule for finding in _statements(assess(change.encode(), BASE, [seen(sql)]))}


def _statements(impact: Impact) -> list[Finding]:
    return [finding for finding in impact.findings if finding.object is None]


@pytest.mark.parametrize(("change", "sql", "rules"), CASES)
def test_statement(change: str, sql: str, rules: set[str]) -> None:
    assert found(change, sql) == rules
    stored = stored_text(sql.encode())
    assert found(change, stored) == rules, "the stored text says the same"


@pytest.mark.parametrize(("change", "objects"), OBJECTS)
def test_objects(change: str, objects: set[tuple[str, str]]) -> None:
    assert {(finding.rule, finding.object) for finding in assess(change.encode(), BASE, []).findings} == objects


def test_a_finding_for_each_client() -> None:
    others = [Caller("a", 1, "x"), Caller("b", 2, "y")]
    findings = _statements(assess(ADD.encode(), BASE, [seen("INSERT INTO orders VALUES (1, 2, 3)", *others)]))
    assert [(f.rule, f.client, f.calls, f.last_seen, f.sqlstate) for f in findings] == [
        ("ADD-24", "a", 1, "x", None),
        ("ADD-24", "b", 2, "y", None),
    ]
    assert "public.orders" in findings[0].message
    assert "prio" in findings[0].message


def test_partitions_change_with_their_parent() -> None:
    schema = schema_of(
        b"CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)"
    )
    impact = assess(b"ALTER TABLE p ADD b int", schema, [seen("SELECT * FROM p1")])
    assert {finding.rule for finding in impact.findings} == {"ADD-01", "ADD-20"}


def test_the_search_path_of_the_statement_counts() -> None:
    impact = assess(ADD.encode(), BASE, [seen("SELECT * FROM orders", path=("elsewhere",))])
    assert not _statements(impact)
    assert (impact.judged, impact.unread) == (0, 1)


def test_what_cannot_be_read_is_counted() -> None:
    texts = ["sha256:0123456789abcdef do", "select from where", "SELECT 1", "SELECT id FROM orders"]
    impact = assess(ADD.encode(), BASE, map(seen, texts))
    assert (impact.judged, impact.unread) == (1, 2)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("SELECT 1", "ADD COLUMN"),
        ("DO $$ BEGIN END $$", "ADD COLUMN"),
        ("ALTER TABLE nothing ADD x int", "nothing"),
        ("ALTER TABLE orders DROP nothing", "nothing"),
        ("ALTER TABLE", "syntax error"),
        ("", "expected a change"),
    ],
)
def test_what_is_no_change_that_can_be_judged(change: str, why: str) -> None:
    with pytest.raises(Unsupported, match=why):
        assess(change.encode(), BASE, [])


def test_several_statements_of_a_migration() -> None:
    change = (
        "BEGIN; SET lock_timeout = '1s'; ALTER TABLE orders ADD a int, ADD b int; CREATE INDEX ON orders (a); COMMIT"
    )
    impact = assess(change.encode(), BASE, [seen("INSERT INTO orders VALUES (1)")])
    assert impact.ddl == (
        Ddl("ALTER TABLE orders ADD a int, ADD b int", "AccessExclusiveLock", False, False, ORDERS, Place(None, 1)),
        Ddl("CREATE INDEX ON orders (a)", "ShareLock", False, True, ORDERS, Place(None, 1)),
    )
    (latent,) = (finding for finding in impact.findings if finding.rule == "ADD-24")
    assert "once a, b is NOT NULL" in latent.message


def test_a_column_of_a_later_file_is_not_taken_for_one_that_went_before() -> None:
    """Each new column has a number of its own, from file to file as in one."""
    files = ["ALTER TABLE orders ADD a int", "ALTER TABLE orders DROP a", "ALTER TABLE orders ADD b text"]
    made = migration([Script(sql.encode()) for sql in files], BASE, ("public",))
    orders = made.single[2].after.find(None, "orders", ("public",))
    assert orders is not None
    first = made.single[0].after.find(None, "orders", ("public",))
    assert first is not None
    assert orders.columns[-1].attnum == first.columns[-1].attnum + 1


def test_every_rule_says_what_to_do() -> None:
    for rule in RULES.values():
        assert rule.message.format(table="t", columns="c", roles="r")
        assert rule.fix
        assert rule.title


@pytest.mark.parametrize(
    ("section", "sql", "rules"),
    [
        ('[add]\ncolumn = "prio"\ntype = "smallint"', "COPY orders FROM STDIN", {"ADD-07"}),
        ('[drop]\ncolumn = "total"', "SELECT total FROM orders", {"DRP-01"}),
        ('[rename]\ncolumn = "total"\nto = "amount"', "SELECT total FROM orders", {"REN-01"}),
        ('[retype]\ncolumn = "cid"\ntype = "bigint"', "SELECT cid FROM orders", {"TYP-01"}),
    ],
)
def test_the_ddl_of_every_kind_of_plan(tmp_path: Path, section: str, sql: str, rules: set[str]) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(f'id = "one"\npurpose = "a test"\ntable = "public.orders"\n{section}\n')
    assert found(load(file).ddl, sql) == rules

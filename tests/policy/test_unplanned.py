"""Which DDL no plan announces: it is passed and told of, or refused; never anything about another table."""

import pytest
from tests.priority import PLAN as ADD

from lintel import plan
from lintel.analysis.ddl import apply_text, schema_of
from lintel.policy import ContextKey, Options, Policy, Statement
from lintel.policy.unplanned import in_catalog
from lintel.shield.tables import Covered
from lintel.wire.decision import Decision

SETUP = """
CREATE TABLE orders (id int PRIMARY KEY, total numeric, note text);
CREATE TABLE customers (id int PRIMARY KEY, name text);
CREATE TABLE parts (id int, day date) PARTITION BY RANGE (day);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE SCHEMA other; CREATE TABLE other.orders (id int);
"""
RENAME = """
id = "orders-amount"
purpose = "clear names"
table = "public.orders"
[rename]
column = "total"
to = "amount"
"""
RETYPE = """
id = "orders-id"
purpose = "room"
table = "public.orders"
[retype]
column = "id"
type = "bigint"
"""
PLANS = tuple(plan.parse(text, "plan.toml") for text in (ADD, RENAME, RETYPE))

# (text, what no plan announces); plans are on public.orders, [record] tables names parts of any schema
CASES: list[tuple[str, list[str]]] = [
    ("ALTER TABLE orders ADD colour text", ["public.orders: add column colour"]),
    ("ALTER TABLE orders ADD priority smallint, ADD colour text", ["public.orders: add column colour"]),
    ("ALTER TABLE orders ADD priority text", ["public.orders: add column priority"]),
    ("ALTER TABLE orders DROP note", ["public.orders: drop column note"]),
    ("ALTER TABLE orders RENAME note TO remark", ["public.orders: rename column note to remark"]),
    ("ALTER TABLE orders RENAME total TO sum", ["public.orders: rename column total to sum"]),
    ("ALTER TABLE orders ALTER note TYPE varchar(5)", ["public.orders: alter column note type"]),
    ("ALTER TABLE orders ALTER id TYPE smallint", ["public.orders: alter column id type"]),
    ("ALTER TABLE orders ALTER note SET NOT NULL", ["public.orders: alter column note"]),
    ("ALTER TABLE orders ALTER note SET DEFAULT 'secret'", ["public.orders: alter column note"]),
    ("ALTER TABLE orders ADD CONSTRAINT c CHECK (note <> 'secret')", ["public.orders: add constraint c"]),
    ("ALTER TABLE orders DROP CONSTRAINT orders_pkey", ["public.orders: drop constraint orders_pkey"]),
    ("ALTER TABLE orders ENABLE ROW LEVEL SECURITY", ["public.orders: enable row security"]),
    ("ALTER TABLE orders RENAME TO old_orders", ["public.orders: rename table to public.old_orders"]),
    ("ALTER TABLE orders SET SCHEMA other2", ["public.orders: rename table to other2.orders"]),
    ("DROP TABLE customers, orders", ["public.orders: drop table"]),
    ("CREATE TRIGGER t BEFORE INSERT ON orders EXECUTE FUNCTION f()", ["public.orders: create trigger t"]),
    ("DROP TRIGGER t ON public.orders", ["public.orders: drop trigger t"]),
    ("CREATE RULE r AS ON DELETE TO orders DO INSTEAD NOTHING", ["public.orders: create rule r"]),
    ("CREATE POLICY p ON orders", ["public.orders: create policy p"]),
    ("ALTER TABLE parts ADD colour text", ["public.parts: add column colour"]),
    ("BEGIN; ALTER TABLE orders DROP note; COMMIT", ["public.orders: drop column note"]),
    # A plan announces it, in either direction, and what is done to its column alone.
    ("ALTER TABLE orders ADD priority smallint NOT NULL DEFAULT 0", []),
    ("ALTER TABLE public.orders ADD COLUMN IF NOT EXISTS priority int2", []),
    ("ALTER TABLE orders RENAME total TO amount", []),
    ("ALTER TABLE orders ALTER id TYPE bigint", []),
    ("ALTER TABLE orders ALTER total SET DEFAULT 0", []),
    ("ALTER TABLE orders ADD CONSTRAINT c CHECK (total IS NOT NULL) NOT VALID", []),
    # Other tables, what changes nothing that a statement means, and what would not change anything.
    ("ALTER TABLE customers ADD colour text", []),
    ("ALTER TABLE other.orders ADD colour text", []),
    ("CREATE INDEX ON orders (note)", []),
    ("ALTER TABLE orders SET (fillfactor = 70)", []),
    ("ALTER TABLE orders VALIDATE CONSTRAINT c", []),
    ("ALTER TABLE parts DETACH PARTITION parts_1", []),
    ("ALTER TABLE orders ADD COLUMN IF NOT EXISTS note text", []),
    ("GRANT SELECT ON orders TO me", []),
    ("COMMENT ON TABLE orders IS 'ALTER TABLE orders ADD x int'", []),
    ("SELECT 'ALTER TABLE orders DROP note'", []),
    ("CREATE TEMP TABLE orders (id int); ALTER TABLE orders ADD x int", []),
    ("UPDATE orders SET note = 'x'", []),
]  # fmt: skip


def _decided(text: str, mode: str, plans: tuple[plan.Plan, ...] = PLANS) -> Decision:
    options = Options(on_unplanned_ddl=mode, tables=("parts",))
    return Policy(schema_of(SETUP.encode()), plans, options).context(ContextKey()).decide(text.encode())


def _told(statement: Statement) -> list[str]:
    return [f"{one.table}: {one.change}" for one in statement.unplanned]


@pytest.mark.parametrize(("text", "unplanned"), CASES)
def test_what_no_plan_announces(text: str, unplanned: list[str]) -> None:
    passed, refused = _decided(text, "pass"), _decided(text, "refuse")
    assert _told(passed.statement) == _told(refused.statement) == unplanned
    assert not passed.refusals
    if unplanned:
        ((_, refusal),) = refused.refusals
        assert refusal.sqlstate == "42501"
        assert refused.statement.verdict == "refuse"
        assert all(one in refusal.message for one in unplanned)
        assert "secret" not in refusal.message
    else:
        assert refused.text == passed.text


def test_without_targets_nothing_is_unplanned() -> None:
    text = "ALTER TABLE customers DROP name"
    assert _decided(text, "refuse", ()).text is None


def test_a_text_after_it_runs_where_it_is_refused() -> None:
    """The server fails that statement of the text, in its turn."""
    decision = _decided("SELECT 1; ALTER TABLE orders DROP note; SELECT 2", "refuse")
    assert decision.text is not None
    assert decision.text.startswith(b"SELECT 1;  SELECT lintel_refused_")
    assert decision.text.endswith(b"; SELECT 2")


@pytest.mark.parametrize(
    ("after", "unplanned"),
    [
        ("ALTER TABLE orders ADD colour text, DROP note", {"add column colour", "drop column note"}),
        ("ALTER TABLE orders ADD priority smallint; ALTER TABLE orders RENAME total TO amount", set()),
        ("DROP TABLE orders", {"drop table"}),
        ("ALTER TABLE customers DROP name", set()),
        ("ALTER TABLE parts ADD colour text", {"add column colour"}),  # once, not for each partition
    ],
)
def test_between_two_snapshots(after: str, unplanned: set[str]) -> None:
    before = schema_of(SETUP.encode())
    found = list(in_catalog(Covered(before, PLANS), apply_text(before, after.encode()), ("public.parts",)))
    assert sorted(one.change for one in found) == sorted(unplanned)

"""Plan files: what they say, and how they are told that they are wrong: file, key, and what was expected."""

from pathlib import Path

import pytest

from lintel.config import ConfigError
from lintel.plan import Add, Backfill, ClientRule, Index, Plan, Shield, check_together, load, load_all, parse

FULL = """
id = "orders-priority"
purpose = "Support wants to sort by urgency"
table = 'shop."Orders"'
database = "shop"

[add]
column = "priority"
type = "smallint"
default = "0"
not_null = true

[shield]
absent_reads = "default"
absent_writes = "refuse"
stars = "pin"
whole_rows = "record"

[[shield.clients]]
match = { application_name = "billing-v2*", tag.service = "checkout*" }
sees = "new"

[[shield.clients]]
match = { address = "10.1.2.3/16", user = "etl", database = "shop" }
sees = "old"

[backfill]
expression = "CASE WHEN total > 1000 THEN 2 ELSE 0 END"
batch_rows = 500
max_replica_lag = "2s"
max_lock_wait = "250ms"

[[index]]
columns = ["priority"]
"""


def plan_of(change: str = "", *, table: str = "public.orders", rest: str = "", top: str = "") -> Plan:
    body = change or 'column = "c"\ntype = "int"'
    return parse(f"id = 'p'\ntable = '''{table}'''\n{top}\n[add]\n{body}\n{rest}", "p.toml")


def error_of(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse(text, "p.toml")
    assert str(caught.value).startswith("p.toml: ")
    return caught.value


def test_everything_that_a_plan_can_say() -> None:
    assert parse(FULL, "plans/p.toml") == Plan(
        id="orders-priority",
        purpose="Support wants to sort by urgency",
        schema="shop",
        name="Orders",
        database="shop",
        change=Add("priority", "smallint", "0", not_null=True),
        shield=Shield(
            whole_rows="record",
            clients=(
                ClientRule("new", application_name="billing-v2*", tags=(("service", "checkout*"),)),
                ClientRule("old", address="10.1.0.0/16", user="etl", database="shop"),
            ),
        ),
        backfill=Backfill("CASE WHEN total > 1000 THEN 2 ELSE 0 END", 500, 2.0, 0.25),
        indexes=(Index(("priority",)),),
        file="plans/p.toml",
    )


def test_what_is_left_out_has_a_default() -> None:
    plan = plan_of()
    assert (plan.schema, plan.name, plan.database, plan.purpose) == ("public", "orders", None, "")
    assert (plan.shield, plan.backfill, plan.indexes) == (Shield(), None, ())
    assert plan.table == "public.orders"


@pytest.mark.parametrize(
    ("written", "schema", "name", "table"),
    [
        ("orders", "public", "orders", "public.orders"),
        ("Shop.Orders", "shop", "orders", "shop.orders"),
        ('"Shop"."order"', "Shop", "order", '"Shop"."order"'),
        ('U&"d\\0061ta"', "public", "data", "public.data"),
        ('"a.b"', "public", "a.b", 'public."a.b"'),
    ],
)
def test_a_table_is_named_as_sql_names_it(written: str, schema: str, name: str, table: str) -> None:
    plan = plan_of(table=written)
    assert (plan.schema, plan.name, plan.table) == (schema, name, table)


@pytest.mark.parametrize(
    "written",
    ["a.b.c", "orders o", "ONLY orders", "orders*", "a, b", "orders; DROP TABLE x", "or ders", "1", "f()", "-- x"],
)
def test_what_is_not_one_table(written: str) -> None:
    with pytest.raises(ConfigError, match=r"p\.toml: table: expected .*such as public\.orders"):
        plan_of(table=written)


MISTAKES = {
    "id = ": ("", "not a TOML file"),
    "table = 'o'": ("id", 'missing; expected a name for the plan, such as "orders-priority"'),
    "id = 3": ("id", "expected a name for the plan"),
    "id = 'a b'": ("id", "expected up to 100 letters, digits"),
    "id = '''a\nb'''": ("id", r'got "a\nb"'),
    "id = 'p'": ("table", "missing; expected a table"),
    "id = 'p'\ntable = 'o'": ("add", "missing; expected one change"),
    "id = 'p'\ntable = 'o'\nadd = 3": ("add", "expected a table; got an integer (3)"),
    "id = 'p'\ntable = 'o'\n[drop]\ntype = 'int'": ("drop.column", "missing; expected the bare name of the column"),
    "id = 'p'\ntable = 'o'\n[drop]\ncolumn = 'c'\ndefault = '0'": ("drop.type", "missing; expected the type of"),
    "id = 'p'\ntable = 'o'\n[drop]\ncolumn = 'c'\ntype = 'in t'": ("drop.type", "expected exactly one SQL type"),
    "id = 'p'\ntable = 'o'\n[drop]\ncolumn = 'c'\n[backfill]\nexpression = '1'": ("drop.type", "missing; expected"),
    "id = 'p'\ntable = 'o'\n[rename]\ncolumn = 'c'": ("rename.to", "missing; expected the bare name of the column"),
    "id = 'p'\ntable = 'o'\n[rename]\ncolumn = 'c'\nto = 'c'": ("rename.to", 'expected another name than "c"'),
    "id = 'p'\ntable = 'o'\n[rename]\ncolumn = 'c'\nto = 'ctid'": ("rename.to", "not a system column's"),
    "id = 'p'\ntable = 'o'\n[rename]\ncolumn = 'c'\nto = 'd'\n[backfill]\nexpression = '1'": (
        "backfill",
        "a renamed column keeps its values",
    ),
    "id = 'p'\ntable = 'o'\n[add]\ncolumn = 'c'\ntype = 'int'\n[drop]\ncolumn = 'd'": (
        "drop",
        "expected one change in a plan; it has [add] too",
    ),
    "id = 'p'\ntable = 'o'\n[retype]\ncolumn = 'c'": ("retype.type", "missing; expected an SQL type"),
    "id = 'p'\ntable = 'o'\n[retype]\ncolumn = 'c'\ntype = 'int'\nfrom = 'in t'": (
        "retype.from",
        "exactly one SQL type",
    ),
    "id = 'p'\ntable = 'o'\n[retype]\ncolumn = 'c'\ntype = 'int'\n[backfill]\nexpression = '1'": (
        "backfill",
        "converts every row itself",
    ),
    "id = 'p'\ntable = 'o'\n[add]\ntype = 'int'": ("add.column", "missing; expected the bare name of the column"),
    "id = 'p'\ntable = 'o'\n[add]\ncolumn = 'c'": ("add.type", 'missing; expected an SQL type, such as "smallint"'),
}
CHANGES = {
    "column = ''\ntype = 'int'": ("add.column", "got an empty string"),
    "column = 'ctid'\ntype = 'int'": ("add.column", "not a system column's (ADD-14)"),
    "column = '\"c\"'\ntype = 'int'": ("add.column", 'without SQL\'s quotes: "c"'),
    f"column = '{'x' * 64}'\ntype = 'int'": ("add.column", "at most 63 bytes"),
    "column = 'c'\ntype = 'in t'": ("add.type", "expected exactly one SQL type"),
    "column = 'c'\ntype = 'int'\ndefault = 0": ("add.default", 'such as "0"; got an integer (0)'),
    "column = 'c'\ntype = 'int'\ndefault = '0) , (1'": ("add.default", "expected exactly one SQL expression"),
    "column = 'c'\ntype = 'int'\nnot_null = 'yes'": ("add.not_null", 'expected true or false; got "yes"'),
    "column = 'c'\ntype = 'int'\nnotnull = true": ("add.notnull", 'unknown key; did you mean "not_null"?'),
    "column = 'c'\ntype = 'int'\ndefault = 'total'": ("add.default", 'a default cannot read columns such as "total"'),
}
RESTS = {
    "[shield]\nabsent_reads = 'null'": ("shield.absent_reads", 'expected one of "default", "refuse"; got "null"'),
    "[shield]\nstars = 'pinned'": ("shield.stars", 'expected one of "pin", "pass"'),
    "[shield]\nstar = 'pin'": ("shield.star", 'did you mean "stars"?'),
    "[shield]\nclients = 'x'": ("shield.clients", "expected tables headed [[clients]]"),
    "[[shield.clients]]\nsees = 'new'": ("shield.clients[1].match", "missing; expected patterns"),
    "[[shield.clients]]\nmatch = {}\nsees = 'new'": ("shield.clients[1].match", "expected at least one pattern"),
    "[[shield.clients]]\nmatch = { user = 'x' }": ("shield.clients[1].sees", 'expected "old" or "new"'),
    "[[shield.clients]]\nmatch = { user = 'x' }\nsees = 'both'": ("shield.clients[1].sees", 'got "both"'),
    "[[shield.clients]]\nmatch = { address = '10.0.0' }\nsees = 'old'": (
        "shield.clients[1].match.address",
        "expected a network",
    ),
    "[[shield.clients]]\nmatch = { app_name = 'x' }\nsees = 'old'": (
        "shield.clients[1].match.app_name",
        'did you mean "application_name"?',
    ),
    "[backfill]\nbatch_rows = 5": ("backfill.expression", "missing"),
    "[backfill]\nexpression = '1'\nbatch_rows = 0": ("backfill.batch_rows", "expected a whole number from 1; got"),
    "[backfill]\nexpression = '1'\nmax_lock_wait = 5": ("backfill.max_lock_wait", 'a duration such as "5s"'),
    "[backfill]\nexpression = 'c + 1'": ("backfill.expression", 'not over "c" itself'),
    "[backfill]\nexpression = 'o.total'": ("backfill.expression", "expected columns of the table by their bare names"),
    "[[index]]\ncolumns = []": ("index[1].columns", "expected a list of column names"),
    "[phase]\nx = 1": ("phase", "unknown key"),
}


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        *((text, key, why) for text, (key, why) in MISTAKES.items()),
        *((f"id = 'p'\ntable = 'o'\n[add]\n{change}", key, why) for change, (key, why) in CHANGES.items()),
        *(
            (f"id = 'p'\ntable = 'o'\n[add]\ncolumn = 'c'\ntype = 'int'\n{rest}", key, why)
            for rest, (key, why) in RESTS.items()
        ),
    ],
)
def test_a_mistake_names_its_key_and_what_was_expected(text: str, key: str, expected: str) -> None:
    error = error_of(text)
    assert error.key == key
    assert expected in error.expected


def test_tags_may_be_written_either_way() -> None:
    for match in ('{ tag.service = "a*", tag.team = "b" }', '{ "tag.service" = "a*", "tag.team" = "b" }'):
        plan = plan_of(rest=f'[[shield.clients]]\nmatch = {match}\nsees = "new"')
        assert plan.shield.clients[0].tags == (("service", "a*"), ("team", "b"))
        assert plan.shield.by_tag


def test_a_plan_can_be_a_key() -> None:
    assert len({parse(FULL, "a"), parse(FULL, "a")}) == 1


def test_files_are_read_and_named(tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_text(FULL)
    assert load(file).file == str(file)
    for bad, why in ((tmp_path / "none.toml", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(ConfigError, match=why):
            load(bad)
    file.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="UTF-8"):
        load(file)


def test_plans_that_cannot_both_be(tmp_path: Path) -> None:
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text(FULL)
    two.write_text(FULL)
    with pytest.raises(ConfigError, match=r"two\.toml: id: expected one that no other active plan has; .*one\.toml"):
        load_all([one, two])
    two.write_text(FULL.replace("orders-priority", "other"))
    with pytest.raises(ConfigError, match=r"two\.toml: column: expected one that no other"):
        load_all([one, two])
    two.write_text(FULL.replace("orders-priority", "other").replace('"priority"', '"urgency"'))
    assert [plan.id for plan in load_all([one, two])] == ["orders-priority", "other"]
    check_together(())

"""A plan file's text becomes a Plan, or a ConfigError that names the file, the key and what was expected.

Pure: the text comes from elsewhere (plan.load). What the database holds is not asked here.
"""

import ipaddress
import re
import tomllib
from collections.abc import Callable
from typing import Literal, cast

from lintel.config import ConfigError
from lintel.plan.changes import Add, Change, Drop, Rename, Retype
from lintel.plan.clients import ClientRule, Side
from lintel.plan.expressions import columns_of, parse_expression, typed_sql
from lintel.plan.model import Backfill, Index, Plan, Shield
from lintel.plan.parking import OURS
from lintel.plan.section import Section, quoted
from lintel.plan.tables import parse_table
from lintel.plan.types import parse_type

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_KINDS = ("add", "drop", "rename", "retype")
_SYSTEM_COLUMNS = frozenset(("tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"))
_NAME_BYTES = 63  # NAMEDATALEN - 1


def parse(text: str, file: str) -> Plan:
    """Read and check a whole plan file."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ConfigError(file, "", f"not a TOML file: {problem}") from None
    root = Section(file, "", values)
    plan = _plan(root)
    root.close()
    _check_imagined(root, plan)
    _check_parked(root, plan)
    return plan


def _plan(root: Section) -> Plan:
    plan_id = _id(root)
    schema, name = _table(root)
    return Plan(
        id=plan_id,
        purpose=root.optional_text("purpose", 'one sentence, such as "Support sorts by urgency"') or "",
        schema=schema,
        name=name,
        database=root.optional_text("database", 'the name of a database, such as "shop"'),
        routes=root.texts("routes", 'names in [databases], such as ["shop_eu"]') if "routes" in root.keys else (),
        change=_change(root),
        shield=_shield(root.section("shield")),
        backfill=_backfill(root.section("backfill")),
        indexes=tuple(map(_index, root.sections("index"))),
        released=root.flag("released"),
        file=root.file,
    )


def _id(root: Section) -> str:
    found = root.text("id", 'a name for the plan, such as "orders-priority"')
    if not _ID.fullmatch(found):
        root.fail("id", f"expected up to 100 letters, digits, '.', '_' and '-'; got {quoted(found)}")
    return found


def _table(root: Section) -> tuple[str, str]:
    text = root.text("table", 'a table as SQL writes it, such as "public.orders"')
    try:
        return parse_table(text)
    except ValueError as problem:
        root.fail("table", f"{problem}; got {quoted(text)}")


def _change(root: Section) -> Change:
    given = [(kind, section) for kind in _KINDS if (section := root.section(kind)) is not None]
    if not given:
        root.fail("add", "missing; expected one change: [add] column = ..., type = ...; or [drop], [rename], [retype]")
    if len(given) > 1:
        root.fail(given[1][0], f"expected one change in a plan; it has [{given[0][0]}] too")
    kind, section = given[0]
    change = _READERS[kind](section)
    section.close()
    return change


def _add(section: Section) -> Add:
    return Add(
        column=_column(section, "column", "priority"),
        type=section.text("type", 'an SQL type, such as "smallint"'),
        default=section.optional_text("default", 'a string with an SQL expression, such as "0"'),
        not_null=section.flag("not_null"),
    )


def _drop(section: Section) -> Drop:
    return Drop(
        column=_column(section, "column", "fax"),
        type=section.optional_text("type", 'an SQL type, such as "smallint"'),
        default=section.optional_text("default", 'a string with an SQL expression, such as "0"'),
    )


def _rename(section: Section) -> Rename:
    change = Rename(_column(section, "column", "total"), _column(section, "to", "amount"))
    if change.column == change.to:
        section.fail("to", f"expected another name than {quoted(change.column)}")
    return change


def _retype(section: Section) -> Retype:
    return Retype(
        column=_column(section, "column", "total"),
        type=section.text("type", 'an SQL type, such as "bigint"'),
        using=section.optional_text("using", 'an SQL expression, such as "total::bigint"'),
        before=section.optional_text("from", 'the SQL type that the column had, such as "integer"'),
    )


_READERS: dict[str, Callable[[Section], Change]] = {"add": _add, "drop": _drop, "rename": _rename, "retype": _retype}


def _column(section: Section, key: str, example: str) -> str:
    name = section.text(key, f"the bare name of the column, such as {quoted(example)}")
    if "\0" in name or len(name.encode()) > _NAME_BYTES:
        section.fail(key, f"expected a name of at most {_NAME_BYTES} bytes; got {quoted(name)}")
    if name in _SYSTEM_COLUMNS:
        section.fail(key, f"expected a name that is not a system column's (ADD-14); got {quoted(name)}")
    if name.startswith('"') and name.endswith('"') and len(name) > 2:
        section.fail(key, f"expected the bare name, without SQL's quotes: {quoted(name[1:-1])}")
    return name


def _shield(section: Section | None) -> Shield:
    if section is None:
        return Shield()
    writes = section.choice("absent_writes", ("refuse", "park", "discard"))
    shield = Shield(
        absent_reads=cast("Literal['default', 'refuse']", section.choice("absent_reads", ("default", "refuse"))),
        absent_writes=cast("Literal['refuse', 'park', 'discard']", writes),
        stars=cast("Literal['pin', 'pass']", section.choice("stars", ("pin", "pass"))),
        whole_rows=cast("Literal['refuse', 'record']", section.choice("whole_rows", ("refuse", "record"))),
        clients=tuple(map(_rule, section.sections("clients"))),
    )
    section.close()
    return shield


def _rule(section: Section) -> ClientRule:
    match = section.section("match")
    if match is None:
        section.fail("match", 'missing; expected patterns, such as { application_name = "billing-v2*" }')
    if section.value("sees") is None:
        section.fail("sees", 'missing; expected "old" or "new": the table that these clients were built for')
    glob = 'a text with "*" for anything, such as "billing-*"'
    rule = ClientRule(
        sees=cast("Side", section.choice("sees", ("old", "new"))),
        application_name=match.optional_text("application_name", glob),
        user=match.optional_text("user", glob),
        database=match.optional_text("database", glob),
        address=_network(match),
        tags=_tags(match, glob),
    )
    match.close()
    section.close()
    if rule == ClientRule(rule.sees):
        section.fail("match", 'expected at least one pattern; for every client write { application_name = "*" }')
    return rule


def _network(match: Section) -> str | None:
    text = match.optional_text("address", 'a network, such as "10.1.0.0/16"')
    if text is None:
        return None
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        match.fail("address", f'expected a network, such as "10.1.0.0/16" or "::1"; got {quoted(text)}')


def _tags(match: Section, glob: str) -> tuple[tuple[str, str], ...]:
    """`tag.service = ".."` is a table in a table for TOML; `"tag.service" = ".."`, quoted, says the same."""
    section = match.section("tag")
    found = [] if section is None else [(name, section.text(name, glob)) for name in section.keys]
    found += [(key.removeprefix("tag."), match.text(key, glob)) for key in match.keys if key.startswith("tag.")]
    return tuple(found)


def _backfill(section: Section | None) -> Backfill | None:
    if section is None:
        return None
    backfill = Backfill(
        expression=section.text("expression", "an SQL expression over the table's other columns"),
        batch_rows=section.count("batch_rows", 1000),
        max_replica_lag=section.seconds("max_replica_lag", 5.0),
        max_lock_wait=section.seconds("max_lock_wait", 0.5),
    )
    section.close()
    return backfill


def _index(section: Section) -> Index:
    index = Index(section.texts("columns", 'a list of column names, such as ["priority"]'))
    section.close()
    return index


def _check_imagined(root: Section, plan: Plan) -> None:
    """The type, the default and the backfill expression: each one piece of SQL, and fit to stand in for the column."""
    change = plan.change
    kind = type(change).__name__.lower()
    if isinstance(change, Retype) and plan.backfill is not None:
        root.fail("backfill", "expected none: ALTER COLUMN .. TYPE converts every row itself")
    if isinstance(change, Retype) and change.before is not None:
        _check_type(root, "retype.from", change.before)
    if change.type is None:
        _check_untyped(root, plan)
        return
    _check_type(root, f"{kind}.type", change.type)
    if change.default is not None:
        _check_expression(root, f"{kind}.default", change.default, plan, constant=True)
    if plan.backfill is not None:
        _check_expression(root, "backfill.expression", plan.backfill.expression, plan, constant=False)


def _check_type(root: Section, key: str, text: str) -> None:
    try:
        parse_type(text)
    except ValueError as problem:
        root.fail(key, f"{problem}; got {quoted(text)}")


def _check_parked(root: Section, plan: Plan) -> None:
    """Parking keeps the values of a column to come, beside rows that are inserted without it."""
    if plan.shield.absent_writes != "park":
        return
    change, key = plan.change, "shield.absent_writes"
    if not isinstance(change, Add):
        root.fail(key, 'expected "refuse" or "discard": only writes to a column to come can be parked')
    if change.not_null and change.default is None:
        root.fail("add.default", 'missing; expected, because not_null = true and absent_writes = "park"')
    if change.column.startswith(OURS):
        root.fail("add.column", f'expected a name that does not begin with "{OURS}", as those of the side table do')
    try:
        _ = plan.default_sql
    except ValueError as problem:
        root.fail("add.default", f"expected an immutable expression, because writes are parked: {problem}")


def _check_untyped(root: Section, plan: Plan) -> None:
    """Without its type nothing can stand in for a column that goes, and nothing has to for one that is renamed."""
    if plan.change.default is not None:
        root.fail("drop.type", "missing; expected the type of drop.default")
    if plan.backfill is not None:
        key, what = ("backfill", "expected none: a renamed column keeps its values")
        if isinstance(plan.change, Drop):
            key, what = ("drop.type", "missing; expected the type of backfill.expression")
        root.fail(key, what)


def _check_expression(root: Section, key: str, text: str, plan: Plan, *, constant: bool) -> None:
    try:
        node = parse_expression(text)
    except ValueError as problem:
        root.fail(key, f"{problem}; got {quoted(text)}")
    stands_in = plan.shield.absent_reads == "default" and (plan.backfill is None) == constant
    if not stands_in:
        return
    try:
        typed_sql(node, plan.type)
        columns = columns_of(node)
    except ValueError as problem:
        root.fail(key, _ways_out(f"{problem}; got {quoted(text)}"))
    if constant and columns:
        root.fail(key, f"expected a constant; a default cannot read columns such as {quoted(columns[0])}")
    if plan.change.column in columns:
        root.fail(key, f"expected an expression over the other columns, not over {quoted(plan.change.column)} itself")


def _ways_out(problem: str) -> str:
    return (
        f"expected an immutable expression, because it is what the column reads as while it is absent: {problem}. "
        "Ways out: a constant with its type here; [backfill] expression = such a constant; or "
        '[shield] absent_reads = "refuse"'
    )

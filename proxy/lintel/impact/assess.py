"""All findings of a change: every recorded statement resolved twice, and the views."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lintel.analysis import Resolution, World, resolve
from lintel.analysis.server_code import server_uses
from lintel.impact import compare, locks, objects, views
from lintel.impact.change import Altered, Change, applied
from lintel.impact.rules import RULES
from lintel.schema import Schema
from lintel.sql.grammar import RawStatement, SyntaxProblem, TooDeep, parse
from lintel.sql.quoting import quote_ident
from lintel.sql.stored import is_hashed


class Caller(NamedTuple):
    """A client that has sent a statement."""

    client: str
    calls: int
    last_seen: str


class Seen(NamedTuple):
    """A statement as it was recorded: without literals, but SQL."""

    shape: str
    sql: str
    search_path: tuple[str, ...]
    callers: tuple[Caller, ...]


class Finding(NamedTuple):
    """One rule that one client's statement, or one object of the database, meets."""

    rule: str
    message: str
    client: str | None = None
    object: str | None = None
    shape: str | None = None
    sql: str | None = None
    calls: int = 0
    last_seen: str | None = None
    own_sqlstate: str | None = None  # where it is not that of the rule

    @property
    def sqlstate(self) -> str | None:
        """What the client gets; None where it is silent."""
        return self.own_sqlstate or RULES[self.rule].sqlstate

    @property
    def fix(self) -> str:
        """What helps."""
        return RULES[self.rule].fix


class Impact(NamedTuple):
    """What a change would break."""

    findings: tuple[Finding, ...]
    ddl: tuple[locks.Ddl, ...]
    tables: tuple[str, ...]  # those whose columns change
    judged: int  # statements on them that were seen
    unread: int  # statements that could not be resolved again: nothing is known of them
    unread_objects: tuple[tuple[str, str], ...] = ()  # functions that may use more than is known, and why


def assess(ddl: bytes, schema: Schema, seen: Iterable[Seen], search_path: tuple[str, ...] = ("public",)) -> Impact:
    """Judge DDL against recorded statements; raises Unsupported."""
    change = applied(ddl, schema, search_path)
    found = [Finding(rule, _message(rule, (table,)), object=name) for rule, name, table in views.findings(change)]
    found += [_of_object(met) for met in objects.findings(change, search_path)]
    judged = unread = 0
    for statement in seen:
        tables, rules = _judged(statement, change)
        if tables is None:
            unread += 1
        elif tables:
            judged += 1
            found += _findings(statement, sorted(rules), tables)
    return Impact(
        findings=tuple(sorted(set(found), key=_order)),
        ddl=tuple(locks.of(ddl, change.statements, schema)),
        tables=tuple(sorted(table.table for table in change.altered.values())),
        judged=judged,
        unread=unread,
        unread_objects=server_uses(schema, search_path).unread,
    )


def _judged(seen: Seen, change: Change) -> tuple[tuple[Altered, ...] | None, set[str]]:
    """(the changed tables that it uses, what happens to it); None for the tables: it cannot be read."""
    if is_hashed(seen.sql):
        return None, set()
    try:
        statements = parse(seen.sql.encode())
    except (SyntaxProblem, TooDeep):
        return None, set()
    worlds = World(change.before, seen.search_path), World(change.after, seen.search_path)
    touched: dict[int, Altered] = {}
    rules: set[str] = set()
    opaque = False
    for statement in statements:
        before = resolve([statement], worlds[0])
        used = {oid: change.altered[oid] for oid in before.relations if oid in change.altered}
        opaque = opaque or bool(before.opaque and not before.utility)
        after = resolve([statement], worlds[1])
        rules |= _rules(statement, before, after, change) if used or _lost(before, after) else set()
        touched |= used or (_any(change) if _lost(before, after) else {})
    return (tuple(touched.values()) if touched or not opaque else None), rules


def _rules(statement: RawStatement, before: Resolution, after: Resolution, change: Change) -> set[str]:
    return {"DRP-05"} if _lost(before, after) else compare.rules(statement, before, after, change)


def _lost(before: Resolution, after: Resolution) -> bool:
    """It uses a view that goes with the column."""
    return bool(before.relations.keys() - after.relations.keys())


def _any(change: Change) -> dict[int, Altered]:
    return dict(list(change.altered.items())[:1])


def _findings(seen: Seen, rules: Iterable[str], tables: tuple[Altered, ...]) -> Iterator[Finding]:
    for rule in rules:
        for caller in seen.callers:
            yield Finding(
                rule, _message(rule, tables), caller.client, None, seen.shape, seen.sql, caller.calls, caller.last_seen
            )


def _of_object(met: objects.Met) -> Finding:
    return Finding(
        met.rule, _message(met.rule, (met.table,), met.message), object=met.object, own_sqlstate=met.sqlstate
    )


def _message(rule: str, tables: tuple[Altered, ...], message: str | None = None) -> str:
    columns = {name for table in tables for name in (*table.added, *table.dropped)}
    named = sorted(map(quote_ident, columns))
    named += [f"{quote_ident(old)} (now {quote_ident(new)})" for table in tables for old, new in table.renamed.items()]
    names = ", ".join(dict.fromkeys(table.table for table in tables))
    return (message or RULES[rule].message).format(table=names, columns=", ".join(dict.fromkeys(named)))


def _order(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.object or "", finding.client or "", -finding.calls, finding.sql or ""

"""All findings of a change: every recorded statement resolved twice, the database's own objects, the DDL itself."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lintel.analysis import Resolution, World, resolve
from lintel.analysis.server_code import server_uses
from lintel.impact import compare, locks, objects, refusals, views
from lintel.impact.change import Altered, Change, Migration, Place, Script, migration
from lintel.impact.hit import Hit
from lintel.impact.rules import RULES
from lintel.impact.words import message
from lintel.schema import Schema
from lintel.sql.grammar import SyntaxProblem, TooDeep, parse
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
    sqlstate: str | None  # what the client gets; None where it is silent
    client: str | None = None
    object: str | None = None
    shape: str | None = None
    sql: str | None = None
    calls: int = 0
    last_seen: str | None = None
    place: Place = Place()  # the statement of the change that it is about

    @property
    def fix(self) -> str:
        """What helps."""
        return RULES[self.rule].fix


class Impact(NamedTuple):
    """What a change would break."""

    findings: tuple[Finding, ...]
    ddl: tuple[locks.Ddl, ...]
    tables: tuple[str, ...]  # those that change
    judged: int  # statements on them that were seen
    unread: int  # statements that could not be resolved again: nothing is known of them
    unread_objects: tuple[tuple[str, str], ...] = ()  # functions that may use more than is known, and why
    unjudged: tuple[tuple[Place, str], ...] = ()  # statements of the change of which nothing is known
    columns: tuple[str, ...] = ()  # those that come, go, or get another name or type: "public.orders.total"


class _Judged(NamedTuple):
    """A statement under a change."""

    tables: tuple[Altered, ...]  # the changed ones that it uses
    hits: frozenset[Hit]
    roles: frozenset[str]  # those that lack a privilege on a column that it comes to use
    opaque: bool


def assess(
    ddl: bytes | Iterable[Script], schema: Schema, seen: Iterable[Seen], search_path: tuple[str, ...] = ("public",)
) -> Impact:
    """Judge DDL, or files of it in their order, against recorded statements; raises Unsupported."""
    made = migration([Script(ddl)] if isinstance(ddl, bytes) else ddl, schema, search_path)
    return consequences(made, seen, search_path)


def consequences(made: Migration, seen: Iterable[Seen], search_path: tuple[str, ...] = ("public",)) -> Impact:
    """The same of a change that was read already."""
    found = [*_of_objects(made, search_path)]
    understood = unread = 0
    for statement in seen:
        about = _judged(statement, made.whole)
        if about is None or (about.opaque and not about.tables):
            unread += 1
        elif about.tables:
            understood += 1
            found += _findings(statement, about, made)
    return Impact(
        findings=tuple(sorted(set(found), key=_order)),
        ddl=tuple(locks.of(made)),
        tables=made.whole.tables,
        judged=understood,
        unread=unread,
        unread_objects=server_uses(made.schema, search_path).unread,
        unjudged=made.unjudged,
        columns=made.whole.columns,
    )


def _of_objects(made: Migration, search_path: tuple[str, ...]) -> Iterator[Finding]:
    """Each statement of the change meets what those before it have left."""
    for change in made.single:
        for met in (*views.findings(change), *objects.findings(change, search_path)):
            text = message(met.hit, (met.table,))
            yield _finding(met.hit, text, change.place)._replace(object=met.object)
    for step, place in made.steps:
        for one in refusals.refused(step):
            yield _finding(one.hit, message(one.hit, ()), place)._replace(object=one.object)


def _finding(hit: Hit, text: str, place: Place) -> Finding:
    sqlstate = RULES[hit.rule].sqlstate if hit.sqlstate is None else hit.sqlstate
    return Finding(hit.rule, text, sqlstate or None, place=place)


def _judged(seen: Seen, change: Change) -> _Judged | None:
    """None: it cannot be read."""
    if is_hashed(seen.sql):
        return None
    try:
        statements = parse(seen.sql.encode())
    except (SyntaxProblem, TooDeep):
        return None
    worlds = World(change.before, seen.search_path), World(change.after, seen.search_path)
    tables: dict[int, Altered] = {}
    hits: set[Hit] = set()
    roles: set[str] = set()
    opaque = False
    for statement in statements:
        before = resolve([statement], worlds[0])
        opaque = opaque or bool(before.opaque and not before.utility)
        used = _used(before, change)
        tables |= used
        if used:
            after = resolve([statement], worlds[1])
            hits |= compare.hits(statement, before, after, change)
            roles |= _lacking(before, after, change)
    if roles:
        hits.add(Hit("ADD-12"))
    return _Judged(tuple(tables.values()), frozenset(hits), frozenset(roles), opaque)


def _used(before: Resolution, change: Change) -> dict[int, Altered]:
    found = ((oid, change.about(oid)) for oid in {*before.relations, *before.row_types})
    return {oid: table for oid, table in found if table is not None}


def _lacking(before: Resolution, after: Resolution, change: Change) -> set[str]:
    """Roles with privileges on single columns of a table of which the statement comes to use one more."""
    more = {oid for oid, _ in (after.reads | after.writes) - (before.reads | before.writes)}
    if before.problems or after.problems:
        return set()
    return {grant.role for grant in change.before.code.grants if grant.relation in more}


def _findings(seen: Seen, about: _Judged, made: Migration) -> Iterator[Finding]:
    for hit in sorted(about.hits, key=str):
        base = _finding(hit, message(hit, about.tables, about.roles), _place(seen, hit, made))
        for caller in seen.callers:
            if hit.rule != "ADD-12" or _may_be(caller.client, about.roles):
                yield base._replace(
                    client=caller.client, shape=seen.shape, sql=seen.sql, calls=caller.calls, last_seen=caller.last_seen
                )


def _may_be(client: str, roles: frozenset[str]) -> bool:
    """A client that is known as user@address has that role; another may have any."""
    user, at, _ = client.rpartition("@")
    return not at or user in roles


def _place(seen: Seen, hit: Hit, made: Migration) -> Place:
    """The first statement of the change after which the rule is met."""
    effective = [i for i, change in enumerate(made.single, 1) if change.touched or change.gone]
    for count in effective[:-1]:
        about = _judged(seen, made.until(count))
        if about is not None and any(one.rule == hit.rule for one in about.hits):
            return made.until(count).place
    return made.single[effective[-1] - 1].place if effective else Place()


def _order(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.object or "", finding.client or "", -finding.calls, finding.sql or "", finding.message

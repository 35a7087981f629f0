"""What of the database's own code meets the change: objects that block it, and functions whose bodies are text.

Objects that pg_depend knows either block DROP COLUMN (DRP-05) or go with the column; a RENAME takes them along. What a
function's text means nobody follows: each of its statements is resolved twice, like a client's.
"""

from collections.abc import Iterator
from typing import NamedTuple

from lintel.analysis.routines import Read, body_of, of_trigger, reads
from lintel.impact import compare
from lintel.impact.change import Altered, Change
from lintel.schema import Routine
from lintel.sql.grammar import SyntaxProblem, TooDeep
from lintel.sql.plpgsql import Body


class Met(NamedTuple):
    """A rule that an object meets; the message and SQLSTATE where they are not the rule's own."""

    rule: str
    object: str
    table: Altered
    message: str | None = None
    sqlstate: str | None = None


# What the rules of a client's statement are inside a function: nobody reads its stars by position, and none of its
# statements is prepared by a client.
_OUTSIDE = frozenset({"ADD-01", "ADD-20", "DRP-02", "REN-02", "NEW-01", "NEW-02"})
_OLD_NAME = "it names {columns} of {table} by the old name, and fails when it next runs"
_RESULT = "it returns * as rows of other columns: they do not match once {table} has {columns}"
_VARIABLE = "a variable or argument of it is named like {columns} of {table}: the name becomes ambiguous"


def findings(change: Change, search_path: tuple[str, ...]) -> Iterator[Met]:
    """Every object but views."""
    yield from _depending(change)
    for routine in change.before.code.routines:
        yield from _of_routine(routine, change, search_path)


def _depending(change: Change) -> Iterator[Met]:
    for one in change.before.code.dependencies:
        table = change.altered.get(one.relation)
        if table is None or not one.blocks:
            continue
        names = {column.attnum: column.name for column in table.before.columns}
        if names.get(one.attnum) in table.dropped:
            yield Met("DRP-05", one.object, table)


def _of_routine(routine: Routine, change: Change, search_path: tuple[str, ...]) -> Iterator[Met]:
    try:
        body = body_of(routine)
    except (SyntaxProblem, TooDeep):
        return
    before = reads(routine, body, change.before, search_path)
    after = reads(routine, body, change.after, search_path)
    for was, becomes in zip(before, after, strict=False):
        if isinstance(was, Read) and isinstance(becomes, Read):
            yield from _of_statement(routine, was, becomes, change)
    yield from _of_rows(routine, body, change)


def _of_rows(routine: Routine, body: Body, change: Change) -> Iterator[Met]:
    """NEW.column and OLD.column, which are looked up when the trigger fires."""
    for use in (use for fragment in body.fragments for use in of_trigger(fragment, routine, change.before)):
        table = change.altered.get(use.relation)
        column = next((c.name for c in table.before.columns if c.attnum == use.attnum), None) if table else None
        if table is not None and column in table.dropped:
            yield Met("DRP-01", routine.object, table)
        elif table is not None and column in table.renamed:
            yield Met("REN-03", routine.object, table, _OLD_NAME, "42703")


def _of_statement(routine: Routine, was: Read, becomes: Read, change: Change) -> Iterator[Met]:
    tables = [change.altered[oid] for oid in was.result.relations if oid in change.altered]
    tables += [change.altered[oid] for oid in routine.tables if oid in change.altered]
    if not tables:
        return
    table = tables[0]
    if was.named & table.added.keys():
        met = Met("ADD-08", routine.object, table, _VARIABLE, "42702")
        yield met if routine.language == "plpgsql" else Met("ADD-22", routine.object, table)
        return
    for rule in sorted(compare.rules(was.statement, was.result, becomes.result, change)):
        if rule == "REN-01":
            yield Met("REN-03", routine.object, table, _OLD_NAME, "42703")
        elif rule == "ADD-01" and _returns(routine, was, table):
            yield Met("ADD-08", routine.object, table, _RESULT, "42804" if routine.language == "plpgsql" else "42P13")
        elif rule not in _OUTSIDE:
            yield Met(rule, routine.object, table)


def _returns(routine: Routine, read: Read, table: Altered) -> bool:
    """Whether the statement's rows are the function's result, of a row type that does not grow with the table."""
    result = routine.result or "void"
    if read.fragment.role not in ("stmt_return_query", "result") or result in ("void", "record", "SETOF record"):
        return False
    own = result.removeprefix("SETOF ").replace('"', "")
    return own != f"{table.before.schema}.{table.before.name}"

"""What of the database's own code meets the change: objects that block it, and functions whose bodies are text.

Objects that pg_depend knows either block DROP COLUMN (DRP-05) or go with the column; a RENAME takes them along. What a
function's text means nobody follows: each of its statements is resolved twice, like a client's.
"""

from collections.abc import Iterator

from lintel.analysis.routines import Read, body_of, of_trigger, reads
from lintel.impact import compare
from lintel.impact.change import Altered, Change
from lintel.impact.hit import SILENT, Hit
from lintel.impact.met import Met
from lintel.schema import Dependency, Routine
from lintel.sql.grammar import SyntaxProblem, TooDeep
from lintel.sql.plpgsql import Body

# What the rules of a client's statement are inside a function: nobody reads its stars by position, and none of its
# statements is prepared by a client.
_OUTSIDE = frozenset({"ADD-01", "ADD-20", "DRP-02", "REN-02", "TYP-01", "TYP-03", "NEW-01", "NEW-02", "NEW-03"})
_OLD_NAME = "it names {columns} of {table} by the old name, and fails when it next runs"
_RESULT = "it returns * as rows of other columns: they do not match once {table} has {columns}"
_RETYPED = "it returns {columns} of {table}, whose new type is not that of its result"
_GOES = "it stands on {columns} of {table} and goes with it, without a word"
_ROW_TYPE = "it is of the row type of {table}: the server refuses a change that rewrites or fills such rows"
_VARIABLE = "a variable or argument of it is named like {columns} of {table}: the name becomes ambiguous"


def findings(change: Change, search_path: tuple[str, ...]) -> Iterator[Met]:
    """Every object but views."""
    if not change.touched and not change.gone:
        return
    for one in change.before.code.dependencies:
        table = change.about(one.relation)
        if table is not None:
            yield from (Met(hit, one.object, table) for hit in _standing(one, table))
    for routine in change.before.code.routines:
        yield from _of_routine(routine, change, search_path)


def _standing(one: Dependency, table: Altered) -> Iterator[Hit]:
    """What an object meets that pg_depend knows."""
    column = next((column for column in table.before.columns if column.attnum == one.attnum), None)
    own = one.object.endswith(f" on table {table.table}") or one.object.endswith(f" of table {table.table}")
    if not table.after.columns:
        if one.blocks and not own and column is not None:
            yield Hit("DRP-05")
    elif column is not None and column.name in table.dropped:
        yield Hit("DRP-05") if one.blocks else Hit("DRP-05", SILENT, _GOES)
    elif column is not None and column.attnum in table.retyped and _is_stuck(one.object):
        yield Hit("TYP-04", "42601" if one.object.startswith("generated") else None)
    elif one.kind == "whole_row" and one.object.startswith("column ") and " view " not in one.object:
        if table.retyped or any(c.default is not None or c.generated for c in table.added.values()):
            yield Hit("ADD-10", "0A000", _ROW_TYPE)
    elif one.kind == "star" and one.object.startswith("publication ") and table.added:
        yield Hit("ADD-15")


def _is_stuck(name: str) -> bool:
    """ALTER TYPE makes indexes, constraints and statistics anew, and refuses everything else."""
    return not name.startswith(("index ", "constraint ", "statistics object "))


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
            yield Met(Hit("DRP-01"), routine.object, table)
        elif table is not None and column in table.renamed:
            yield Met(Hit("REN-03", "42703", _OLD_NAME), routine.object, table)


def _of_statement(routine: Routine, was: Read, becomes: Read, change: Change) -> Iterator[Met]:
    tables = [table for oid in (*was.result.relations, *routine.tables) if (table := change.about(oid)) is not None]
    if not tables:
        return
    table = tables[0]
    if was.named & table.added.keys():
        clash = Hit("ADD-08", "42702", _VARIABLE)
        yield Met(clash if routine.language == "plpgsql" else Hit("ADD-22"), routine.object, table)
        return
    for hit in sorted(compare.hits(was.statement, was.result, becomes.result, change), key=str):
        found = _inside(routine, was, table, hit)
        if found is not None:
            yield Met(found, routine.object, table)


def _inside(routine: Routine, read: Read, table: Altered, hit: Hit) -> Hit | None:
    """What a hit is where the statement is a function's."""
    mismatch = "42804" if routine.language == "plpgsql" else "42P13"
    if hit.rule == "REN-01":
        return Hit("REN-03", hit.sqlstate or "42703", hit.message or _OLD_NAME)
    if hit.rule == "ADD-01" and _returns(routine, read, table):
        return Hit("ADD-08", mismatch, _RESULT)
    if hit.rule == "TYP-01" and _returns(routine, read, table):
        return Hit("TYP-02", mismatch, _RETYPED)
    return None if hit.rule in _OUTSIDE else hit


def _returns(routine: Routine, read: Read, table: Altered) -> bool:
    """Whether the statement's rows are the function's result, of a row type that does not grow with the table."""
    result = routine.result or "void"
    if read.fragment.role not in ("stmt_return_query", "result") or result in ("void", "record", "SETOF record"):
        return False
    own = result.removeprefix("SETOF ").replace('"', "")
    return own != f"{table.before.schema}.{table.before.name}"

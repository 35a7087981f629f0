"""Migrations, one after another, held against what was seen: each under the schema that those before it make."""

from collections.abc import Iterator, Sequence

from lintel.analysis.ddl import DdlProblem, steps
from lintel.gate.assessing import Traffic, assessed
from lintel.gate.migration import Migration, Note, Unreadable
from lintel.gate.result import Judged
from lintel.schema import Schema
from lintel.sql.grammar import TooDeep

_EXISTS = frozenset({"42P07", "42701", "42710", "42P06"})  # a relation, column, object, schema of that name


def judged(migrations: Sequence[Migration], traffic: Traffic) -> Iterator[Judged]:
    """Each migration, in order."""
    schema = traffic.schema
    past = _past(migrations, traffic)
    for position, migration in enumerate(migrations):
        if position in past:
            yield Judged(migration, applied=past[position])
        elif migration.problem is not None:
            yield Judged(migration, problem=migration.problem)
        elif not migration.pending and (conflict := _conflict(migration, schema, traffic)) is not None:
            yield Judged(migration, applied=str(conflict))
        else:
            judgement, schema = _judged(migration, schema, traffic)
            yield judgement


def _judged(migration: Migration, schema: Schema, traffic: Traffic) -> tuple[Judged, Schema]:
    try:
        done = assessed(migration.steps, schema, traffic)
    except Unreadable as problem:
        said = f"cannot be applied to the schema as it is: {problem}"
        return Judged(migration, problem=Note(problem.line, said)), schema
    unknown = (*migration.unknown, *done.unknown)
    return Judged(migration, done.found, done.facts, unknown, migration.advice, blind=done.blind), done.after


def _past(migrations: Sequence[Migration], traffic: Traffic) -> dict[int, str]:
    """Those that the database has, and why: all up to the last one that makes what is there already."""
    perhaps = [position for position, migration in enumerate(migrations) if not migration.pending]
    conflicts = {position: _conflict(migrations[position], traffic.schema, traffic) for position in perhaps}
    there = {at: str(why) for at, why in conflicts.items() if why is not None and why.sqlstate in _EXISTS}
    last = max(there, default=-1)
    past = [position for position in perhaps if position <= last]
    return {at: there.get(at, f"{migrations[last].file.name} is, which is later") for at in past}


def _conflict(migration: Migration, schema: Schema, traffic: Traffic) -> DdlProblem | None:
    """Why the first of its statements that changes the schema cannot be run; None: it can."""
    try:
        for text in migration.steps:
            for step in steps(schema, text.sql, traffic.search_path):
                if step.problem is not None or step.after is not step.before:
                    return step.problem
    except (DdlProblem, TooDeep):
        pass  # that it cannot be read is said where it is judged
    return None

"""From the columns of a query to those of tables, with sqlglot's qualify and scopes: who is read, and where it goes.

A *base* is a column of a table of ours. A query reads bases, and each of its output columns is made of some; a query
over it (a dbt model over another) gets them from there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from lintel.dialects import NotRead

Base = tuple[str, str]  # table and column, as quote_ident writes them
Bases = frozenset[Base]
Outputs = dict[str, Bases]  # lower-case name -> what it is made of


_UNKNOWN = "lintel_unknown"


@dataclass
class Source:
    """What a name in FROM stands for: its columns and what each is made of."""

    table: str | None  # of ours; None: another query
    outputs: Outputs
    sure: bool = True


Look = Callable[[exp.Table], Source | None]


@dataclass
class Reading:
    """What one query reads."""

    reads: dict[Base, int | None] = field(default_factory=dict)  # base -> line, where it is known
    through: dict[Base, set[str]] = field(default_factory=dict)  # base -> names of the queries that it comes through
    stars: dict[str, int | None] = field(default_factory=dict)  # tables of ours that a star expands
    outputs: Outputs = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)  # why some of it may be missing


def read(query: exp.Expr, dialect: str, look: Look) -> Reading:
    """Resolve a query; raises NotRead where sqlglot cannot."""
    try:
        stars = _stars(query, look)
        try:
            whole = _qualified(query, dialect, columns_of(query, look, aliases=False))
        except SqlglotError:
            whole = _qualified(query, dialect, columns_of(query, look, aliases=True))
        reading = Origins(traverse_scope(whole), look).gather()
    except (SqlglotError, RecursionError, ValueError, KeyError, AttributeError, TypeError, IndexError) as problem:
        raise NotRead(f"not resolved as {dialect} ({type(problem).__name__})") from None
    reading.stars = stars
    return reading


def _qualified(query: exp.Expr, dialect: str, schema: dict[str, object]) -> exp.Expr:
    return qualify(
        query.copy(), dialect=dialect, schema=MappingSchema(schema, dialect=dialect), quote_identifiers=False,
        identify=False, validate_qualify_columns=False, allow_partial_qualification=True,
    )  # fmt: skip


def columns_of(query: exp.Expr, look: Look, *, aliases: bool) -> dict[str, object]:
    """The tables of a query as sqlglot wants a schema: {schema: {table: {column: type}}}.

    It resolves nothing where one table is unknown, so such a table gets the columns that nobody else has; of those that
    are `aliases` in the query, too, it is tried without first.
    """
    inside = {one.alias.lower() for one in query.find_all(exp.CTE)}
    tables = [one for one in query.find_all(exp.Table) if one.name and (one.db or one.name.lower() not in inside)]
    sources = [(one, look(one)) for one in tables]
    columns = {id(one): set(source.outputs) if source is not None else set() for one, source in sources}
    known = {name for names in columns.values() for name in names}
    if not aliases:
        known |= {one.alias.lower() for one in query.find_all(exp.Alias)}
    unknown_first = [table for table, _ in sorted(sources, key=lambda pair: pair[1] is not None)]
    for column in query.find_all(exp.Column):
        name = column.name.lower()
        for table in unknown_first:
            if column.table.lower() == table.alias_or_name.lower() or (not column.table and name not in known):
                columns[id(table)].add(name)
                break
    found: dict[str, object] = {}
    for table in tables:
        space = found.setdefault(table.db or _UNKNOWN, {})
        assert isinstance(space, dict)
        space.setdefault(table.name, {}).update(dict.fromkeys(columns[id(table)] or {_UNKNOWN}, "text"))
    return found


def line_of(node: exp.Expr) -> int | None:
    """The line of a node, from 1, where sqlglot knows it."""
    for part in (node, *node.find_all(exp.Identifier)):
        line = part.meta.get("line")
        if line:
            return int(line)
    return None


def _stars(query: exp.Expr, look: Look) -> dict[str, int | None]:
    """The tables of ours that a star expands, with the line where they are named."""
    found: dict[str, int | None] = {}
    for scope in traverse_scope(query.copy()):
        projections = scope.expression.expressions if isinstance(scope.expression, exp.Select) else ()
        for projection in projections:
            if not projection.is_star or projection.find(exp.Count):
                continue
            qualifier = projection.table.lower() if isinstance(projection, exp.Column) else ""
            for name, table in scope.sources.items():
                source = look(table) if isinstance(table, exp.Table) and qualifier in ("", name.lower()) else None
                if source is not None and source.table is not None and isinstance(table, exp.Table):
                    found.setdefault(source.table, line_of(table))
    return found


class Origins:
    """Follows the columns of the scopes of one query."""

    def __init__(self, scopes: list[Scope], look: Look) -> None:
        self._scopes, self._look, self._reading = scopes, look, Reading()
        self._outputs: dict[int, Outputs] = {}
        self._home: dict[int, Scope] = {}  # column -> its innermost scope
        for scope in scopes:  # inner scopes come first
            for column in scope.columns:
                self._home.setdefault(id(column), scope)

    def gather(self) -> Reading:
        """What the query reads, but for stars."""
        for scope in self._scopes:
            for column in scope.columns:
                for base in self._of_column(column, note=True):
                    line = line_of(column)
                    if self._reading.reads.get(base) is None:
                        self._reading.reads[base] = line
        self._reading.outputs = self._of_scope(self._scopes[-1]) if self._scopes else {}
        return self._reading

    def _of_column(self, column: exp.Column, *, note: bool = False) -> Bases:
        scope = self._home.get(id(column))
        source: exp.Table | Scope | None = None
        while scope is not None and source is None:
            source = scope.sources.get(column.table) if column.table else self._only(scope, column)
            scope = scope.parent
        if isinstance(source, Scope):
            return self._of_scope(source).get(column.name.lower(), frozenset())
        found = self._look(source) if isinstance(source, exp.Table) else None
        if found is None:
            return frozenset()
        bases = found.outputs.get(column.name.lower(), frozenset())
        if note and found.table is None and isinstance(source, exp.Table):
            for base in bases:
                self._reading.through.setdefault(base, set()).add(source.name.lower())
        if note and not found.sure:
            self._reading.unsure.add(f"{source.sql()} is taken for a copy" if isinstance(source, exp.Table) else "")
        return bases

    def _only(self, scope: Scope, column: exp.Column) -> exp.Table | None:
        """The one table of ours that may have an unqualified column; qualify leaves it so where others are unknown."""
        tables = [source for source in scope.sources.values() if isinstance(source, exp.Table)]
        having = [one for one in tables if (found := self._look(one)) and column.name.lower() in found.outputs]
        if len(having) != 1:
            return None
        if len(scope.sources) > 1:
            self._reading.unsure.add("an unqualified column may be another table's")
        return having[0]

    def _of_scope(self, scope: Scope) -> Outputs:
        key = id(scope)
        if key not in self._outputs:
            self._outputs[key] = {}  # while it is made: recursion ends here
            self._outputs[key] = self._union(scope) if scope.set_operation_scopes else self._select(scope)
        return self._outputs[key]

    def _union(self, scope: Scope) -> Outputs:
        left, *others = [self._of_scope(one) for one in scope.set_operation_scopes]
        found = dict(left)
        for other in others:
            for name, bases in zip(left, other.values(), strict=False):
                found[name] |= bases
        return found

    def _select(self, scope: Scope) -> Outputs:
        found: Outputs = {}
        for projection in getattr(scope.expression, "selects", ()):  # a table function has none
            columns = projection.find_all(exp.Column)
            found[projection.alias_or_name.lower()] = frozenset(b for c in columns for b in self._of_column(c))
        return found


def columns_written(statement: exp.Expr) -> Iterator[exp.Identifier | exp.Column]:
    """The names of target columns in an INSERT, UPDATE or MERGE."""
    if isinstance(statement, exp.Insert) and isinstance(statement.this, exp.Schema):
        yield from (one for one in statement.this.expressions if isinstance(one, exp.Identifier | exp.Column))
    for update in statement.find_all(exp.Update):
        for assignment in update.args.get("expressions") or ():
            if isinstance(assignment, exp.EQ) and isinstance(assignment.this, exp.Column):
                yield assignment.this
    for insert in statement.find_all(exp.Insert):
        if insert is not statement and isinstance(insert.this, exp.Tuple):
            yield from (one for one in insert.this.expressions if isinstance(one, exp.Column))

"""One text as sqlglot reads it: what each output is made of, and which columns each clause reads and writes.

Columns are told by their labels (lintel.brief). What the shield has put into a text is looked through: a derived
table of ours counts for the columns that it passes on, a row of constants for the planned column that it stands for.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, ScopeType, traverse_scope
from sqlglot.schema import MappingSchema

from lintel.brief import Labels
from lintel.dialects import NotRead, parsed
from lintel.referee.queries import WRITES, target_of, told

DIALECT = "postgres"
_ROWS = ("d", "i")  # suffixes of our aliases: rows of constants, and what stands for a column that is not filled
_AROUND = "around"  # of a query of the client's around which there is one of ours

Bases = frozenset[str]
Outputs = list[tuple[str, Bases]]


class NotKnown(NotRead):
    """A relation that the client's text does not name."""


@dataclass(frozen=True, slots=True)
class Side:
    """The tables that a text is read under."""

    tables: Mapping[tuple[str, str], Labels]  # (schema, name) -> its columns
    planned: Mapping[tuple[str, str], Mapping[str, str]]  # (schema, name) -> name of a planned column -> its label
    search_path: tuple[str, ...]
    prefix: str | None  # of the names that the shield has put in; None in a text of a client


@dataclass(slots=True)
class Reading:
    """What one text comes to."""

    outputs: Outputs = field(default_factory=list)  # of a query, or of RETURNING
    reads: defaultdict[str, set[Bases]] = field(default_factory=lambda: defaultdict(set))  # by clause
    writes: defaultdict[str, set[Bases]] = field(default_factory=lambda: defaultdict(set))  # label -> what it is set to


def read(text: str, side: Side) -> Reading:
    """Raises NotRead where sqlglot cannot read it."""
    statements = parsed(text, DIALECT)
    if len(statements) != 1:
        raise NotRead("not one statement")
    try:
        return _read(normalize_identifiers(statements[0], DIALECT), side)
    except NotRead:
        raise
    except Exception as problem:  # sqlglot's own, AssertionError and AttributeError among them
        raise NotRead(f"not resolved ({type(problem).__name__})") from None


def _read(statement: exp.Expr, side: Side) -> Reading:
    if any(not isinstance(cte.this, exp.Query) for cte in statement.find_all(exp.CTE)):
        raise NotRead("a WITH query that writes")
    _place(statement, side)
    reading = Reading()
    target = target_of(statement) if isinstance(statement, WRITES) else None
    for role, query, written in told(statement):
        followed = _Followed(_qualified(_spelled_out(query.copy(), side), side), side)
        outputs = followed.outputs
        if written is not None and target is not None:
            if role == "values":
                outputs = [(name, bases or frozenset({f"value {at}"})) for at, (name, bases) in enumerate(outputs, 1)]
            _write(reading, outputs, written, _columns(target, side))
        elif role == "returning" or isinstance(statement, exp.Query):
            reading.outputs = outputs
        for clause, bases in followed.reads(values=written is None):
            reading.reads[clause if role in ("query", "values", "source") else f"{role} {clause}"].add(bases)
    return reading


def _write(reading: Reading, outputs: Outputs, written: tuple[str, ...], columns: Mapping[str, str]) -> None:
    for name, (_, bases) in zip(written or tuple(columns), outputs, strict=False):
        reading.writes[columns.get(name, f"?{name}")].add(bases)


def _columns(table: exp.Table, side: Side) -> Mapping[str, str]:
    return dict(side.tables[table.db, table.name])


def _place(statement: exp.Expr, side: Side) -> None:
    """Give every table its schema, as the search_path finds it. NotKnown for one that the brief does not tell of."""
    target = target_of(statement) if isinstance(statement, WRITES) else None
    for select in statement.find_all(exp.Select):
        select.set("locks", None)
    for table in list(statement.find_all(exp.Table)):
        if not isinstance(table.this, exp.Identifier) or isinstance(table.parent, exp.Into):
            continue
        if table is not target and not table.db and _is_with_query(table):
            continue
        schemas = (table.db,) if table.db else side.search_path
        found = next((schema for schema in schemas if (schema, table.name) in side.tables), None)
        if found is None:
            raise NotKnown(table.name)
        table.set("db", exp.to_identifier(found, quoted=True))


def _is_with_query(table: exp.Table) -> bool:
    node: exp.Expr | None = table
    while node is not None:
        with_ = node.args.get("with_")
        if with_ is not None and any(cte.alias == table.name for cte in with_.expressions):
            return True
        node = node.parent
    return False


def _spelled_out(query: exp.Expr, side: Side) -> exp.Expr:
    """`(SELECT o.*)`, which speaks of a table around it: sqlglot expands no star of another query's table."""
    for select in list(query.find_all(exp.Select)):
        if select.args.get("from_") is not None or len(select.expressions) != 1:
            continue
        star = select.expressions[0]
        table = _around(select, star.table) if isinstance(star, exp.Column) and star.is_star else None
        if table is not None:
            qualifier = star.args["table"]
            names = [exp.to_identifier(name, quoted=True) for name in _columns(table, side)]
            select.set("expressions", [exp.Column(this=name, table=qualifier.copy()) for name in names])
    for select in list(query.find_all(exp.Select)):
        for projection in list(select.expressions):
            if (name := _name(projection)) is not None:
                projection.replace(exp.Alias(this=projection.copy(), alias=exp.to_identifier(name, quoted=True)))
    return query


def _name(projection: exp.Expr) -> str | None:
    """Of an output without AS that is a subquery, or a cast of one: that of its column (FigureColname)."""
    while isinstance(projection, exp.Cast | exp.Paren):
        projection = projection.this
    inner = projection.unnest() if isinstance(projection, exp.Subquery) and not projection.alias else None
    if not isinstance(inner, exp.Select) or not inner.expressions:
        return None
    return _name(inner.expressions[0]) or inner.expressions[0].alias_or_name or None


def _around(node: exp.Expr, alias: str) -> exp.Table | None:
    """The table of that alias in the nearest query around a node."""
    around = node.parent
    while around is not None:
        for table in around.find_all(exp.Table) if isinstance(around, exp.Select) else ():
            if table.alias_or_name == alias and isinstance(table.this, exp.Identifier):
                return table
        around = around.parent
    return None


def _qualified(query: exp.Expr, side: Side) -> exp.Expr:
    spaces = {space for space, _ in side.tables}
    schema: dict[str, object] = {
        space: {t: {column: "text" for column, _ in labels} for (of, t), labels in side.tables.items() if of == space}
        for space in spaces
    }
    known = MappingSchema(schema, dialect=DIALECT, normalize=False)
    return qualify(
        query, dialect=DIALECT, schema=known, quote_identifiers=False, identify=False,
        validate_qualify_columns=False, allow_partial_qualification=True,
    )  # fmt: skip


def _call(source: exp.Expr | Scope) -> exp.Expr | None:
    """The function in FROM that a source is, if it is one."""
    if isinstance(source, exp.Table):
        return None if isinstance(source.this, exp.Identifier) else source.this
    called = source.expression if isinstance(source, Scope) else source
    if isinstance(called, exp.Lateral):
        return None if isinstance(called.this, exp.Subquery) else called.this
    return called if isinstance(called, exp.Unnest) else None


class _Followed:
    """Follows the columns of one qualified query to labels."""

    def __init__(self, query: exp.Expr, side: Side) -> None:
        self._side = side
        self._scopes = traverse_scope(query)
        self._by_query = {id(scope.expression): scope for scope in self._scopes}
        self._known: dict[int, Outputs] = {}

    @property
    def outputs(self) -> Outputs:
        """Of the whole query."""
        return self._of_scope(self._scopes[-1])

    def reads(self, *, values: bool) -> Iterator[tuple[str, Bases]]:
        """(clause, what it reads) for each column that the statement itself names, ours left out.

        The outputs of a derived table count where they are used; those of the whole query only if they are `values`, as
        what columns are set to is told by itself.
        """
        for scope in self._scopes:
            if isinstance(scope.expression, exp.Select) and not self._is_ours(scope):
                for part in scope.expression.iter_expressions():
                    clause = _CLAUSES.get(part.arg_key or "", part.arg_key or "")
                    if clause != "select" or not self._is_passed_on(scope, values=values):
                        yield from ((clause, bases) for bases in self._named(part, scope) if bases)

    def _is_passed_on(self, scope: Scope, *, values: bool) -> bool:
        if scope is self._scopes[-1]:
            return not values
        is_item = scope.is_derived_table or scope.is_cte or scope.scope_type == ScopeType.UDTF
        return is_item and not scope.expression.args.get("distinct")

    def _named(self, part: exp.Expr, scope: Scope) -> Iterator[Bases]:
        """What each column in a part of a query stands for, without those of queries in it."""
        if isinstance(part, exp.Query) and id(part) in self._by_query and part is not scope.expression:
            inner = self._by_query[id(part)]
            if self._is_ours(inner) and inner.is_subquery:
                yield from (bases for _, bases in self._of_scope(inner))
            return
        if isinstance(part, exp.CTE | exp.Lateral | exp.Table):
            return
        if isinstance(part, exp.Column | exp.TableColumn):
            yield self._of_column(part, scope)
            return
        if isinstance(part, exp.Parameter):
            yield frozenset({part.sql(DIALECT)})
        for value in part.iter_expressions():
            yield from self._named(value, scope)

    def _is_ours(self, scope: Scope | None) -> bool:
        prefix = self._side.prefix
        while prefix is not None and scope is not None:
            if any(name.startswith(prefix) and name != prefix + _AROUND for name in scope.selected_sources):
                return True
            scope = scope.parent
        return False

    def _of_column(self, column: exp.Expr, scope: Scope | None) -> Bases:
        name = column.name
        qualifier = column.table if isinstance(column, exp.Column) else ""
        while scope is not None:
            _, source = scope.selected_sources.get(qualifier or name, (None, None))
            if source is not None:
                if (call := _call(source)) is not None:  # what a function gives is made of what it gets
                    return self._all(call, source if isinstance(source, Scope) else scope)
                outputs = self._of_source(source)
                if not qualifier or column.is_star:  # a whole row
                    return frozenset().union(*(bases for _, bases in outputs))
                found = [bases for output, bases in outputs if output == name]
                return found[0] if found else self._unknown(name)
            scope = scope.parent
        return self._unknown(name)

    def _unknown(self, name: str) -> Bases:
        """A system column, or one of a function; a name that we have given to an output has to be found."""
        if self._side.prefix is not None and name.startswith(self._side.prefix):
            raise NotRead("a query whose outputs are not told apart")  # without names, behind a star
        return frozenset({f"?{name}"})

    def _of_source(self, source: exp.Expr | Scope) -> Outputs:
        if isinstance(source, Scope):
            return self._of_scope(source)
        labels = self._side.tables.get((source.db, source.name), ()) if isinstance(source, exp.Table) else ()
        given = source.alias_column_names if isinstance(source, exp.Table) else []
        names = [*given, *(name for name, _ in labels[len(given) :])]  # t AS q(a, b)
        return [(name, frozenset({label})) for name, (_, label) in zip(names, labels, strict=False)]

    def _of_scope(self, scope: Scope) -> Outputs:
        key = id(scope)
        if key not in self._known:
            self._known[key] = []  # while it is made: recursion ends here
            self._known[key] = self._union(scope) if scope.set_operation_scopes else self._select(scope)
        return self._known[key]

    def _union(self, scope: Scope) -> Outputs:
        left, *others = (self._of_scope(one) for one in scope.set_operation_scopes)
        return [
            (name, bases.union(*(other[at][1] for other in others if at < len(other))))
            for at, (name, bases) in enumerate(left)
        ]

    def _select(self, scope: Scope) -> Outputs:
        lateral = scope.expression
        if isinstance(lateral, exp.Lateral) and isinstance(lateral.this, exp.Subquery):
            inner = self._by_query.get(id(lateral.this.unnest()))
            return self._of_scope(inner) if inner is not None else []
        found: Outputs = []
        for projection in getattr(scope.expression, "selects", ()):
            if isinstance(projection, exp.Dot) and projection.is_star:
                raise NotRead("a row that is expanded")  # its type is not known here
            if isinstance(projection, exp.Star) and any(_call(source) for _, source in scope.selected_sources.values()):
                raise NotRead("a row that is expanded")  # of a function that names no columns
            name = projection.alias_or_name
            planned = self._stands_for(scope, name)
            found.append((name, frozenset({planned}) if planned else self._all(projection, scope)))
        return found

    def _all(self, part: exp.Expr, scope: Scope) -> Bases:
        """All that a part of a query reads, queries in it included."""
        own = frozenset().union(*self._named(part, scope))
        inner = [s for q in part.find_all(exp.Query) if (s := self._by_query.get(id(q))) and not self._is_ours(s)]
        return own.union(*(bases for one in inner for clause in one.expression.iter_expressions()
                           for bases in self._named(clause, one)))  # fmt: skip

    def _stands_for(self, scope: Scope, name: str) -> str | None:
        """The planned column that an output of a row of constants of ours stands for."""
        prefix, holder = self._side.prefix, scope.expression.parent
        alias = holder.alias_or_name if holder is not None else ""
        if prefix is None or alias not in {prefix + suffix for suffix in _ROWS}:
            return None
        tables = {table: names[name] for table, names in self._side.planned.items() if name in names}
        if len(tables) > 1 and scope.parent is not None:
            tables = {table: label for table, label in tables.items() if table in self._beside(scope.parent)}
        return min(tables.values(), default=None)

    def _beside(self, scope: Scope) -> set[tuple[str, str]]:
        """The tables in a query of ours, and those around it of which it reads."""
        found = {(table.db, table.name) for table in scope.expression.find_all(exp.Table)}
        for column in scope.expression.find_all(exp.Column):
            around: Scope | None = scope
            while around is not None and column.table not in around.selected_sources:
                around = around.parent
            source = around.selected_sources[column.table][1] if around is not None else None
            if isinstance(source, exp.Table):
                found.add((source.db, source.name))
        return found


_CLAUSES = {"expressions": "select", "from_": "from"}

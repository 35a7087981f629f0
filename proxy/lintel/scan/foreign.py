"""SQL of other dialects, by sqlglot: likely, as its misses are silent."""

from collections.abc import Iterator

from sqlglot import exp

from lintel.dialects import NotRead, parsed
from lintel.scan.finding import Finding, Found, Opaque, Snippet
from lintel.scan.holes import readings
from lintel.scan.lineage import Bases, Outputs, Reading, Source, columns_written, line_of, read
from lintel.scan.resolved import OPEN, named
from lintel.scan.target import Target

_QUERY = (exp.Select, exp.SetOperation, exp.Subquery)


def uses(file: str, snippet: Snippet, target: Target, dialect: str) -> Iterator[Finding]:
    """Every use in a snippet that sqlglot can tell, and what of it names a table but cannot be told."""
    why = ""
    for reading in readings(snippet.text):
        try:
            statements = parsed(reading.text, dialect)
            found = [one for statement in statements for one in _of_statement(statement, dialect, target)]
        except NotRead as problem:
            why = why or str(problem)
            continue
        made = " and put together at run time" if snippet.made or reading.made else ""
        for line, table, column, kind, reason in found:
            if target.wants(table, column):
                told = f"read as {dialect}{made}{'; ' if reason else ''}{reason}"
                yield Found(file, snippet.line + line - 1, table, column, kind, snippet.reader, "likely", told)
        tables = tuple(sorted({table for _, table, *_ in found}))
        if reading.open and tables:
            yield Opaque(file, snippet.line, snippet.reader, OPEN, tables)
        return
    yield from named(file, snippet, snippet.text, target, why)


def source_of(table: exp.Table, target: Target) -> Source | None:
    """What a table of a query is in our database; its columns lead nowhere where it is not of interest."""
    found = target.named(table.db, table.name)
    if found is not None:
        name, sure = found
        outputs: Outputs = {plain: frozenset({(name, quoted)}) for plain, quoted in target.columns[name].items()}
        return Source(name, outputs, sure)
    other = target.schema.find(table.db.lower() or None, table.name.lower(), target.search_path)
    return None if other is None else Source(None, {one.name.lower(): frozenset() for one in other.columns})


Line = tuple[int, str, str | None, str, str]  # line, table, column, kind, reason


def _of_statement(statement: exp.Expr, dialect: str, target: Target) -> Iterator[Line]:
    yield from _writes(statement, target)
    for query in _queries(statement):
        reading = read(query, dialect, lambda table: source_of(table, target))
        yield from _lines(reading, line_of(query) or 1)
    if isinstance(statement, exp.Update | exp.Delete | exp.Merge):
        yield from _touched(statement, target)


def _queries(statement: exp.Expr) -> list[exp.Expr]:
    """The statement's own query, or the outermost ones in it."""
    if isinstance(statement, _QUERY):
        return [statement]
    inner = statement.args.get("expression")
    if isinstance(inner, _QUERY) and isinstance(statement, exp.Insert | exp.Create):
        with_ = statement.args.get("with_") or statement.args.get("with")
        if with_ is not None:
            inner = inner.copy()
            inner.set("with_" if "with_" in inner.arg_types else "with", with_.copy())
        return [inner]
    return [one for one in statement.find_all(exp.Select) if one.find_ancestor(exp.Select) is None]


def _lines(reading: Reading, first: int) -> Iterator[Line]:
    reason = "; ".join(sorted(reading.unsure))
    for (table, column), line in sorted(reading.reads.items()):
        yield line or first, table, column, "read", reason
    for table, line in sorted(reading.stars.items()):
        yield line or first, table, None, "star", reason


def _writes(statement: exp.Expr, target: Target) -> Iterator[Line]:
    written = statement.find(exp.Table) if isinstance(statement, exp.Insert | exp.Update | exp.Merge) else None
    found = source_of(written, target) if written is not None else None
    if written is None or found is None or found.table is None:
        return
    line = line_of(written) or 1
    named_columns = list(columns_written(statement))
    for name in named_columns:
        for table, column in sorted(found.outputs.get(name.name.lower(), frozenset())):
            yield line_of(name) or line, table, column, "write", ""
    if isinstance(statement, exp.Insert) and not named_columns:
        yield line, found.table, None, "positional", ""
        yield from ((line, table, column, "write", "") for bases in found.outputs.values() for table, column in bases)


def _touched(statement: exp.Expr, target: Target) -> Iterator[Line]:
    """Columns in an UPDATE, DELETE or MERGE outside of its subqueries."""
    sources = {one.alias_or_name.lower(): source_of(one, target) for one in statement.find_all(exp.Table)}
    assigned = {id(one) for one in columns_written(statement)}
    for column in statement.find_all(exp.Column):
        if id(column) in assigned or column.find_ancestor(exp.Select) is not None:
            continue
        for table, name in sorted(_bases(column, sources)):
            yield line_of(column) or 1, table, name, "read", ""
    if isinstance(statement, exp.Delete):
        yield from ((1, one.table, None, "write", "") for one in sources.values() if one is not None and one.table)


def _bases(column: exp.Column, sources: dict[str, Source | None]) -> Bases:
    name = column.name.lower()
    if column.table:
        source = sources.get(column.table.lower())
        return source.outputs.get(name, frozenset()) if source is not None else frozenset()
    having = [source for source in sources.values() if source is not None and name in source.outputs]
    return having[0].outputs[name] if len(having) == 1 else frozenset()

"""SQL of Postgres' own kind, by our own resolver: exact, or opaque with the reason."""

import re
from collections.abc import Iterator
from dataclasses import replace

from lintel.analysis import World, ddl, facts_of, resolve
from lintel.analysis.meanings import TooComplex, base_columns
from lintel.analysis.resolution import Resolution
from lintel.analysis.views import with_bases
from lintel.policy.mentions import mentions
from lintel.scan.finding import Finding, Found, Opaque, Snippet
from lintel.scan.holes import Reading, readings
from lintel.scan.target import Target
from lintel.sql.grammar import RawStatement, SyntaxProblem, TooDeep, parse
from lintel.sql.quoting import quote_ident
from lintel.sql.tokens import tokens
from lintel.store import Use, split, uses_of

_DEFINES = frozenset({"CreateStmt", "ViewStmt", "CreateTableAsStmt", "CreateForeignTableStmt"})
_QUERIES = frozenset({"select", "insert", "update", "delete", "merge"})
_AS_TABLE = r"(?:\b(?:from|join|into|update|table|only|using|copy|truncate)|,)\s+(?:[\w\"]+\.)?\"?{}\b"
_CODE = "code that runs in the server"
_MADE = "the text is put together at run time"
OPEN = f"{_MADE}: it may use other columns"


def uses(file: str, snippet: Snippet, target: Target) -> Iterator[Finding]:
    """Every use in a snippet, and what of it names a table but cannot be told."""
    why = "not parsed"
    for reading in readings(snippet.text):
        try:
            statements = parse(reading.text.encode())
        except (SyntaxProblem, TooDeep, UnicodeEncodeError) as problem:
            why = f"not parsed: {problem}"
            continue
        yield from _of_statements(file, snippet, reading, statements, target)
        return
    yield from named(file, snippet, snippet.text, target, why)


def named(file: str, snippet: Snippet, text: str, target: Target, why: str) -> Iterator[Opaque]:
    """What is left to say of a text that is not understood: that it names tables.

    In a script an identifier is enough; a string literal may be English, so there it has to stand where tables do.
    """
    names = _mentioned(text.encode("utf-8", "replace"), target)
    if snippet.literal:
        names = {name for name in names if re.search(_AS_TABLE.format(re.escape(name)), text, re.IGNORECASE)}
    tables = sorted(table for table, relation in target.relations.items() if relation.name in names)
    if tables:
        yield Opaque(file, snippet.line, snippet.reader, why, tuple(tables))


def _mentioned(text: bytes, target: Target) -> set[str]:
    """Names of tables that are identifiers of the text, or of code in it between dollar signs."""
    names = {relation.name for relation in target.relations.values()}
    found = mentions(text, names)
    for kind, start, end in tokens(text) if b"$" in text else ():
        if kind == "string" and text[start : start + 1] == b"$":
            found |= mentions(text[start:end].strip(b"$"), names)
    return found


def _of_statements(
    file: str, snippet: Snippet, reading: Reading, statements: list[RawStatement], target: Target
) -> Iterator[Finding]:
    world = World(target.schema, target.search_path)
    text = reading.text.encode()
    read = snippet._replace(made=snippet.made or reading.made)
    used: set[str] = set()
    for raw in statements:
        for found in () if "CreateStmt" in raw.node else _of_statement(file, read, text, raw, target, world):
            used |= {found.table} if isinstance(found, Found) else set()
            yield found
        world = _with_definition(world, raw, text)
    if reading.open and used:
        yield Opaque(file, snippet.line, snippet.reader, OPEN, tuple(sorted(used)))


def _with_definition(world: World, raw: RawStatement, text: bytes) -> World:
    """The world with what the statement defines anew, which later statements of the file may read."""
    if not _DEFINES & raw.node.keys():
        return world
    try:
        return replace(world, schema=ddl.apply(world.schema, raw, text, world.search_path))
    except ddl.DdlProblem:
        return world  # it is there already, or stands on what is not


def _of_statement(
    file: str, snippet: Snippet, text: bytes, raw: RawStatement, target: Target, world: World
) -> Iterator[Finding]:
    result = resolve([raw], world)
    facts = with_bases(facts_of(result, world), result, world)
    places = _Places(text, snippet.line, raw, result, world)
    sure = "exact" if facts.opaque is None and not snippet.made else "likely"
    reason = facts.opaque or (_MADE if snippet.made else None)
    found = [use for use in sorted(uses_of(facts), key=_order) if target.wants(use.table, use.column)]
    for use in found:
        yield Found(file, places.line(use), *use, snippet.reader, "exact" if sure == "exact" else "likely", reason)
    why = facts.opaque or (_CODE if b"$" in text[raw.start : raw.end] and result.verb not in _QUERIES else None)
    if why is not None:
        piece = text[raw.start : raw.end].decode("utf-8", "replace")
        told = {use.table for use in found} | _elsewhere(target, result)
        for opaque in named(file, snippet._replace(line=places.start), piece, target, why):
            left = tuple(table for table in opaque.tables if table not in told)
            if left:
                yield opaque._replace(tables=left)


def _elsewhere(target: Target, result: Resolution) -> set[str]:
    """Tables that a query which was parsed names, if at all, as something else than a relation."""
    if result.verb not in _QUERIES:
        return set()
    looked_up = {name for _, name in result.names}
    return {table for table, relation in target.relations.items() if relation.name not in looked_up}


def _order(use: Use) -> tuple[str, str, str]:
    return use.table, use.column or "", use.kind


class _Places:
    """Lines of the file for what a statement uses: where the column stands, else its table, else the statement."""

    def __init__(self, text: bytes, line: int, raw: RawStatement, result: Resolution, world: World) -> None:
        self._text, self._line = text, line
        leading = text[raw.start : raw.end]
        self.start = self._at(raw.start + len(leading) - len(leading.lstrip()))
        self._columns: dict[tuple[str, str], int] = {}
        self._tables: dict[str, int] = {}
        for source in result.sources:
            relation = source.table.relation
            name = f"{quote_ident(relation.schema)}.{quote_ident(relation.name)}"
            self._tables.setdefault(name, source.at)
        for reference in result.references:
            try:
                columns = base_columns(reference.meaning)
            except TooComplex:
                continue
            for column in columns:
                relation = world.schema.relations[column.oid]
                written = world.table(relation).written.get(column.key)
                if written is not None:
                    key = split(written)
                    self._columns[key] = min(reference.at, self._columns.get(key, reference.at))

    def line(self, use: Use) -> int:
        """The line of a use."""
        at = self._columns.get((use.table, use.column or ""), self._tables.get(use.table))
        return self.start if at is None else self._at(at)

    def _at(self, offset: int) -> int:
        return self._line + self._text.count(b"\n", 0, offset)

"""DDL as a change: the schema after it, step by step, and what became of the columns of each table.

Column identity is (table OID, attnum), so a rename is seen as one and a column that comes back is a new one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from lintel.analysis import analyze
from lintel.analysis.ddl import DdlProblem, Step, steps
from lintel.impact.constraints import Constrained, constrained
from lintel.impact.dropping import with_code, without_dropped
from lintel.schema import Column, Relation, Schema
from lintel.sql.grammar import TooDeep
from lintel.sql.quoting import quote_ident, quote_qualified

# What changes columns, and what a migration may do besides without changing what a statement means.
_JUDGED = frozenset(
    ("AlterTableStmt", "RenameStmt", "AlterObjectSchemaStmt", "DropStmt", "CreateStmt", "ViewStmt", "CreateTableAsStmt")
)
_HARMLESS = frozenset(
    ("TransactionStmt", "VariableSetStmt", "IndexStmt", "CommentStmt", "ConstraintsSetStmt", "CreateSeqStmt",
     "AlterSeqStmt", "CreateSchemaStmt", "CreateEnumStmt", "AlterEnumStmt", "CreateDomainStmt", "CompositeTypeStmt",
     "CreateExtensionStmt", "CreateStatsStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "SelectStmt", "CopyStmt",
     "VacuumStmt", "LockStmt", "VariableShowStmt", "CreateForeignTableStmt", "GrantStmt", "CheckPointStmt",
     "ReindexStmt")
)  # fmt: skip
_EXPECTED = (
    "expected a change of columns: ALTER TABLE ... ADD COLUMN, DROP COLUMN, RENAME, ALTER COLUMN, ADD CONSTRAINT, "
    "DROP TABLE"
)


class Unsupported(Exception):
    """The DDL is none that impact can judge; says what it can."""


class Script(NamedTuple):
    """A text of DDL, and the file that it is from."""

    sql: bytes
    file: str | None = None


class Place(NamedTuple):
    """Where a statement of the change stands."""

    file: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Altered:
    """A table before and after."""

    before: Relation
    after: Relation

    @cached_property
    def added(self) -> dict[str, Column]:
        """New columns by name."""
        known = {column.attnum for column in self.before.columns}
        return {column.name: column for column in self.after.columns if column.attnum not in known}

    @cached_property
    def dropped(self) -> frozenset[str]:
        """Names of columns that are gone."""
        kept = {column.attnum for column in self.after.columns}
        return frozenset(column.name for column in self.before.columns if column.attnum not in kept)

    @cached_property
    def kept(self) -> tuple[tuple[Column, Column], ...]:
        """Columns that are there before and after."""
        after = {column.attnum: column for column in self.after.columns}
        return tuple((old, after[old.attnum]) for old in self.before.columns if old.attnum in after)

    @cached_property
    def renamed(self) -> dict[str, str]:
        """Old name -> new name."""
        return {old.name: new.name for old, new in self.kept if old.name != new.name}

    @cached_property
    def retyped(self) -> dict[int, tuple[str, str]]:
        """attnum -> old type and new."""
        return {old.attnum: (old.type, new.type) for old, new in self.kept if old.type != new.type}

    @cached_property
    def required(self) -> frozenset[str]:
        """Columns by their new names that an INSERT has to supply and did not have to before."""
        found = {new.name for old, new in self.kept if is_required(new) and not is_required(old)}
        return frozenset({*found, *(name for name, column in self.added.items() if is_required(column))})

    @property
    def moved(self) -> bool:
        """Whether the table has another name."""
        return (self.before.schema, self.before.name) != (self.after.schema, self.after.name)

    @property
    def table(self) -> str:
        """Its name as SQL writes it."""
        return quote_qualified(self.before.schema, self.before.name)


def is_required(column: Column) -> bool:
    """Whether an INSERT that does not supply it fails."""
    return column.not_null and column.default is None and not column.generated and not column.identity


@dataclass(frozen=True)
class Change:
    """From one schema to another."""

    before: Schema
    after: Schema
    constraints: tuple[Constrained, ...] = ()
    place: Place = field(default_factory=Place)

    @cached_property
    def altered(self) -> dict[int, Altered]:
        """By oid: the tables whose name or columns are others now."""
        if self.before is self.after:
            return {}
        kept = (oid for oid in self.before.relations if oid in self.after.relations)
        pairs = ((oid, self.before.relations[oid], self.after.relations[oid]) for oid in kept)
        return {oid: Altered(old, new) for oid, old, new in pairs if old is not new and _looks(old) != _looks(new)}

    @cached_property
    def touched(self) -> dict[int, Altered]:
        """The same, and the tables that get a constraint."""
        before, after = self.before.relations, self.after.relations
        bound = {one.relation for one in self.constraints if one.relation in before and one.relation in after}
        return {**{oid: Altered(before[oid], after[oid]) for oid in bound}, **self.altered}

    @cached_property
    def gone(self) -> dict[int, Relation]:
        """By oid: relations that were dropped."""
        return {oid: old for oid, old in self.before.relations.items() if oid not in self.after.relations}

    def about(self, oid: int) -> Altered | None:
        """What became of a relation, where anything did; one that was dropped has lost all its columns."""
        gone = self.gone.get(oid)
        return self.touched.get(oid) if gone is None else Altered(gone, replace(gone, columns=()))

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of all that it is about."""
        gone = [quote_qualified(one.schema, one.name) for one in self.gone.values()]
        return tuple(sorted({*gone, *(table.table for table in self.touched.values())}))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of columns that come, go, or get another name or type; all of a table that goes or is named anew."""
        about = [*self.touched.values(), *(Altered(one, replace(one, columns=())) for one in self.gone.values())]
        found = {
            (one.table, name) for one in about for name in (*one.added, *one.dropped, *one.renamed, *_retyped(one))
        }
        found |= {(one.table, column.name) for one in about if one.moved for column in one.before.columns}
        return tuple(sorted(f"{table}.{quote_ident(name)}" for table, name in found))


def _retyped(table: Altered) -> Iterator[str]:
    yield from (old.name for old, _ in table.kept if old.attnum in table.retyped)


@dataclass(frozen=True)
class Migration:
    """All statements of a change, and what each does."""

    schema: Schema
    steps: tuple[tuple[Step, Place], ...]

    @cached_property
    def whole(self) -> Change:
        """From the first schema to the last."""
        return self.until(len(self.steps))

    def until(self, count: int) -> Change:
        """Of the first steps."""
        after = self.steps[count - 1][0].after if count else self.schema
        found = tuple(one for step, _ in self.steps[:count] for one in constrained(step))
        return Change(self.schema, after, found, self.steps[count - 1][1] if count else Place())

    @cached_property
    def single(self) -> tuple[Change, ...]:
        """Each step by itself."""
        return tuple(Change(step.before, step.after, tuple(constrained(step)), place) for step, place in self.steps)

    @property
    def unjudged(self) -> tuple[tuple[Place, str], ...]:
        """Statements of which nothing is known, and their keywords."""
        tags = ((place, next(iter(step.statement.node)), step.text) for step, place in self.steps)
        others = ((place, tag, text) for place, tag, text in tags if tag not in _JUDGED | _HARMLESS)
        return tuple((place, " ".join(text.split()[:2])) for place, _, text in others)


def migration(
    scripts: Iterable[Script], schema: Schema, search_path: tuple[str, ...], *, expecting: bool = True
) -> Migration:
    """The change that scripts make to a schema one after another; Unsupported says why it cannot be judged.

    Without a change of columns it is Unsupported too, where one is expected.
    """
    found = list(_steps(scripts, schema, search_path))
    tags = [next(iter(step.statement.node)) for step, _ in found]
    if expecting and not any(tag in _JUDGED or tag == "IndexStmt" for tag in tags):
        raise Unsupported(_EXPECTED)
    return Migration(schema, tuple(found))


def _steps(scripts: Iterable[Script], schema: Schema, search_path: tuple[str, ...]) -> Iterator[tuple[Step, Place]]:
    highest: Mapping[int, int] = {}
    for script in scripts:
        try:
            # Behind a DROP .. CASCADE the rest of the script goes on from the schema without the views.
            for step in _cascading(schema, script.sql, search_path, highest):
                place = Place(script.file, step.line)
                if step.problem is not None and step.problem.sqlstate not in REFUSED:
                    raise Unsupported(_located(str(step.problem), place))
                schema, highest = step.after, step.highest
                yield step, place
        except DdlProblem as problem:
            raise Unsupported(_located(str(problem), Place(script.file, problem.line))) from None
        except TooDeep as problem:
            raise Unsupported(str(problem)) from None


REFUSED = frozenset({"42701", "42804"})  # what is a finding (ADD-14) rather than a mistake in the call


def _located(problem: str, place: Place) -> str:
    return problem if place.file is None else f"{place.file}:{place.line}: {problem}"


def _cascading(schema: Schema, sql: bytes, search_path: tuple[str, ...], highest: Mapping[int, int]) -> Iterator[Step]:
    gone: set[int] = set()
    code = schema.code
    for step in steps(schema, sql, search_path, highest):
        before = with_code(_without(step.before, gone), code)
        gone |= _cascaded(step.statement.node, before, step.after)
        code = without_dropped(code, step)
        yield step._replace(before=before, after=with_code(_without(step.after, gone), code))


def _without(schema: Schema, gone: set[int]) -> Schema:
    if not gone & schema.relations.keys():
        return schema
    return replace(schema, relations={oid: one for oid, one in schema.relations.items() if oid not in gone})


def _looks(relation: Relation) -> tuple[Any, ...]:
    columns = [(c.attnum, c.name, c.type, c.not_null, c.default is None) for c in relation.columns]
    return relation.schema, relation.name, columns


def _cascaded(node: dict[str, Any], before: Schema, after: Schema) -> set[int]:
    """DROP COLUMN ... CASCADE takes the views that use the column with it."""
    commands = [entry["AlterTableCmd"] for entry in node.get("AlterTableStmt", {}).get("cmds", [])]
    names = {c["name"] for c in commands if c.get("subtype") == "AT_DropColumn" and c["behavior"] == "DROP_CASCADE"}
    if not names:
        return set()
    lost = {
        f"{quote_qualified(old.schema, old.name)}.{quote_ident(name)}"
        for oid, old in before.relations.items()
        for name in names
        if old.column(name) is not None and oid in after.relations and after.relations[oid].column(name) is None
    }
    views = {oid: view.definition for oid, view in before.relations.items() if view.definition}
    return {oid for oid, text in views.items() if lost & _reads(text, before)}


def _reads(definition: str, schema: Schema) -> set[str]:
    facts = analyze(definition.encode(), schema, ())
    return {*facts.reads, *facts.base_reads}

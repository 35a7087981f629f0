"""dbt projects: models rendered, resolved in the order of their refs, and followed down to the tables of the database.

A mart that is three models away from a table is named as its reader, with the models that the column comes through. A
model that cannot be rendered or resolved is opaque, and so is what stands on it, if it may reach a table of interest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from lintel.dialects import NotRead, parsed
from lintel.scan import foreign, jinja, yaml
from lintel.scan.dbt_project import Project, columns, entries, sources
from lintel.scan.finding import Finding, Found, Opaque
from lintel.scan.lineage import Outputs, Reading, Source, read
from lintel.scan.target import Target

MAX_DEPTH = 200  # models over models


@dataclass
class Model:
    """One .sql file of a project, and what became of it."""

    name: str
    file: str
    rendered: jinja.Rendered
    reading: Reading | None = None
    reach: set[str] = field(default_factory=set)  # tables of interest below it
    why: str | None = None  # something of it was not understood

    @property
    def outputs(self) -> Outputs:
        """Its columns, and what each is made of."""
        return self.reading.outputs if self.reading is not None else {}


Models = dict[str, Model]


def uses(found: Project, target: Target) -> Iterator[Finding]:
    """Every use in a project."""
    models: Models = {}
    for name, file, text in found.templates:
        rendered = jinja.render(text, lambda source, table: _placed(found, source, table), found.variables, name)
        models[name] = Model(name, file, rendered)
    for model in models.values():
        _resolve(model, models, found.dialect, target, ())
    for model in models.values():
        yield from _of_model(model, target)
    for file, document in found.documents:
        yield from _of_sources(file, document, target)
        yield from _of_schema(file, document, models, target)


def _placed(found: Project, source: str, table: str) -> str:
    return found.sources.get((source, table), f"{source}.{table}")


def _resolve(model: Model, models: Models, dialect: str, target: Target, over: tuple[str, ...]) -> None:
    """Resolve a model after those that it stands on."""
    if model.reading is not None or model.why is not None:
        return
    below = [models[name] for name in sorted(model.rendered.refs - {model.name, *over}) if name in models]
    for one in below if len(over) < MAX_DEPTH else ():
        _resolve(one, models, dialect, target, (*over, model.name))
        model.reach |= one.reach
    named = [target.named(*_parts(source)) for source in model.rendered.sources]
    model.reach |= {hit[0] for hit in named if hit is not None}
    try:
        _read(model, below, dialect, target)
    except NotRead as problem:
        model.why = str(problem)
        words = model.rendered.sql.lower()
        model.reach |= {table for table, one in target.relations.items() if one.name.lower() in words}


def _parts(source: str) -> tuple[str, str]:
    schema, _, name = source.rpartition(".")
    return schema, name


def _read(model: Model, below: list[Model], dialect: str, target: Target) -> None:
    statements = [one for one in parsed(model.rendered.sql, dialect) if isinstance(one, exp.Query)]
    if len(statements) != 1:
        raise NotRead("not one query")
    outputs = {one.name.lower(): one.outputs for one in below if one.outputs}

    def look(table: exp.Table) -> Source | None:
        if table.db.lower() == jinja.REF:
            known = outputs.get(table.name.lower())
            return None if known is None else Source(None, known)
        source = foreign.source_of(table, target)
        if source is not None and source.table is not None:
            model.reach.add(source.table)
        return source

    model.reading = read(statements[0], dialect, look)
    model.why = _why_opaque(model, below)


def _why_opaque(model: Model, below: list[Model]) -> str | None:
    """Why a model that was read may use more than was seen."""
    broken = sorted(one.name for one in below if one.why is not None and one.reach)
    if broken:
        return f"stands on {', '.join(broken)}, which could not be read"
    if model.rendered.problems and model.reach:
        return f"not rendered: {', '.join(sorted(set(model.rendered.problems))[:5])}"
    return None


def _of_model(model: Model, target: Target) -> Iterator[Finding]:
    reader = f"model {model.name}"
    reading = model.reading or Reading()
    for (table, column), line in reading.reads.items():
        if target.wants(table, column):
            through = sorted(reading.through.get((table, column), ()))
            reasons = [f"through {', '.join(through)}"] if through else []
            reason = "; ".join([*reasons, *sorted(reading.unsure)]) or None
            place = line or reading.stars.get(table) or 1
            yield Found(model.file, place, table, column, "read", reader, "likely", reason)
    for table, line in reading.stars.items():
        yield Found(model.file, line or 1, table, None, "star", reader, "likely")
    if model.why is not None and model.reach:
        yield Opaque(model.file, 1, reader, model.why, tuple(sorted(model.reach)))


def _of_sources(file: str, document: Mapping[str, yaml.Value], target: Target) -> Iterator[Found]:
    """Columns that a .yml file lists of the tables themselves."""
    for source in sources(document):
        hit = target.named(source.schema, source.identifier)
        known = target.columns[hit[0]] if hit is not None else {}
        for name in source.columns:
            column = known.get(name.lower())
            if hit is not None and column is not None and target.wants(hit[0], column):
                yield Found(file, name.line, hit[0], column, "model", f"source {source.name}.{source.table}", "likely")


def _of_schema(file: str, document: Mapping[str, yaml.Value], models: Models, target: Target) -> Iterator[Found]:
    """Columns that a .yml file lists of models, where they come from a table."""
    for entry in entries(document.get("models")):
        model = models.get(str(entry.get("name", "")))
        outputs = model.reading.outputs if model is not None and model.reading is not None else {}
        for name in columns(entry):
            for table, column in sorted(outputs.get(name.lower(), ())):
                if target.wants(table, column):
                    yield Found(file, name.line, table, column, "model", f"schema of model {entry['name']}", "likely")

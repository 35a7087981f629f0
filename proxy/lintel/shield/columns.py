"""The client's columns of a relation written out with their types, for what takes a list of definitions."""

from lintel.plan import Plan, Rename, Retype
from lintel.plan.types import TypeName, parse_type
from lintel.schema.logical import LogicalColumn
from lintel.schema.snapshot import Column, Relation
from lintel.shield.case import Case, Unserved
from lintel.shield.tables import key_of
from lintel.sql.quoting import quote_ident


def definition(case: Case, relation: Relation, column: LogicalColumn) -> str:
    """`name type COLLATE c`, right under any search_path (T11).

    Raises Unserved where nobody knows the type any longer.
    """
    return f"{quote_ident(column.name)} {' COLLATE '.join(filter(None, type_of(case, relation, column)))}"


def type_of(case: Case, relation: Relation, column: LogicalColumn) -> tuple[str, str | None]:
    """The type, right under any search_path, and the collation where it is not the type's own; raises likewise."""
    plan = case.plan(column.key)
    if plan is None or isinstance(plan.change, Rename):
        shown = own_column(case, relation, column)
        return _written(shown.type), shown.collation
    known = _planned(plan, column)
    return known.sql, known.collation


def own_column(case: Case, relation: Relation, column: LogicalColumn) -> Column:
    """The column as the catalog has it, under whichever name; raises Unserved where it is not there."""
    shown = relation.column(case.shown_name(column.key) or column.name)
    if shown is None:
        raise Unserved(f'the column "{column.name}" is not there')
    return shown


def _planned(plan: Plan, column: LogicalColumn) -> TypeName:
    """The type of a column that comes, goes or changes its type."""
    try:
        is_retyped = isinstance(plan.change, Retype)
        known = plan.type_on("new" if column.key == key_of(plan, "new") else "old") if is_retyped else plan.type
    except LookupError as why:
        raise Unserved(str(why), plan) from None
    if known is None:
        raise Unserved(
            "the type that the column had is not known any longer; the plan can give it: [retype] from", plan
        )
    return known


def _written(type_name: str) -> str:
    try:
        return parse_type(type_name).sql  # format_type writes its own types without their schema
    except ValueError:
        return type_name

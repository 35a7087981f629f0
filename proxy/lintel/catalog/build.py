"""Rows of the catalog queries become Relations and Functions. Pure: knows the rows, not the connection."""

from collections.abc import Mapping
from typing import Any

from lintel.schema import Column, Function, Relation
from lintel.schema.bodies import settles, temporary_in

Row = Mapping[str, Any]


def relation(row: Row) -> Relation:
    """One row of queries.RELATIONS; a view's definition is not among it."""
    return Relation(
        oid=row["oid"],
        schema=row["schema"],
        name=row["name"],
        kind=row["kind"],
        columns=_columns(row),
        parents=tuple(row["parents"]),
        primary_key=tuple(row["primary_key"] or ()),
        constraints=_constraints(row),
        has_rules=row["has_rules"],
        triggered=tuple(row["triggered"]),
        follows=tuple(row["follows"]),
    )


def function(row: Row) -> Function:
    """One row of queries.FUNCTIONS."""
    columns = _result_columns(row)
    return Function(
        schema=row["schema"],
        name=row["name"],
        columns=columns,
        set_returning=row["set_returning"],
        volatile=row["volatile"],
        record=row["record"] and columns is None,
        row_type=row["row_type"],
        takes=tuple(row["takes"]),
        text=row["text"],
        dyadic=row["dyadic"],
        holds=tuple(row["holds"]) if any(row["holds"]) else (),
        settles=settles(row["body"]),
        makes=temporary_in(row["body"]),
    )


def _constraints(row: Row) -> tuple[tuple[str, tuple[int, ...]], ...]:
    keys = (tuple(map(int, key.split())) for key in row["constraint_keys"])
    return tuple(zip(row["constraint_names"], keys, strict=True))


def _columns(row: Row) -> tuple[Column, ...]:
    if row["numbers"] is None:
        return ()
    arrays = ("types", "type_oids", "typmods", "collations", "not_nulls", "defaults", "generated", "identity")
    named = dict(found.split(" ", 1) for found in row["required_by"])
    required_by = (named.get(str(number)) for number in row["numbers"])
    columns = map(Column, row["names"], row["numbers"], *(row[name] for name in arrays), required_by, row["own"])
    return tuple(
        sorted(columns, key=lambda column: column.attnum)
    )  # array_agg promises no order, though the query sorts


def _result_columns(row: Row) -> tuple[str, ...] | None:
    if row["row_names"] is not None:  # of one OUT parameter of a row type, too
        return tuple(row["row_names"])
    out: list[str] | None = row["out_names"]
    return None if not out or (len(out) == 1 and row["out_unnamed"]) else tuple(out)

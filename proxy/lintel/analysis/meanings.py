"""What the names of a statement mean: the vocabulary that resolving yields and comparing compares.

Every meaning is a plain tuple: `==` is the comparison that ARCHITECTURE.md speaks of. `item` is the byte offset, in the
client's own text, of the FROM item or target that a column comes from, so that two uses of one table stay two.
"""

from typing import NamedTuple, Union

from lintel.schema.logical import Key


class Col(NamedTuple):
    """A column of a relation; key is its attnum (negative: a system column) or the id of the plan that brings it."""

    item: int
    oid: int
    key: Key


class Expr(NamedTuple):
    """A value computed at this offset of the client's text, and in a list of them at this position.

    Of the row of a table that a function returns it is the column's key.
    """

    at: int
    position: Key = 0


class Merged(NamedTuple):
    """A column that USING or NATURAL merged, or one position of a set operation."""

    left: "Meaning"
    right: "Meaning"


class Row(NamedTuple):
    """A whole row: item and its columns as (name, meaning)."""

    item: int
    columns: "Columns"


class Missing(NamedTuple):
    """A name that means nothing here: the server answers 42703 or 42P01."""

    name: str
    called: bool = False  # the server may take it for a call (notation), and answer


class Ambiguous(NamedTuple):
    """A name with several meanings: the server answers 42702."""

    name: str
    candidates: frozenset["Meaning"]


class Unknown(NamedTuple):
    """A name that may come from an item whose columns could not be determined."""

    name: str
    why: str
    nothing: None = None


class Unlisted(NamedTuple):
    """A name that is a column of one of these temporary relations, if that has it, else what is outside.

    No catalog that we read shows which; but no plan changes it either, so that names which are equal mean the same.
    """

    name: str
    items: tuple[tuple[int, str], ...]  # where they stand, and what qualifies their columns
    outside: "Meaning"


Meaning = Union[Col, Expr, Merged, Row, Missing, Ambiguous, Unknown, Unlisted]  # noqa: UP007  (recursive: a forward name)
Columns = tuple[tuple[str, Meaning], ...]


class TooComplex(Exception):
    """A meaning, or all of a statement's together, is larger than any honest statement's."""


_MOST = 20_000  # parts of one meaning: rows of rows of rows double with each level


def base_columns(meaning: Meaning) -> list[Col]:
    """The relation columns that a meaning is made of, without those inside expressions."""
    if isinstance(meaning, Col):
        return [meaning]
    found: list[Col] = []
    todo: list[Meaning] = [meaning]
    steps = 0
    while todo:
        part = todo.pop()
        steps += 1
        if isinstance(part, Col):
            found.append(part)
        elif isinstance(part, Merged):
            todo += (part.right, part.left)
        elif isinstance(part, Row):
            todo += [column for _, column in reversed(part.columns)]
        elif isinstance(part, Unlisted):
            todo.append(part.outside)
        if steps + len(todo) > _MOST:
            raise TooComplex
    return found

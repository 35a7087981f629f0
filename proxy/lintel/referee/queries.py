"""A statement as the queries that it is made of: sqlglot resolves columns in SELECT only, so DML is told as SELECTs.

`UPDATE t SET a = e FROM f WHERE c RETURNING r` reads what `SELECT e FROM t, f WHERE c` and `SELECT r FROM t, f` read.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlglot import exp

from lintel.dialects import NotRead

QUERY = (exp.Select, exp.SetOperation, exp.Subquery)
WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Merge)


class Told(NamedTuple):
    """One query of a statement: what it is for, and the columns that its outputs are written to, if any."""

    role: str  # query | set | values | source | returning | update | merge
    query: exp.Expr
    written: tuple[str, ...] | None = None  # None: it writes nothing; (): the columns of the target in order


def told(statement: exp.Expr) -> Iterator[Told]:
    """The queries of one statement. Raises NotRead for what is neither a query nor plain DML."""
    if isinstance(statement, QUERY):
        yield Told("query", statement)
    elif isinstance(statement, exp.Update):
        froms: list[exp.Expr] = [target_of(statement), *_items(statement.args.get("from_"))]
        yield _set("set", statement, froms, statement.expressions, statement.args.get("where"))
        yield from _returning(statement, froms)
    elif isinstance(statement, exp.Delete):
        froms = [target_of(statement), *(statement.args.get("using") or ())]
        yield Told("query", _select([exp.Literal.number(1)], froms, statement, statement.args.get("where")))
        yield from _returning(statement, froms)
    elif isinstance(statement, exp.Insert):
        yield from _insert(statement)
    elif isinstance(statement, exp.Merge):
        yield from _merge(statement)
    else:
        raise NotRead(f"{statement.key} is not read")


def target_of(statement: exp.Expr) -> exp.Table:
    """The table that DML writes. Raises NotRead where it is none."""
    target = statement.this
    table = target.this if isinstance(target, exp.Schema) else target
    if not isinstance(table, exp.Table):
        raise NotRead("a target that is no table")
    return table


def _insert(statement: exp.Expr) -> Iterator[Told]:
    target, source = statement.this, statement.args.get("expression")
    listed = tuple(one.name for one in target.expressions) if isinstance(target, exp.Schema) else ()
    if isinstance(source, exp.Values):
        for row in source.expressions:
            values = row.expressions if isinstance(row, exp.Tuple) else [row]
            yield Told("values", _select(values, [], statement), listed)
    elif isinstance(source, QUERY):
        yield Told("source", _within(source, statement), listed)
    elif not statement.args.get("default"):
        raise NotRead("an INSERT without a source")
    target = target_of(statement)
    conflict = statement.args.get("conflict")
    if conflict is not None and conflict.expressions:
        excluded = exp.alias_(exp.Table(this=target.this.copy(), db=target.args.get("db")), "excluded", table=True)
        yield _set("update", statement, [target, excluded], conflict.expressions, conflict.args.get("where"))
    yield from _returning(statement, [target])


def _merge(statement: exp.Expr) -> Iterator[Told]:
    froms = [target_of(statement), statement.args["using"]]
    yield Told("merge", _select([exp.Literal.number(1)], froms, statement, statement.args["on"]))
    whens = statement.args["whens"]
    for when in whens.expressions if isinstance(whens, exp.Whens) else whens:
        condition, then = when.args.get("condition"), when.args.get("then")
        if isinstance(then, exp.Update) and then.expressions:
            yield _set("update", statement, froms, then.expressions, condition)
        elif isinstance(then, exp.Insert) and isinstance(then.expression, exp.Tuple):
            listed = tuple(one.name for one in then.this.expressions) if then.this is not None else ()
            yield Told("source", _select(then.expression.expressions, froms, statement, condition), listed)
        else:
            yield Told("merge", _select([exp.Literal.number(1)], froms, statement, condition))
    yield from _returning(statement, froms)


def _set(role: str, statement: exp.Expr, froms: list[exp.Expr], pairs: list[exp.Expr], where: exp.Expr | None) -> Told:
    names: list[str] = []
    values: list[exp.Expr] = []
    for pair in pairs:
        if not isinstance(pair, exp.EQ):
            raise NotRead("an assignment that is none")
        targets = pair.this.expressions if isinstance(pair.this, exp.Tuple) else [pair.this.unnest()]
        names += [one.name for one in targets]
        # (a, b) = (x, y) or ROW(x, y) pair by pair; of (a, b) = (SELECT ..) each gets all that is read there
        is_row = isinstance(pair.expression, exp.Tuple) or pair.expression.name.upper() == "ROW"
        parts = pair.expression.expressions if is_row else []
        values += parts if len(parts) == len(targets) else [pair.expression] * len(targets)
    return Told(role, _select(values, froms, statement, where), tuple(names))


def _returning(statement: exp.Expr, froms: list[exp.Expr]) -> Iterator[Told]:
    returning = statement.args.get("returning")
    if returning is not None:
        yield Told("returning", _select(returning.expressions, froms, statement))


def _items(clause: exp.Expr | None) -> list[exp.Expr]:
    return [] if clause is None else [clause.this, *(clause.args.get("joins") or ())]


def _select(
    outputs: Iterable[exp.Expr], froms: list[exp.Expr], statement: exp.Expr, where: exp.Expr | None = None
) -> exp.Expr:
    found = exp.Select(expressions=[one.copy() for one in outputs])
    for at, item in enumerate(froms):
        if at == 0:
            found.set("from_", exp.From(this=item.copy()))
        else:
            found.append("joins", item.copy() if isinstance(item, exp.Join) else exp.Join(this=item.copy()))
    if where is not None:
        found.set("where", exp.Where(this=(where.this if isinstance(where, exp.Where) else where).copy()))
    return _within(found, statement)


def _within(query: exp.Expr, statement: exp.Expr) -> exp.Expr:
    """The query with the statement's WITH queries, which its own come behind."""
    outer = statement.args.get("with_")
    if outer is None:
        return query
    found, own = query.copy(), query.args.get("with_")
    both = exp.With(expressions=[*outer.copy().expressions, *(own.copy().expressions if own else [])])
    both.set("recursive", outer.args.get("recursive") or (own.args.get("recursive") if own else None))
    found.set("with_", both)
    return found

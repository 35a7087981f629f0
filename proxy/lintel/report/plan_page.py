"""The page of a plan for the repository that holds the schema: purpose, steps, rollback, who was affected. Markdown."""

from collections.abc import Iterable, Iterator

from lintel.plan import Add, Drop, Plan, Rename
from lintel.report.markdown import code, escaped, rows
from lintel.report.versions import HEADS, cells
from lintel.report.wording import readable
from lintel.sql.quoting import quote_ident
from lintel.store import SideRow, Window


def plan_page(plan: Plan, seen: tuple[Window, list[SideRow]] | None = None) -> str:
    """`seen` is what a store has: when the plan was in force, and its clients; None: none was asked."""
    lines = [f"# {escaped(plan.id)}", "", *([escaped(plan.purpose), ""] if plan.purpose else []), *_about(plan), ""]
    lines += ["## Steps", "", *_numbered(_steps(plan)), "", "## Rollback", "", *_rollback(plan), ""]
    lines += ["## Who sees what", "", *_rules(plan), ""]
    if seen is not None:
        lines += ["## Who was affected", "", *_affected(*seen), ""]
    return "\n".join(lines).rstrip() + "\n"


def _about(plan: Plan) -> Iterator[str]:
    shield = plan.shield
    where = f", in the database {code(plan.database)}" if plan.database else ""
    yield f"- Table: {code(plan.table)}{where}"
    yield f"- Change: {code(plan.ddl)}"
    if isinstance(plan.change, Add | Drop):
        yield f"- While the column is not there: reads give {_reads(plan)}; writes: {shield.absent_writes}"
    yield f"- Old code's `*`: {shield.stars}; whole rows: {shield.whole_rows}"
    if plan.released:
        yield "- Released: every client sees the table as it is"


def _reads(plan: Plan) -> str:
    if plan.shield.absent_reads == "refuse":
        return "an error"
    if plan.backfill is not None:
        return code(plan.backfill.expression)
    return code(plan.change.default) if plan.change.default else "the default that the column has, else NULL"


def _steps(plan: Plan) -> Iterator[str]:
    yield f"Put the plan in force: `lintel plan apply {plan.file}`. Nobody notices."
    if isinstance(plan.change, Drop) and plan.change.type is None:
        yield "Let Lintel see the table while the column is there: its type, default and place are remembered."
    yield f"Deploy new code, and run {' '.join(map(code, _change(plan)))}: {_order(plan)}."
    yield from _filling(plan)
    for index in plan.indexes:
        columns = ", ".join(map(quote_ident, index.columns))
        yield code(f"CREATE INDEX CONCURRENTLY ON {plan.table} ({columns});")
    if plan.shield.absent_writes == "park":
        yield "Wait until the parked values have landed: `lintel status` says `present`."
    yield f"When `lintel report` shows no client of the old table any longer: `lintel plan release {plan.file}`."


def _order(plan: Plan) -> str:
    """Which goes first."""
    if plan.shield.absent_writes != "refuse" or not isinstance(plan.change, Add | Drop):
        return "in either order"
    code_first = isinstance(plan.change, Drop)
    last = (
        "code that writes to the column has to be gone before" if code_first else "code that writes to it comes after"
    )
    return f"in either order, but {last}, as such writes fail while the column is not there"


def _change(plan: Plan) -> Iterator[str]:
    """What makes the change; a column whose rows are filled by and by comes without a value in any of them."""
    if not plan.fills:
        yield f"{plan.ddl};"
        return
    column = quote_ident(plan.change.column)
    yield f"ALTER TABLE {plan.table} ADD COLUMN {column} {plan.change.type};"
    if plan.change.default is not None:
        yield f"ALTER TABLE {plan.table} ALTER COLUMN {column} SET DEFAULT {plan.change.default};"


def _filling(plan: Plan) -> Iterator[str]:
    if plan.backfill is None:
        return
    column, expression, number = quote_ident(plan.change.column), plan.backfill.expression, plan.backfill.batch_rows
    if not plan.fills:
        update = f"UPDATE {plan.table} SET {column} = {expression} WHERE {column} IS NULL;"
        yield f"Fill the rows that were there, some at a time: {code(update)}."
        return
    yield f"While clients are there `lintel serve` fills the rows with {code(expression)}, {number:,} at a time."
    filled = f"ALTER TABLE {plan.table} ALTER COLUMN {column} SET NOT NULL;"
    yield f"When no row has a NULL any longer: {code(filled)}."


def _rollback(plan: Plan) -> Iterator[str]:
    """What goes back as long as the plan is in force, and what is lost by it."""
    yield "Until the release code goes back by itself, whatever the table is. The table goes back by:"
    yield ""
    change, table, column = plan.change, plan.table, quote_ident(plan.change.column)
    if isinstance(change, Add):
        yield f"- {code(f'ALTER TABLE {table} DROP COLUMN {column};')}"
        yield "- What was written to the column is lost."
    elif isinstance(change, Drop):
        how = " ".join([change.type or "<type>", *([f"DEFAULT {change.default}"] if change.default else [])])
        yield f"- {code(f'ALTER TABLE {table} ADD COLUMN {column} {how};')}"
        yield "- The values that it had are gone: take them from a backup. It comes last among the columns."
    elif isinstance(change, Rename):
        yield f"- {code(f'ALTER TABLE {table} RENAME COLUMN {quote_ident(change.to)} TO {column};')}"
        yield "- Nothing is lost."
    else:
        before = change.before or "<type>"
        yield f"- {code(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE {before};')}"
        yield "- It takes a `USING` where the types are not cast by assignment, and fails on values that do not fit."
    yield f"- To give it up: `lintel plan release --force {plan.file}`."


def _rules(plan: Plan) -> Iterator[str]:
    for rule in plan.shield.clients:
        given = [("application_name", rule.application_name), ("user", rule.user), ("database", rule.database),
                 ("address", rule.address), *((f"tag.{name}", pattern) for name, pattern in rule.tags)]  # fmt: skip
        said = ", ".join(f"{name} {code(value)}" for name, value in given if value is not None)
        yield f"- {said}: the {'table after the change' if rule.sees == 'new' else 'table before it'}"
    both = "taken for old" if isinstance(plan.change, Add) else "refused"
    yield f"- Everybody else: the table that the statement fits; what fits both and means two things is {both}."


def _affected(window: Window, sides: list[SideRow]) -> Iterator[str]:
    if window.start is None or window.end is None:
        yield "The plan was not in force yet."
        return
    yield f"In force and watched from {readable(window.start)} to {readable(window.end)} (UTC)."
    yield ""
    if not sides:
        yield "No client of the table was seen."
        return
    found = (cells(row) for row in sides)
    yield from rows(HEADS, ((code(client), *map(escaped, rest)) for client, *rest in found), "lllrrrll")


def _numbered(steps: Iterable[str]) -> Iterator[str]:
    return (f"{number}. {step}" for number, step in enumerate(steps, 1))

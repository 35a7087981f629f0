"""A plan as the DDL that will make its change, for `impact --plan`."""

from lintel.plan import Plan
from lintel.sql.quoting import quote_ident


def ddl_of(plan: Plan) -> str:
    """`ALTER TABLE public.orders ADD COLUMN priority smallint NOT NULL DEFAULT 0`."""
    change = plan.change
    parts = [f"ALTER TABLE {plan.table} ADD COLUMN {quote_ident(change.column)} {change.type}"]
    parts += ["NOT NULL"] if change.not_null else []
    parts += [f"DEFAULT {change.default}"] if change.default is not None else []
    return " ".join(parts)

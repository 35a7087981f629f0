"""The plan that tests of many layers are about: public.orders gets a priority."""

from lintel.plan import Side

PLAN = """
id = "orders-priority"
table = "public.orders"

[add]
column = "priority"
type = "smallint"
default = "0"
"""


def rule(application_name: str, side: Side) -> str:
    """For the end of the plan: who was built for which table."""
    return f'\n[[shield.clients]]\nmatch = {{ application_name = "{application_name}" }}\nsees = "{side}"\n'

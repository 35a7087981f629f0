"""Parking in a database: the side tables that plans need are made, and emptied into the columns once these have come.

The only part that writes into a database, and only where a plan asks for it. What statements make of the side tables
is the shield's; both go by the names in plan.parking.

- *keeper*: keeps plans going, by what each snapshot shows; *side_table*: made and kept in step with its base table;
  *landing*: values move into the column that has come; *filling*: rows get what the plan's expression gives them.
"""

from lintel.parking.keeper import Keeper, obstacle

__all__ = ["Keeper", "obstacle"]

"""One rule that an object of the database meets."""

from typing import NamedTuple

from lintel.impact.change import Altered
from lintel.impact.hit import Hit


class Met(NamedTuple):
    """`object` as pg_describe_object writes it; `table` is the one whose change it meets."""

    hit: Hit
    object: str
    table: Altered

"""The names of what parking makes in a database, by plan.

Two relations in the schema `lintel`: the side table with the parked values, and the marker, whose one column is called
IN_FORCE for as long as the side table is what counts; and two functions that read the side table. Names are at most
63 bytes and not yet quoted.
"""

from hashlib import sha256

SCHEMA = "lintel"
VALUE = "lintel_value"
IN_FORCE = "lintel_marker"  # the marker's column,
LANDED = "lintel_landed"  # and what it is called from the moment the real column counts: see `landed`
MOVED = "lintel_moved"  # the real column has the value already; it is the side table's that counts all the same
OURS = "lintel_"  # no planned column that is parked begins so: the side table's own columns do
_LONGEST = 55  # NAMEDATALEN - 1, less what comes before it


def side_table(plan_id: str) -> str:
    """What the side table is called."""
    return f"park_{_stem(plan_id)}"


def marker(plan_id: str) -> str:
    """What the marker is called."""
    return f"parking_{_stem(plan_id)}"


def latest(plan_id: str) -> str:
    """What the function is called that gives a row's value, parked or not, as it is by now."""
    return f"latest_{_stem(plan_id)}"


def fresh(plan_id: str) -> str:
    """What it calls in turn."""
    return f"fresh_{_stem(plan_id)}"


def key_column(number: int) -> str:
    """What the n-th column of the primary key is called in the side table; from 1."""
    return f"lintel_key{number}"


def landed(xid: int) -> str:
    """What the marker's column is called then: it says by which transaction that is so."""
    return f"{LANDED}_{xid}"


def landed_by(column: str) -> int | None:
    """The transaction; None where this is no such name."""
    prefix, _, xid = column.rpartition("_")
    return int(xid) if prefix == LANDED and xid.isdecimal() else None


def _stem(plan_id: str) -> str:
    if len(plan_id) <= _LONGEST:
        return plan_id
    return f"{plan_id[: _LONGEST - 11]}_{sha256(plan_id.encode()).hexdigest()[:10]}"

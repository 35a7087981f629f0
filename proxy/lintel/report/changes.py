"""Changes of tables that no plan announced: a line for each, by whom."""

from lintel.report.wording import readable
from lintel.store import UnplannedRow

TITLE = "Changes that no plan announced"
HEADS = ("table", "change", "client", "database", "ran", "refused", "last seen")
PAST = "(past Lintel)"


def cells(row: UnplannedRow) -> tuple[str, ...]:
    """A line for people, as HEADS has it."""
    key = row.key
    return (
        key.table,
        key.change,
        key.client or PAST,
        key.database,
        f"{row.calls:,}" if row.calls else "",
        f"{row.refused:,}" if row.refused else "",
        readable(row.last_seen),
    )

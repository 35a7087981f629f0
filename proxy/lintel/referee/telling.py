"""Where an opinion is counted and told. No line carries a literal: shapes, and names of tables and columns."""

import structlog

from lintel.metrics import Counters
from lintel.referee.request import Opinion
from lintel.sql.stored import shown

_log = structlog.get_logger(__name__)


def told(opinion: Opinion, counters: Counters) -> None:
    """Count it; what is read in two ways is in the log as well, with both texts."""
    counters.readings[opinion.verdict] += 1
    if opinion.verdict == "disagrees":
        request = opinion.request
        _log.warning(
            "the referee reads a rewritten statement otherwise",
            database=request.database,
            plans=request.plans,
            client=shown(request.brief.client),
            server=shown(request.brief.server),
            differences=opinion.why,
        )

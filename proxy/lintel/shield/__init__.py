"""The shield: edits a client's text so that it means, under whatever the database holds, what it means to the client.

Two rules (ARCHITECTURE.md). *Resolve twice, compare*: the text is resolved under the client's logical tables and under
every physical schema that the plans permit. *Neutral or loud*: what is sent means the same under each of them, or fails
in parse analysis there. `judge` makes the edits and then proves them with the same resolver; what it cannot prove it
refuses. Pure: knows neither sessions nor the live catalog.
"""

from lintel.shield.judge import Question, judge
from lintel.shield.sides import Sided
from lintel.shield.verdict import Verdict

__all__ = ["Question", "Sided", "Verdict", "judge"]

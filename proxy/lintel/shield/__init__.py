"""The shield: edits a client's text so that it means, under whatever the database holds, what it means to the client.

Two rules (ARCHITECTURE.md). *Resolve twice, compare*: the text is resolved under the client's logical tables and under
every physical schema that the plans permit. *Neutral or loud*: what is sent means the same under each of them, or fails
in parse analysis there. `judge` makes the edits and then proves them with the same resolver; what it cannot prove it
refuses. Pure: knows neither sessions nor the live catalog. docs/traps.md shows the forms of its texts.

- *judge*: the procedure, and the gate; *verdict*: what it says; *sides*: for which table a text was written.
- *tables*: the logical tables of each side; *columns*: types and names in texts; *phase*: how far a change has come;
  *departure*: in what the table is not as the plan has it.
- *case*: what all makers of edits share; *splices*: edits, and offsets through them; *spans*: ranges among tokens.
- FROM: *items* and *derived* (tables), *folding* (what the planner must not see through), *stars*, *likes*, *filled*.
- *stored*: what the server keeps of a text.
- Targets: *targets*; *absent*: what a row has for a column that is not there; *values* and *discard*: writes to such a
  column, and how they are dropped, by *dropped* and *dropped_rows*; *tripwire*: what makes that loud; *evaluated*: what
  may fail, and is kept for that;
  *retype*, *retyped_query* and *casts*: columns of another type.
- Parking: *parking*, by *side_table*; *parked_insert*, *parked_query* and *parked_update* are its texts, of which
  *parked_calculated*, *parked_carried*, *parked_given*, *parked_handed*, *parked_outputs*, *parked_records*,
  *parked_pairs*, *parked_skipping*, *parked_value*, *parked_targets* and *parked_writes* make parts.
"""

from lintel.shield.judge import Question, judge
from lintel.shield.sides import Sided
from lintel.shield.verdict import Verdict

__all__ = ["Question", "Sided", "Verdict", "judge"]

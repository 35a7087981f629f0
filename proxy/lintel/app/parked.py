"""Values that may be parked: as long as they are, their plans are needed."""

from collections.abc import Iterable

from lintel.app.configuration import Configuration
from lintel.app.state import State
from lintel.plan import Plan

_HARMLESS = frozenset({"present", "filling", "released"})  # phases in which nothing is parked any longer


def parked(plans: Iterable[Plan], state: State) -> list[str]:
    """Ids of those for which values may be parked: where nobody was since the start, that is not known."""
    parking = [plan.id for plan in plans if plan.shield.absent_writes == "park"]
    phases = {i: {one.phases[i] for one in state.databases if i in one.phases} for i in parking}
    return [i for i in parking if not phases[i] or not phases[i] <= _HARMLESS]


def taken_away(running: Configuration, usable: Configuration) -> list[Plan]:
    """The plans that park as things stand, and would not go on to."""
    if running.mode != "enforce":
        return []
    coming = usable.plans if usable.mode == "enforce" else ()
    going_on = {_parking(plan) for plan in coming if plan.shield.absent_writes == "park"}
    parking = [plan for plan in running.plans if plan.shield.absent_writes == "park"]
    return [plan for plan in parking if _parking(plan) not in going_on]


def _parking(plan: Plan) -> tuple[object, ...]:
    """What is parked: for which column, and where."""
    return plan.id, plan.table, plan.change.column, plan.type, plan.database, plan.routes

"""Plan files as commands are given them: by path or by id; and where a plan holds."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lintel.config import ConfigError, Settings

if TYPE_CHECKING:
    from lintel.plan import Plan


def named(given: str, settings: Settings) -> "Plan":
    """The plan in that file, else the one of [shield] plans that has this id."""
    from lintel import plan

    if Path(given).is_file():
        return plan.load(given)
    for found in plan.load_all(settings.shield.plans):
        if found.id == given:
            return found
    raise ConfigError("PLAN", given, "expected a plan file, or the id of a plan in [shield] plans")


def holding(plan: "Plan", names: Iterable[str], settings: Settings) -> list[str]:
    """Those of the databases in which a plan holds; all, where neither it nor the configuration says which."""
    from lintel.app import routes

    if not (plan.database or plan.routes or settings.server.dsn or settings.databases):
        return list(names)
    found = routes.of(settings)
    led = ((name, route) for name in names if (route := found.find(name)) is not None)
    return [name for name, route in led if found.plans_of([plan], route, route.leads_to(name))]

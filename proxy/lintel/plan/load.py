"""Reads plan files. The one place of this package that touches a file."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from lintel.config import ConfigError
from lintel.plan.model import Plan
from lintel.plan.parse import parse


def load(path: str | Path) -> Plan:
    """The plan in that file."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as problem:
        raise ConfigError(str(path), "", f"cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(str(path), "", "expected a TOML file in UTF-8") from None
    return parse(text, str(path))


def load_all(paths: Sequence[str | Path]) -> tuple[Plan, ...]:
    """The plans in those files, checked against each other."""
    plans = tuple(map(load, paths))
    check_together(plans)
    return plans


def in_force(plans: Iterable[Plan]) -> tuple[Plan, ...]:
    """Those that are not released."""
    return tuple(plan for plan in plans if not plan.released)


def check_together(plans: Sequence[Plan]) -> None:
    """ConfigError where two plans cannot both be active: the same id, or the same column of the same table."""
    ids: dict[tuple[str | None, ...], Plan] = {}
    columns: dict[tuple[str | None, ...], Plan] = {}
    for plan in plans:
        _claim(ids, (plan.id,), plan, "id")
        for name in () if plan.released else plan.names:
            _claim(columns, (plan.database, *plan.routes, plan.schema, plan.name, name), plan, "column")


def _claim(taken: dict[tuple[str | None, ...], Plan], claim: tuple[str | None, ...], plan: Plan, key: str) -> None:
    other = taken.setdefault(claim, plan)
    if other is not plan:
        raise ConfigError(plan.file, key, f"expected one that no other active plan has; {other.file} has it too")

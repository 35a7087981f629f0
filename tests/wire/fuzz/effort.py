"""How many inputs a fuzz test takes: few and always the same ones, or with --long 50,000 others each time."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

MANY = 50_000


def effort(few: int) -> pytest.MarkDecorator:
    """Parametrises a test by `inputs`."""
    many = pytest.param(MANY, marks=[pytest.mark.long, pytest.mark.timeout(3600)])
    return pytest.mark.parametrize("inputs", [few, many])


def fuzz(inputs: int, check: Callable[..., None], **strategies: st.SearchStrategy[Any]) -> None:
    """Call `check` with that many inputs."""
    chosen = settings(
        max_examples=inputs,
        derandomize=inputs != MANY,
        database=None,
        deadline=None,  # one that counts CPU time is in crossing.timed
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )

    def once(**values: Any) -> None:
        check(**values)

    chosen(given(**strategies)(once))()

"""Tells `./dev wire-report` how many inputs there were."""

from collections.abc import Callable

import pytest


@pytest.fixture(autouse=True)
def told(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> None:
    if "inputs" in request.fixturenames:
        inputs: int = request.getfixturevalue("inputs")
        record_property("seen", f"{request.node.originalname}: {inputs:,} inputs")

"""catalogue.toml says of every id where it is provoked; here it is held against the rules and the tests."""

import tomllib
from pathlib import Path

from tests.impact.provoking import cases

from lintel.impact import RULES

HERE = Path(__file__).parent
CATALOGUE = tomllib.loads((HERE / "catalogue.toml").read_text())


def test_every_id_is_there() -> None:
    assert CATALOGUE.keys() == RULES.keys()


def test_every_id_is_provoked_where_it_says() -> None:
    provoked = {case.rule for case in cases()}
    for rule, said in CATALOGUE.items():
        assert set(said) <= {"tests", "unseen"}
        assert said["tests"]
        for name in said["tests"]:
            text = (HERE / f"{name}.py").read_text()
            assert rule in (provoked if name == "test_provoked" else text), (rule, name)


def test_statements_have_a_harmless_twin() -> None:
    """Of every statement that fails or changes its meaning there is one that looks like it and does not."""
    for case in cases():
        assert "twin" in case.parts or "object" in case.parts, case

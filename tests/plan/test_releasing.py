"""A release is one line more in the plan's file, wherever it fits."""

import pytest

from lintel.config import ConfigError
from lintel.plan import check_together, in_force, parse, release

REST = 'table = "public.o"\n\n[add]\ncolumn = "c"\ntype = "int"\n'


@pytest.mark.parametrize(
    "text",
    [
        f'id = "p"\n{REST}',
        f'# the first\n"id" = "p"  # of many\n{REST}',
        f'{REST.replace("[add]", "", 1).partition("column")[0]}id = "p"\nadd = {{ column = "c", type = "int" }}\n',
        f'purpose = """\nid = "q"\n"""\nid = "p"\n{REST}',
    ],
)
def test_everything_else_stays_as_it_is(text: str) -> None:
    made = release(text, "p.toml")
    assert parse(made, "p.toml").released
    (line,) = set(made.splitlines()) - set(text.splitlines())
    assert line.startswith("released = true")
    assert made.replace(line + "\n", "") == text


def test_one_that_is_released_already() -> None:
    with pytest.raises(ConfigError, match="released"):
        release(f'id = "p"\nreleased = false\n{REST}', "p.toml")


def test_a_released_plan_is_in_nobodys_way() -> None:
    first, second = parse(f'id = "p"\nreleased = true\n{REST}', "p"), parse(f'id = "q"\n{REST}', "q")
    check_together([first, second])
    assert in_force([first, second]) == (second,)
    with pytest.raises(ConfigError, match="id"):
        check_together([first, parse(f'id = "p"\n{REST}', "q")])

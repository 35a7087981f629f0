"""What a person sees: on a wide terminal, a narrow one, and in a file."""

import io

import pytest
from rich.console import Console

from lintel.demo.screen import Screen
from lintel.demo.tally import Tally


def told(width: int, *, terminal: bool = False) -> str:
    out = io.StringIO()
    screen = Screen(Console(file=out, width=width, force_terminal=terminal, highlight=False))
    tally = Tally("billing-v1", statements=1000)
    screen.title("PostgreSQL 18")
    screen.act("1 · Straight at Postgres")
    with screen.scene("Life with the new column", [tally]) as say:
        tally.statements += 7
        tally.errors["42703", 'column "priority" does not exist'] += 3
        tally.expect(False, "totals leave orders out", "3 of 153 covered")
        say("3 sessions waited")
    with screen.scene("An ordinary day", [tally]):
        tally.statements += 5
    screen.closing([tally], [Tally("billing-v1", 12)])
    return out.getvalue()


@pytest.mark.parametrize("width", [50, 80, 120])
def test_a_scene_tells_its_own_sum_and_the_kinds_of_what_went_wrong(width: int) -> None:
    words = " ".join(told(width).split())
    assert "7 statements 3 errors 1 wrong" in words
    assert "5 statements" in words
    assert "42703" in words
    assert "3×" in words
    assert "3 of 153 covered" in words
    assert "3 sessions waited" in words


@pytest.mark.parametrize("width", [60, 80, 120])
def test_nothing_is_cut_off_nor_wider_than_the_terminal(width: int) -> None:
    text = told(width)
    assert "…" not in text
    assert max(len(line) for line in text.splitlines()) <= width


def test_a_file_gets_no_control_sequences_and_a_terminal_does() -> None:
    assert "\x1b" not in told(80)
    assert "\x1b" in told(80, terminal=True)


def test_the_closing_table_sets_both_sides_side_by_side() -> None:
    rows = [line.split() for line in told(80).splitlines()]
    assert ["billing-v1", "1012", "3", "1", "12", "0", "0"] in rows


def test_a_pace_is_kept_for_people_only() -> None:
    assert Screen(Console(file=io.StringIO())).pace == 0
    assert Screen(Console(file=io.StringIO(), force_terminal=True)).pace > 0

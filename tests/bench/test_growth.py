"""What was found as something grew: its table, its page, its plot."""

import math
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from bench.about import About
from bench.growth import statements
from bench.growth.chart import Panel, svg
from bench.growth.curve import Curve, Point
from bench.growth.ground import Ground
from bench.growth.run import KEPT, MEASUREMENTS

ABOUT = About(compiled=False, programs={"lintel": "0.1.0"}, machine="a machine", load=0.5)
CURVE = Curve(
    "shapes", "What was done.", "shapes", ("CPU us", "memory, MB"), (Point(1, (812.5, None)), Point(1000, (0.123, 4.0)))
)
SVG = "{http://www.w3.org/2000/svg}"


def test_a_page_and_its_plot(tmp_path: Path) -> None:
    CURVE.keep(tmp_path, ABOUT, "21 November 2026")
    page = (tmp_path / "shapes.md").read_text()
    assert "| 1 | 812 |  |" in page
    assert "| 1,000 | 0.123 | 4 |" in page
    assert "![shapes](shapes.svg)" in page
    assert page.endswith("21 November 2026: lintel 0.1.0; pure Python; a machine; load 0.5 before.\n")
    assert len(ET.fromstring((tmp_path / "shapes.svg").read_text()).findall(f".//{SVG}circle")) == 3


def test_ten_times_as_much_is_always_as_far() -> None:
    drawn = ET.fromstring(svg([Panel("a", [(1, 1.0), (10, 10.0), (100, 100.0), (1000, 0.0)])], "sizes"))
    places = [(float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in drawn.iter(f"{SVG}circle")]
    assert len(places) == 3, "nothing has no logarithm"
    (a, b, c), (low, middle, high) = zip(*places, strict=True)
    assert math.isclose(b - a, c - b, abs_tol=0.2)
    assert math.isclose(low - middle, middle - high, abs_tol=0.2)


def test_a_panel_without_points() -> None:
    assert not list(ET.fromstring(svg([Panel("a <b>", [])], "sizes")).iter(f"{SVG}circle"))


@pytest.mark.parametrize(
    ("quick", "most", "expected"), [(True, math.inf, [1, 10]), (False, math.inf, [1, 10, 100]), (False, 10, [1, 10])]
)
def test_sizes(*, quick: bool, most: float, expected: list[int]) -> None:
    nobody: object = None
    assert Ground(nobody, Path(), quick, most, None).sizes((1, 10), (100,)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("length", [100, 1_000, 1_000_000])
def test_texts_are_as_long_as_they_say(length: int) -> None:
    assert len(statements._string(length, 7)) == pytest.approx(length, abs=10)
    assert len(statements._list(length, 7)) == pytest.approx(length, rel=0.1, abs=10)


def test_what_is_kept_was_measured_by_this() -> None:
    assert {page.stem for page in KEPT.glob("*")} <= MEASUREMENTS.keys()

"""Lines over sizes as SVG: a panel for each value, both axes by the logarithm: what grows in proportion is straight."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lintel.report.markup import Markup, tag, verbatim
from lintel.report.plots import short

_WIDTH, _HEIGHT = 300.0, 210.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 14.0, 30.0, 40.0
_STYLE = (
    "text{font:11px sans-serif;fill:#444}.title{font-weight:bold}.grid{stroke:#ddd}"
    ".line{fill:none;stroke:#2563a8;stroke-width:1.6}.dot{fill:#2563a8}rect{fill:#fff}"
)


class Panel(NamedTuple):
    """One value by size; what is not positive has no logarithm and is left out."""

    title: str
    points: Sequence[tuple[float, float]]


class _Axis(NamedTuple):
    """From the power of ten below everything to the one above it, and where that lies on the page."""

    low: int
    high: int
    start: float
    end: float

    def at(self, value: float) -> float:
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return round(self.start + part * (self.end - self.start), 1)

    def ticks(self) -> Iterator[tuple[float, float]]:
        """Powers of ten, not more than six of them, and where each is."""
        for power in range(self.low, self.high + 1, math.ceil((self.high - self.low) / 6)):
            yield 10.0**power, self.at(10.0**power)


def svg(panels: Sequence[Panel], across: str) -> Markup:
    """The panels side by side; needs no style sheet but its own."""
    width = _WIDTH * len(panels)
    drawn = (tag("g", *_panel(one, across), transform=f"translate({at * _WIDTH:g} 0)") for at, one in enumerate(panels))
    return tag(
        "svg",
        verbatim("style", _STYLE),
        tag("rect", width=width, height=_HEIGHT),
        *drawn,
        xmlns="http://www.w3.org/2000/svg", role="img", viewBox=f"0 0 {width:g} {_HEIGHT:g}",
        width=width, height=_HEIGHT,
    )  # fmt: skip


def _panel(panel: Panel, across: str) -> Iterator[Markup]:
    points = [point for point in panel.points if min(point) > 0]
    yield tag("text", panel.title, x=_LEFT, y=16, class_="title")
    if not points:
        return
    x = _axis([size for size, _ in points], _LEFT, _WIDTH - _RIGHT)
    y = _axis([value for _, value in points], _HEIGHT - _BOTTOM, _TOP)
    for value, at in y.ticks():
        yield tag("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=at, y2=at, class_="grid")
        yield tag("text", _tick(value), x=_LEFT - 6, y=at + 4, text_anchor="end")
    for value, at in x.ticks():
        yield tag("line", x1=at, x2=at, y1=_TOP, y2=_HEIGHT - _BOTTOM, class_="grid")
        yield tag("text", _tick(value), x=at, y=_HEIGHT - _BOTTOM + 15, text_anchor="middle")
    yield tag("text", across, x=(_LEFT + _WIDTH - _RIGHT) / 2, y=_HEIGHT - 8, text_anchor="middle")
    places = [(x.at(size), y.at(value)) for size, value in points]
    yield tag("polyline", points=" ".join(f"{left:g},{down:g}" for left, down in places), class_="line")
    for (left, down), (size, value) in zip(places, points, strict=True):
        yield tag("circle", tag("title", f"{size:,.0f}: {value:,.4g}"), cx=left, cy=down, r=2.6, class_="dot")


def _axis(values: Sequence[float], start: float, end: float) -> _Axis:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return _Axis(low, max(high, low + 1), start, end)


def _tick(value: float) -> str:
    return short(value) if value >= 1 else f"{value:g}"

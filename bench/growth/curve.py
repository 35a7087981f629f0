"""What one measurement has found: values by size, as a table, as JSON, and as the page that is kept with its plot."""

from dataclasses import asdict, dataclass
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from bench.about import About
from bench.growth import chart


@dataclass(frozen=True, slots=True)
class Point:
    """One size; None: not measured there."""

    size: int
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """Values by size."""

    name: str
    about: str  # what grows and what was done, a sentence or two
    across: str  # what the sizes count
    columns: tuple[str, ...]  # the values, with their units
    points: tuple[Point, ...]

    def table(self) -> Table:
        """For people."""
        shown = Table(self.across, *self.columns, box=SIMPLE_HEAD, title=self.name, title_justify="left")
        for point in self.points:
            shown.add_row(f"{point.size:,}", *(_number(value) for value in point.values))
        return shown

    def json(self) -> dict[str, object]:
        """For programs."""
        return asdict(self)

    def keep(self, directory: Path, known: About, day: str) -> None:
        """NAME.md and NAME.svg; what was there is replaced."""
        directory.mkdir(exist_ok=True)
        panels = [
            chart.Panel(
                column, [(point.size, value) for point in self.points if (value := point.values[at]) is not None]
            )
            for at, column in enumerate(self.columns)
        ]
        (directory / f"{self.name}.svg").write_text(chart.svg(panels, self.across) + "\n")
        (directory / f"{self.name}.md").write_text(self._page(known, day))

    def _page(self, known: About, day: str) -> str:
        rows = [(self.across, *self.columns), ("---",) * (len(self.columns) + 1)]
        rows += [(f"{point.size:,}", *(_number(value) for value in point.values)) for point in self.points]
        table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        return (
            f"# {self.name}\n\n{self.about}\n\n{table}\n\n![{self.name}]({self.name}.svg)\n\n{day}: {known.line()}.\n"
        )


def _number(value: float | None) -> str:
    """Three digits that count."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"

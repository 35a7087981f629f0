"""How the story looks on a terminal, on a narrow one, and where there is none. Knows tallies, and no database."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.rule import Rule
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from lintel.demo import figures
from lintel.demo.figures import DIM
from lintel.demo.recorded import Usage, Warned
from lintel.demo.tally import Tally

PACE_SECONDS = 0.08
WIDEST, ROOMY = 100, 74


class Screen:
    """The narrator."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.pace = PACE_SECONDS if console.is_terminal else 0.0
        console.width = min(console.width, WIDEST)

    def say(self, *lines: RenderableType) -> None:
        """Paragraphs with one blank line after them."""
        for line in lines:
            self.console.print(Padding(line, (0, 1)))
        self.gap()

    def gap(self) -> None:
        """A blank line."""
        self.console.print()

    def title(self, subtitle: str) -> None:
        """The first line."""
        line = Text.assemble(("Lintel", "bold"), ("  carries live traffic while a column goes in", DIM))
        self.say(line, Text(subtitle, DIM))

    def pairs(self, rows: Sequence[tuple[str, str]]) -> None:
        """Names and what they are."""
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True, style="cyan")
        table.add_column(overflow="fold")
        for name, about in rows:
            table.add_row(name, about)
        self.say(Padding(table, (0, 2)))

    def command(self, name: str, about: str) -> None:
        """One of Lintel's commands, whose answer follows."""
        self.say(Text.assemble((name, "bold"), (f"  {about}", DIM)))

    def commands(self, rows: Sequence[tuple[str, str]]) -> None:
        """What to try, each command on a line of its own that can be copied whole."""
        for about, command in rows:
            self.console.print(Text(f"   # {about}", DIM), soft_wrap=True)
            self.console.print(Text(f"   {command}", "cyan"), soft_wrap=True)
        self.gap()

    def act(self, title: str) -> None:
        """A new part of the story."""
        self.console.print(Rule(Text(title, "bold"), align="left", style=DIM))

    def code(self, text: str, language: str) -> None:
        """A file or statement, as it is."""
        self.console.print(Padding(figures.highlighted(text, language), (0, 3)))
        self.gap()

    def texts(self, examples: Sequence[tuple[str, str, str]]) -> None:
        """What each service says, and what the server gets."""
        for service, said, sent in examples:
            self.console.print(Padding(Text.assemble((service, "cyan"), (" says", DIM)), (0, 3)))
            self.console.print(Padding(figures.highlighted(said, "sql"), (0, 5)))
            self.console.print(Padding(Text("the server gets", DIM), (0, 3)))
            self.console.print(Padding(figures.highlighted(sent, "sql"), (0, 5)))
            self.gap()

    @contextmanager
    def scene(self, title: str, tallies: Sequence[Tally]) -> Iterator[Callable[[str], None]]:
        """See story.Screen."""
        before = [tally.copy() for tally in tallies]
        notes: list[str] = []

        def now() -> list[Tally]:
            return [tally.since(earlier) for tally, earlier in zip(tallies, before, strict=True)]

        spinner = Spinner("dots", style="cyan")
        if not self.console.is_terminal:
            yield notes.append
        else:
            with Live(
                get_renderable=lambda: figures.running(spinner, title, now()), console=self.console,
                transient=True, refresh_per_second=12,
            ):  # fmt: skip
                yield notes.append
        self.console.print(figures.finished(title, now(), notes))

    def usages(self, usages: Sequence[Usage]) -> None:
        """Who depends on the table."""
        self.console.print(figures.usages(usages))
        self.gap()

    def warnings(self, warnings: Sequence[Warned]) -> None:
        """Who would break, and how."""
        self.console.print(figures.warnings(warnings))
        self.gap()

    def closing(self, direct: Sequence[Tally], lintel: Sequence[Tally]) -> None:
        """What the services got, side by side."""
        self.console.print(figures.side_by_side(direct, lintel, narrow=self.console.width < ROOMY))
        self.gap()

    @contextmanager
    def watching(self, tallies: Sequence[Tally]) -> Iterator[None]:
        """The running totals, until the context is left."""
        started = time.monotonic()
        if not self.console.is_terminal:
            yield
        else:
            with Live(
                get_renderable=lambda: figures.totals(tallies, time.monotonic() - started), console=self.console,
                refresh_per_second=4,
            ):  # fmt: skip
                yield

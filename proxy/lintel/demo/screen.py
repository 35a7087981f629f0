"""How the story looks on a terminal, on a narrow one, and where there is none. Knows tallies, and no database."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.rule import Rule
from rich.spinner import Spinner
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from lintel.demo.recorded import Usage
from lintel.demo.tally import Tally

GOOD, BAD, WRONG, DIM = "green", "red", "yellow", "bright_black"
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
        self.console.print(Padding(_highlighted(text, language), (0, 3)))
        self.gap()

    def texts(self, examples: Sequence[tuple[str, str, str]]) -> None:
        """What each service says, and what the server gets."""
        for service, said, sent in examples:
            self.console.print(Padding(Text.assemble((service, "cyan"), (" says", DIM)), (0, 3)))
            self.console.print(Padding(_highlighted(said, "sql"), (0, 5)))
            self.console.print(Padding(Text("the server gets", DIM), (0, 3)))
            self.console.print(Padding(_highlighted(sent, "sql"), (0, 5)))
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
                get_renderable=lambda: _running(spinner, title, now()), console=self.console,
                transient=True, refresh_per_second=12,
            ):  # fmt: skip
                yield notes.append
        self.console.print(_finished(title, now(), notes))

    def usages(self, usages: Sequence[Usage]) -> None:
        """Who depends on the table, and how."""
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False)
        table.add_column("", no_wrap=True, style="cyan")
        table.add_column("reads", ratio=1, overflow="fold")
        table.add_column("writes", ratio=1, overflow="fold")
        table.add_column("SELECT *", justify="right", no_wrap=True)
        table.add_column("by position", justify="right", no_wrap=True)
        for usage in usages:
            calls = [f"{sum(calls.values())}×" if calls else "" for calls in (usage.stars, usage.positional)]
            table.add_row(usage.client, ", ".join(sorted(usage.reads)), ", ".join(sorted(usage.writes)), *calls)
        self.console.print(Padding(table, (0, 1)))
        self.gap()

    def closing(self, direct: Sequence[Tally], lintel: Sequence[Tally]) -> None:
        """What the services got, side by side."""
        self.console.print(_sides(direct, lintel, narrow=self.console.width < ROOMY))
        self.gap()

    @contextmanager
    def watching(self, tallies: Sequence[Tally]) -> Iterator[None]:
        """The running totals, until the context is left."""
        started = time.monotonic()
        if not self.console.is_terminal:
            yield
        else:
            with Live(
                get_renderable=lambda: _totals(tallies, time.monotonic() - started), console=self.console,
                refresh_per_second=4,
            ):  # fmt: skip
                yield


def _highlighted(text: str, language: str) -> RenderableType:
    return Syntax(text.rstrip(), language, theme="ansi_dark", background_color="default", word_wrap=True)


def _running(spinner: Spinner, title: str, tallies: Sequence[Tally]) -> RenderableType:
    line = Table.grid(padding=(0, 1), expand=True)
    line.add_column(width=1)
    line.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    line.add_column(justify="right", no_wrap=True)
    line.add_row(spinner, title, _sum(tallies))
    return Padding(Group(line, *_kinds(tallies)), (0, 1))


def _finished(title: str, tallies: Sequence[Tally], notes: Sequence[str]) -> RenderableType:
    clean = all(tally.clean for tally in tallies)
    line = Table.grid(padding=(0, 1), expand=True)
    line.add_column(width=1)
    line.add_column(ratio=1, overflow="fold")
    line.add_column(justify="right", no_wrap=True)
    line.add_row(Text("✔", GOOD) if clean else Text("✘", BAD), title, _sum(tallies))
    said = [Padding(Text(note, DIM), (0, 0, 0, 2)) for note in notes]
    return Padding(Group(line, *said, *_kinds(tallies)), (0, 1))


def _sum(tallies: Sequence[Tally]) -> Text:
    statements = sum(tally.statements for tally in tallies)
    errors = sum(tally.errors.total() for tally in tallies)
    wrong = sum(tally.wrong.total() for tally in tallies)
    text = Text(f"{statements} statements", DIM)
    if errors or wrong:
        text.append(f"  {errors} errors", BAD).append(f"  {wrong} wrong" if wrong else "", WRONG)
    return text


def _kinds(tallies: Sequence[Tally]) -> list[RenderableType]:
    """One line for each kind of error, and of wrong answer, of each service."""
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(min_width=10, no_wrap=True, style=DIM)
    table.add_column(min_width=5, no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    for tally in tallies:
        for (sqlstate, message), count in tally.errors.items():
            table.add_row(tally.service, Text(sqlstate, BAD), message, f"{count}×")
        for what, count in tally.wrong.items():
            table.add_row(tally.service, Text("wrong", WRONG), f"{what}: {tally.examples[what]}", f"{count}×")
    return [Padding(table, (0, 0, 0, 2))] if table.row_count else []


def _sides(direct: Sequence[Tally], lintel: Sequence[Tally], *, narrow: bool) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 0 if narrow else 1), pad_edge=False, show_edge=False)
    table.add_column("", no_wrap=True)
    for side in ("direct", "Lintel") if narrow else ("straight at\nPostgres", "through\nLintel"):
        table.add_column(side, justify="right", style=DIM)
        table.add_column("errors", justify="right", vertical="bottom")
        table.add_column("wrong", justify="right", vertical="bottom")
    for left, right in zip(direct, lintel, strict=True):
        table.add_row(left.service, *_cells([left]), *_cells([right]))
    table.add_section()
    table.add_row("together", *_cells(direct), *_cells(lintel), style="bold")
    return Padding(table, (0, 1))


def _cells(tallies: Sequence[Tally]) -> list[Text]:
    errors = sum(tally.errors.total() for tally in tallies)
    wrong = sum(tally.wrong.total() for tally in tallies)
    return [
        Text(str(sum(tally.statements for tally in tallies))),
        Text(str(errors), BAD if errors else GOOD),
        Text(str(wrong), WRONG if wrong else GOOD),
    ]


def _totals(tallies: Sequence[Tally], seconds: float) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for tally in tallies:
        rate = tally.statements / max(seconds, 1.0)
        errors, wrong = _cells([tally])[1:]
        row = (f"{tally.statements} statements", f"{rate:.0f}/s", errors.append(" errors"), wrong.append(" wrong"))
        table.add_row(tally.service, *row)
    return Padding(Group(table, *_kinds(tallies)), (0, 1))

"""The demo's tables and lines, from tallies and from what was recorded; pure, printed by the screen."""

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.spinner import Spinner
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from lintel.demo.recorded import Usage, Warned
from lintel.demo.tally import Tally, added

GOOD, BAD, WRONG, DIM = "green", "red", "yellow", "dim"


def highlighted(text: str, language: str) -> RenderableType:
    """SQL or TOML, in the terminal's own colours."""
    return Syntax(text.rstrip(), language, theme="ansi_dark", background_color="default", word_wrap=True)


def running(spinner: Spinner, title: str, tallies: Sequence[Tally]) -> RenderableType:
    """A scene while it is played."""
    line = Table.grid(padding=(0, 1), expand=True)
    line.add_column(width=1)
    line.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    line.add_column(justify="right", no_wrap=True)
    line.add_row(spinner, title, _sum(tallies))
    return Padding(Group(line, *_kinds(tallies)), (0, 1))


def finished(title: str, tallies: Sequence[Tally], notes: Sequence[str]) -> RenderableType:
    """A scene that is over."""
    clean = all(tally.clean for tally in tallies)
    line = Table.grid(padding=(0, 1), expand=True)
    line.add_column(width=1)
    line.add_column(ratio=1, overflow="fold")
    line.add_column(justify="right", no_wrap=True)
    line.add_row(Text("✔", GOOD) if clean else Text("✘", BAD), title, _sum(tallies))
    said = [Padding(Text(note, DIM), (0, 0, 0, 2)) for note in notes]
    return Padding(Group(line, *said, *_kinds(tallies)), (0, 1))


def _sum(tallies: Sequence[Tally]) -> Text:
    total = added(tallies)
    text = Text(f"{total.statements} statements", DIM)
    if total.errors or total.wrong:
        text.append(f"  {total.errors} errors", BAD).append(f"  {total.wrong} wrong" if total.wrong else "", WRONG)
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


def side_by_side(direct: Sequence[Tally], lintel: Sequence[Tally], *, narrow: bool) -> RenderableType:
    """What the services got, without Lintel and with it."""
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
    total = added(tallies)
    errors = Text(str(total.errors), BAD if total.errors else GOOD)
    return [Text(str(total.statements)), errors, Text(str(total.wrong), WRONG if total.wrong else GOOD)]


def totals(tallies: Sequence[Tally], seconds: float) -> RenderableType:
    """What they have got so far, and how fast."""
    table = Table.grid(padding=(0, 2))
    for tally in tallies:
        rate = tally.statements / max(seconds, 1.0)
        errors, wrong = _cells([tally])[1:]
        row = (f"{tally.statements} statements", f"{rate:.0f}/s", errors.append(" errors"), wrong.append(" wrong"))
        table.add_row(tally.service, *row)
    return Padding(Group(table, *_kinds(tallies)), (0, 1))


def usages(found: Sequence[Usage]) -> RenderableType:
    """Who depends on the table, and how."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False)
    table.add_column("", no_wrap=True, style="cyan")
    table.add_column("reads", ratio=1, overflow="fold")
    table.add_column("writes", ratio=1, overflow="fold")
    table.add_column("SELECT *", justify="right", no_wrap=True)
    table.add_column("by position", justify="right", no_wrap=True)
    for usage in found:
        calls = [f"{sum(calls.values())}×" if calls else "" for calls in (usage.stars, usage.positional)]
        table.add_row(usage.client, ", ".join(sorted(usage.reads)), ", ".join(sorted(usage.writes)), *calls)
    return Padding(table, (0, 1))


def warnings(found: Sequence[Warned]) -> RenderableType:
    """Who would break, and how."""
    table = Table.grid(padding=(0, 2))
    for style in ("cyan", "", DIM):
        table.add_column(no_wrap=True, style=style)
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True, style=DIM)
    for one in found:
        effect = Text(one.effect, WRONG if one.effect == "silent" else BAD)
        table.add_row(one.client, effect, one.rule, one.title, f"{one.calls}×")
    return Padding(table, (0, 2))

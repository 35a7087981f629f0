"""A result for people: what was watched, file by file what was found, and the sum of it."""

from collections.abc import Iterator
from itertools import groupby

from lintel.gate.places import from_here
from lintel.gate.result import Found, Judged, Result, State
from lintel.report.breakage import doing, rule_lines
from lintel.report.text import bold, counted, window_lines
from lintel.store import Window

_SHORT = 100
_STATES: tuple[tuple[State, str], ...] = (
    ("error", "cannot be judged"),
    ("findings", "with findings"),
    ("unknown", "of which too little is known"),
    ("clean", "clean"),
    ("applied", "in the schema already"),
)


def as_text(result: Result, width: int, colour: bool) -> str:
    """All of it."""
    lines = [*window_lines(result.window), *(f"Not all read: {name}: {why}." for name, why in result.unread), ""]
    for judged in result.judged:
        lines += [*_file(judged, result.window, width, colour), ""]
    lines += summary(result)
    return "\n".join(lines) + "\n"


def _file(judged: Judged, window: Window, width: int, colour: bool) -> Iterator[str]:
    name = from_here(judged.migration.file)
    if judged.applied is not None:
        yield f"{name}: in the schema already: {judged.applied}"
        return
    yield bold(name, colour) + ": " + state_of(judged)
    if judged.problem is not None:
        yield f"  {name}:{judged.problem.line}: {judged.problem.text}"
    for step, found in groupby(judged.found, key=lambda found: found.step):
        yield from _step(f"{name}:{step.first}", list(found), window, width, colour)
    for step, ddl in judged.facts:
        yield f"  {name}:{step.first}: takes {ddl.lock}{doing(ddl.rewrites_table, ddl.scans_table)}"
        yield from (f"    {warning}" for warning in ddl.warnings)
    yield from (f"  {name}:{note.line}: {note.text}" for note in judged.unknown)
    yield from (f"  {name}:{note.line}: note: {note.text}" for note in judged.notes)


def _step(where: str, found: list[Found], window: Window, width: int, colour: bool) -> Iterator[str]:
    yield f"  {where}: {shortened(found[0].step.sql)}"
    for rule, ones in groupby(found, key=lambda one: one.finding.rule):
        lines = rule_lines(rule, [one.finding for one in ones], window, width - 4, colour)
        yield from (f"    {line}" for line in lines)


def shortened(sql: bytes) -> str:
    """One line of it."""
    line = " ".join(sql.decode("utf-8", "replace").split())
    return line if len(line) <= _SHORT else line[: _SHORT - 3] + "..."


def state_of(judged: Judged) -> str:
    """What became of a file, in words."""
    if judged.state == "findings":
        return counted(len(judged.found), "finding")
    if judged.state == "unknown":
        why = "; ".join((*judged.blind, *dict.fromkeys(note.text for note in judged.unknown)))
        return f"nothing was found, but too little is known to say that nothing breaks: {why}"
    return "cannot be judged" if judged.state == "error" else "nothing that was seen breaks"


def summary(result: Result) -> list[str]:
    """The sum, in a line or two."""
    states = [judged.state for judged in result.judged]
    parts = [f"{states.count(state)} {words}" for state, words in _STATES if state in states]
    lines = [f"{counted(len(states), 'file')}: {', '.join(parts)}." if states else "There was no migration to judge."]
    accepted = [(result.ignored, "by inline comments"), (result.known, "by the baseline")]
    told = [f"{number} {how}" for number, how in accepted if number]
    lines += [f"Accepted: {', '.join(told)}."] if told else []
    if result.gone:
        lines.append(
            f"{counted(result.gone, 'finding')} of the baseline did not come up; --write-baseline forgets them."
        )
    return lines

"""For GitHub Actions: workflow commands on stdout become annotations, and a summary of the step in Markdown."""

from collections.abc import Iterator

from lintel.gate.migration import Note
from lintel.gate.places import from_top
from lintel.gate.result import Judged, Result
from lintel.gate.telling import Remark, remarks
from lintel.gate.text import state_of, summary
from lintel.report.text import window_lines


def annotations(result: Result) -> str:
    """A line for each remark."""
    return "".join(f"{line}\n" for judged in result.judged for line in _file(judged))


def _file(judged: Judged) -> Iterator[str]:
    file = from_top(judged.migration.file)
    if judged.problem is not None:
        yield _command("error", file, judged.problem.line, judged.problem.line, "cannot be judged", judged.problem.text)
    for remark in remarks(judged):
        title = f"{remark.rule.id} {remark.rule.title}"
        yield _command("error", file, remark.step.first, remark.step.last, title, remark.text)
    if judged.state == "unknown":
        yield _command("warning", file, 1, 1, "too little is known", state_of(judged))
    yield from (_note("warning", file, note) for note in judged.unknown)
    yield from (_note("notice", file, note) for note in judged.notes)


def _note(level: str, file: str, note: Note) -> str:
    return _command(level, file, note.line, note.line, "lintel", note.text)


def _command(level: str, file: str, first: int, last: int, title: str, message: str) -> str:
    where = {"file": file, "line": str(first), "endLine": str(last), "title": title}
    return f"::{level} {','.join(f'{name}={_property(value)}' for name, value in where.items())}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def step_summary(result: Result) -> str:
    """What GITHUB_STEP_SUMMARY takes: a table of the files, and what was found."""
    lines = ["## lintel check", "", *window_lines(result.window), "", *summary(result), ""]
    if result.judged:
        lines += ["| file | |", "| --- | --- |"]
        lines += [f"| {_code(from_top(one.migration.file))} | {_cell(_said(one))} |" for one in result.judged] + [""]
    for judged in result.judged:
        for remark in remarks(judged):
            lines += [*_remark(from_top(judged.migration.file), remark), ""]
    return "\n".join(lines)


def _said(judged: Judged) -> str:
    if judged.problem is not None:
        return judged.problem.text
    return f"in the schema already: {judged.applied}" if judged.applied is not None else state_of(judged)


def _remark(file: str, remark: Remark) -> Iterator[str]:
    rule = remark.rule
    yield f"**{rule.id} {rule.title}** ({remark.states}) at {_code(f'{file}:{remark.step.first}')}"
    yield ""
    fence = "`" * max(3, _longest_run(remark.text) + 1)
    yield f"{fence}text\n{remark.text}\n{fence}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _code(text: str) -> str:
    ticks = "`" * (_longest_run(text) + 1)
    return f"{ticks}{text}{ticks}".replace("|", "\\|")


def _longest_run(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest

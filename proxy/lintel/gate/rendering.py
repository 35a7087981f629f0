"""A result in one of its forms."""

from collections.abc import Callable

from lintel.gate import document, github, junit, sarif, text
from lintel.gate.result import Result
from lintel.report.render import DEFAULT_WIDTH

FORMS: dict[str, Callable[[Result], str]] = {
    "json": document.as_json,
    "github": github.annotations,
    "sarif": sarif.as_sarif,
    "junit": junit.as_junit,
}


def render(result: Result, form: str = "text", *, width: int = DEFAULT_WIDTH, colour: bool = False) -> str:
    """The result, ending with a line break unless it is empty."""
    return text.as_text(result, width, colour) if form == "text" else FORMS[form](result)

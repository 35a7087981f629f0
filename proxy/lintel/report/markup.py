"""HTML and SVG that cannot be broken out of: every text is escaped, unless a tag of this module made it.

No template language: a page that is built by functions is checked by mypy, and nothing can be left unescaped in it.
"""

import re
from html import escape

_VOID = frozenset({"br", "input", "link", "meta"})
# Not allowed in HTML, however it is written (WHATWG 13.2.3.5).
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


class Markup(str):
    """Finished HTML."""

    __slots__ = ()


def tag(name: str, /, *inner: str | None, **attributes: str | float | None) -> Markup:
    """An element. `class_` is class, `data_value` data-value; None is left out, among attributes and within."""
    written = "".join(
        f' {_attribute(key)}="{text(_plain(value))}"' for key, value in attributes.items() if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(inner)}</{name}>")


def join(parts: "tuple[str | None, ...] | list[Markup]") -> Markup:
    """One after another."""
    return Markup("".join(text(part) for part in parts if part is not None))


def text(value: str) -> Markup:
    """Escaped, unless it is markup already."""
    return value if isinstance(value, Markup) else Markup(escape(_FORBIDDEN.sub("\ufffd", value)))


def verbatim(name: str, code: str) -> Markup:
    """A style or script of our own, in which nothing is escaped."""
    return Markup(f"<{name}>{code}</{name}>")


def _attribute(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _plain(value: str | float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)

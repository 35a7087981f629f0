"""What the recorder gets of a statement: its shape, facts and verdict. Never a literal of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lintel.analysis.facts import Facts
from lintel.brief import Brief
from lintel.policy.unplanned import Unplanned
from lintel.shield import Sided
from lintel.sql.stored import stored_text


class Unstripped:
    """A text that is stripped of its literals when that is first asked for: by the recorder's thread, in no session."""

    __slots__ = ("_readable", "_text")

    def __init__(self, text: bytes, *, readable: bool = True) -> None:
        self._text: bytes | str = text
        self._readable = readable

    def stripped(self) -> str:
        """As it may be stored."""
        text = self._text  # looked at once: another thread may be here too
        if isinstance(text, bytes):
            text = self._text = stored_text(text, readable=self._readable)
        return text


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One text as it is recorded; compared by identity, so that counting it is one dict look-up."""

    source: "str | Unstripped"  # what `shape` comes from
    facts: Facts
    verdict: str  # allow | rewrite | refuse; would_rewrite | would_refuse where nothing is enforced
    tags: Mapping[str, str] = field(default_factory=dict)
    search_path: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()  # ids of the plans that it meets
    rules: tuple[str, ...] = ()  # that made its edits, one for each; none where it is refused
    sqlstate: str | None = None  # of a refusal
    message: str | None = None  # of a refusal
    unplanned: tuple[Unplanned, ...] = ()  # what it changes of target tables that no plan announces
    sides: tuple[Sided, ...] = ()  # for which table of each plan it was taken to be written
    strange: frozenset[str] = frozenset()  # functions that it calls and the catalog does not have, beside plans
    brief: Brief | None = None  # for the referee, of a sample of those that are rewritten
    outcome: str = field(init=False)  # verdict, and "opaque" for what was passed without being understood

    @property
    def shape(self) -> str:
        """Literal-free; where literals cannot be stripped for certain: hash and keyword."""
        return self.source if isinstance(self.source, str) else self.source.stripped()

    def __post_init__(self) -> None:
        object.__setattr__(self, "outcome", "opaque" if self.facts.opaque and self.verdict == "allow" else self.verdict)

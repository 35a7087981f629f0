"""What tells contexts apart: all that a verdict depends on besides the text and the moment."""

from dataclasses import dataclass
from typing import Literal

from lintel.plan.clients import ClientAttributes, Side

Encoding = Literal["utf8", "ascii alike", "other"]  # what bytes beyond ASCII may be (lintel.sql.masking)


@dataclass(frozen=True, slots=True)
class ContextKey:
    """What tells contexts apart; all of it hashable."""

    sides: tuple[tuple[str, Side | None], ...] = ()  # plan id -> side by the plan's rules; None: infer
    client: ClientAttributes | None = None  # only where a rule looks at tags, which come with each statement
    search_path: tuple[str, ...] | None = ("public",)  # None: not known at the moment
    # Schemas that the role may not use, of those with a relation of the name of one under a plan: they are not in the
    # path, but a text may put them there.
    barred: frozenset[str] = frozenset()
    path_moved: bool = False  # set in the transaction that is open: its end may bring back another one
    older: bool = False  # the transaction that is open may not see what has been filled since
    shadowed: frozenset[str] = frozenset()  # names that a temporary relation may have
    shown: tuple[tuple[bytes, tuple[bytes, ...]], ...] = ()  # the columns of such, as the server has shown them
    encoding: Encoding = "utf8"
    standard_strings: bool = True

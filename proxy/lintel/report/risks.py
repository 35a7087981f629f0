"""What a change of its table may do to a use, by rule id: from the kind of use alone, for a column yet to be named.

`lintel impact` resolves each statement under one given change and says what does happen; this says whom to ask about.
Rules that depend on the new column's name (ambiguity, capture) are therefore not among them.
"""

from lintel.sql.tokens import tokens
from lintel.store import UseRow

STAR = ("ADD-01", "ADD-20", "DRP-02", "REN-02")
WHOLE_ROW = ("ADD-23", "DRP-06")
INSERTED = ("ADD-24", "DRP-03", "DRP-07")
COPIED_IN = ("ADD-07", "DRP-03")
COPIED_OUT = ("ADD-20", "DRP-02")
NATURAL = ("ADD-21",)
NAMED = ("DRP-01", "REN-01")

WIDE = frozenset({"star", "whole_row", "positional"})


class Risks:
    """Told row by row; remembers which tables each statement uses without naming columns, and which it writes."""

    def __init__(self, rows: tuple[UseRow, ...]) -> None:
        self._words: dict[str, frozenset[str]] = {}
        self._writing = {(row.statement, row.use.table) for row in rows if row.use.kind == "write"}
        self._wide: dict[tuple[str, str], set[str]] = {}
        for row in rows:
            if row.use.kind in WIDE:
                self._wide.setdefault((row.statement, row.use.table), set()).update(self._of_wide(row))

    def of(self, row: UseRow) -> tuple[str, ...]:
        """Rule ids, sorted."""
        if row.use.kind in WIDE:
            return tuple(sorted(self._of_wide(row)))
        if row.use.column is None:
            return ()
        wide = self._wide.get((row.statement, row.use.table))
        named = NAMED if wide is None or self._names(row) else ()
        return tuple(sorted({*named, *(rule for rule in wide or () if _reaches(rule, row.use.kind))}))

    def _of_wide(self, row: UseRow) -> tuple[str, ...]:
        if row.use.kind != "positional":
            return STAR if row.use.kind == "star" else WHOLE_ROW
        writes = (row.statement, row.use.table) in self._writing
        if row.verb == "copy":
            return COPIED_IN if writes else COPIED_OUT
        return INSERTED if row.verb in ("insert", "merge") and writes else NATURAL

    def _names(self, row: UseRow) -> bool:
        """Whether the text has the column's name in it, or it comes with the star only."""
        if row.statement not in self._words:
            text = row.sql.encode()
            words = (text[t.start : t.end].decode() for t in tokens(text) if t.kind in ("ident", "quoted"))
            self._words[row.statement] = frozenset(word if word[:1] == '"' else word.lower() for word in words)
        return bool({row.use.column, f'"{row.use.column}"'} & self._words[row.statement])


def _reaches(rule: str, kind: str) -> bool:
    """What a column that is not named has of the star or position that it comes with: only its own going."""
    return rule in (("DRP-03", "DRP-07") if kind == "write" else ("DRP-02", "DRP-06"))

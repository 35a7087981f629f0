"""Statements that meet more plans than can be proved in every combination: one change at a time tells the same.

Without a server: what every combination says is the oracle.
"""

import sys

import pytest

from lintel.analysis.ddl import schema_of
from lintel.plan import Side, parse
from lintel.shield import Question, judge
from lintel.shield.tables import SIDES, Covered
from lintel.sql.grammar import parse as parse_text

CHANGES = {
    "a": ('[rename]\ncolumn = "x"\nto = "xx"', "x int", "xx int"),
    "b": ('[add]\ncolumn = "prio"\ntype = "int"\ndefault = "5"', "k int", "k int, prio int"),
    "c": ('[drop]\ncolumn = "gone"\ntype = "int"\ndefault = "7"', "k int, gone int", "k int"),
    "d": ('[retype]\ncolumn = "v"\ntype = "bigint"\nfrom = "int"', "v int", "v bigint"),
    "e": ('[add]\ncolumn = "prio"\ntype = "int"', "w text", "w text, prio int"),
    "f": ('[rename]\ncolumn = "prio"\nto = "gone"', "prio int", "gone int"),
}
PLANS = tuple(
    parse(f'id = "{name}"\npurpose = "x"\ntable = "public.{name}"\n{change}\n', "p")
    for name, (change, _, _) in CHANGES.items()
)
TEXTS = (
    "SELECT * FROM a, b, c, d, e, f",
    "SELECT a.x, v FROM a, b, c, d, e, f",
    "SELECT xx, v, b.prio, e.prio, f.gone FROM a, b, c, d, e, f",
    "SELECT prio FROM a, c, d, f WHERE EXISTS (SELECT FROM b, e WHERE b.prio = 1)",
    "SELECT prio FROM f, a, c, d WHERE EXISTS (SELECT * FROM b, e WHERE gone = 1)",
    "SELECT (SELECT gone FROM a, b, d, e LIMIT 1) FROM c, f",
    "SELECT * FROM a NATURAL JOIN b NATURAL JOIN c NATURAL JOIN d NATURAL JOIN e NATURAL JOIN f",
    "SELECT s.r FROM (SELECT * FROM a, b, c, d, e, f) AS s(q, r)",
    "INSERT INTO a SELECT a.id, v FROM a, b, c, d, e, f",
    "UPDATE b SET k = 1 FROM a, c, d, e, f WHERE x = 1 RETURNING *",
)


SHOWN = (0, 21, 63)  # which changes have been made, a bit for each


def _question(shown: int, side: Side) -> Question:
    columns = [new if shown >> at & 1 else old for at, (_, old, new) in enumerate(CHANGES.values())]
    tables = [f"CREATE TABLE {name} (id int PRIMARY KEY, {c});" for name, c in zip(CHANGES, columns, strict=True)]
    covered = Covered(schema_of("".join(tables).encode()), PLANS)
    return Question(covered, ("public",), sides={plan.id: side for plan in PLANS})


def _edits(text: str, shown: int, side: Side) -> tuple[str, object]:
    found = judge(text.encode(), parse_text(text.encode())[0], _question(shown, side))
    return found.kind, found.edits if found.kind == "rewrite" else ()


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("text", TEXTS)
def test_one_change_at_a_time_tells_what_every_combination_does(
    text: str, side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = [_edits(text, shown, side) for shown in SHOWN]
    monkeypatch.setattr(sys.modules["lintel.shield.judge"], "MAX_SCHEMAS", 2 ** len(PLANS))
    every = [_edits(text, shown, side) for shown in SHOWN]
    assert [pair for pair in zip(few, every, strict=True) if pair[0] != pair[1] and pair[0][0] != "refuse"] == []


def test_most_are_served() -> None:
    verdicts = [_edits(text, shown, side)[0] for text in TEXTS for shown in SHOWN for side in SIDES]
    assert verdicts.count("rewrite") > len(verdicts) // 2

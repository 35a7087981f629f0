"""sqlglot and the shield on the shield's own cases: they agree, or it is known why sqlglot is wrong.

What it cannot read at all is counted by reason, so that a later sqlglot, or an edit of another form, shows.
"""

import json
from collections import Counter
from pathlib import Path

import pytest
from tests.referee.corpus import KINDS, briefs, context

from lintel.brief import Brief
from lintel.dialects import NotRead
from lintel.referee.comparing import differences

KNOWN: dict[str, str] = json.loads((Path(__file__).parent / "disagreements.json").read_text())
UNREAD = {
    "copy is not read",
    "not parsed as postgres",  # EXPLAIN and DECLARE, a Command to sqlglot
    "not parsed as postgres (ParseError)",
    "a WITH query that writes",
    "a query whose outputs are not told apart",
    "a row that is expanded",
    "not resolved (OptimizeError)",
}
SHARE = {"agrees": 0.84, "not asked": 0.03}  # of each kind; of all together 0.87


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_agrees(kind: str, tmp_path: Path) -> None:
    """Every ninth case, other ones for each kind."""
    assert _counted(kind, tmp_path, one_in=9)["agrees"] > 20


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_all_agree(kind: str, tmp_path: Path) -> None:
    """Every case; the figures are printed."""
    counts = _counted(kind, tmp_path, one_in=1)
    print(kind, dict(counts))
    assert counts["agrees"] >= SHARE["agrees"] * counts.total()
    assert counts["not asked"] <= SHARE["not asked"] * counts.total()


def _counted(kind: str, directory: Path, one_in: int) -> Counter[str]:
    counts: Counter[str] = Counter()
    for case, brief in briefs(kind, directory, one_in):
        found = None if brief is None else _said(brief)
        assert not isinstance(found, str) or found in UNREAD, (case.name, found)
        assert not isinstance(found, list) or not found or case.name in KNOWN, (case.name, found, brief)
        counts["not asked" if found is None else "unread" if isinstance(found, str) else _verdict(found)] += 1
    return counts


def _said(brief: Brief) -> list[str] | str:
    """The differences, or why it was not read."""
    try:
        return differences(brief)
    except NotRead as why:
        return str(why)


def _verdict(found: list[str]) -> str:
    return "disagrees" if found else "agrees"


# Seeded wrong rewrites: what stands in the text for the server, and what it is made.
WRONG = (
    ("SELECT * FROM orders", "orders.id, orders.cid", "orders.cid, orders.id"),
    ("SELECT * FROM orders", ", orders.note", ""),
    ("SELECT * FROM orders", "orders.note", "orders.total AS note"),
    ("SELECT * FROM orders", "orders.note", "orders.note AS remark"),
    ("SELECT * FROM orders", "orders.note", "orders.note, orders.priority"),
    ("SELECT * FROM orders WHERE cid = 1", "WHERE cid", "WHERE id"),
    ("SELECT o.*, c.cid FROM orders o JOIN customers c ON o.cid = c.cid", "o.cid = c.cid", "o.id = c.cid"),
    ("SELECT *, 1 FROM orders ORDER BY total", "ORDER BY total", "ORDER BY id"),
    ("SELECT * FROM orders", "FROM orders AS", "FROM archive AS"),
    ("INSERT INTO orders VALUES (1, 2, 3, 'x')", "(id, cid, total, note)", "(id, total, cid, note)"),
    ("INSERT INTO orders SELECT id, cid, total, note FROM archive", "(id, cid, total", "(cid, id, total"),
    ("INSERT INTO orders SELECT id, cid, total, note FROM archive", "(id, cid, total, note)", "(id, cid, total)"),
    ("INSERT INTO orders VALUES ($1, $2, $3, $4)", "(id, cid, total, note)", "(id, total, cid, note)"),
    ("UPDATE orders SET total = $1, cid = $2 WHERE id = $3 RETURNING *", "$1, cid = $2", "$2, cid = $1"),
    ("UPDATE orders SET total = $1 WHERE id = $2 RETURNING *", "id = $2", "id = $1"),
    ("UPDATE orders SET total = cid WHERE id = 1 RETURNING *", "orders.id, orders.cid", "orders.cid, orders.id"),
    ("UPDATE orders SET total = cid WHERE id = 1 RETURNING *", "total = cid", "total = id"),
    ("UPDATE orders SET total = cid WHERE id = 1 RETURNING *", "WHERE id", "WHERE cid"),
    ("DELETE FROM orders WHERE id = 1 RETURNING *", ", orders.note", ""),
    ("DELETE FROM orders WHERE id = 1 RETURNING *", "WHERE id", "WHERE cid"),
)


@pytest.mark.parametrize(("text", "right", "wrong"), WRONG)
def test_a_wrong_rewrite_is_seen(text: str, right: str, wrong: str, tmp_path: Path) -> None:
    brief = context("add", "old", tmp_path).decide(text.encode()).statement.brief
    assert differences(brief) == []
    assert right in brief.server
    assert differences(brief._replace(server=brief.server.replace(right, wrong))) != []

"""Random statements over columns of many types through the shield, as test_random has them over integers."""

import pytest
from tests.shield.one_change import Change
from tests.shield.random_typed import asked
from tests.shield.test_random import differences
from tests.shield.typed_world import WORLD, every_change

from lintel.demo.postgres import Server

EVERY = {f"{c.kind}_{c.table}_{c.column}_{c.side}_{c.other}": c for c in every_change()}
SOME = (
    "add_people_tags_new_",
    "drop_people_code_old_",
    "rename_items_mood_old_other",
    "retype_items_qty_old_text",
    "retype_items_label_new_text",
    "discard_people_worth_new_",
)


@pytest.mark.parametrize("change", [EVERY[name] for name in SOME], ids=SOME)
def test_random_statements(server: Server, change: Change) -> None:
    found, verdicts = differences(server, [change], asked(change, "7", 30), WORLD)
    assert not found, f"{len(found)} differences; the first:\n{found[0]}"
    assert verdicts["rewrite"] > 0


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("change", EVERY.values(), ids=EVERY)
def test_many_random_statements(server: Server, change: Change) -> None:
    found, _ = differences(server, [change], asked(change, "8", 200), WORLD)
    assert not found, f"{len(found)} differences; the first:\n{found[0]}"

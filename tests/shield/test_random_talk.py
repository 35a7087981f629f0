"""Random conversations: through Lintel, beside whoever alters its tables, a client hears what its own tables say.

The draws are seeded; where others do something between two messages of one pipeline, when the server has read the
first of them is not. A refusal is never wrong; what was said before it has been compared.
"""

import random
from pathlib import Path

import pytest
from tests.shield.random_talk import Side, Talk
from tests.shield.talking import ALTERS, PARKED, World, differences

from lintel.demo.postgres import Server

EVENTS = ("alter", "alter", "alter through", "make", "land")
SIDES: tuple[Side, ...] = ("old", "new")
AWAY = {"old": 0.8, "new": 0.2}  # how often a table is not as the client knows it, at first


def difference(world: World, seed: str) -> str | None:
    """Of one conversation; empty where it was refused."""
    chance = random.Random(f"world {seed}")
    side = chance.choice(SIDES)
    events = EVENTS if chance.random() < 0.75 else ()
    came = [k for k in PARKED if k not in world.parked]  # the values of the last are about to land, or have
    k = chance.choice([*world.parked[:1], *came[-1:]])
    world.reset([table for table in ALTERS if chance.random() < AWAY[side]], k)
    script = Talk(seed, side, events, k).script_of(chance.randint(3, 9))
    found = world.difference(script, side, k)
    return f"{seed}, {side}:\n{found}" if found else found


@pytest.mark.in_turn
def test_random_conversations(server: Server, tmp_path: Path) -> None:
    found, served = differences(difference, server, tmp_path, range(24))
    assert not found, f"{len(found)} differences; the first:\n{found[0]}"
    assert served[True] > 15


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("first", range(1000, 1400, 50))
def test_many_random_conversations(server: Server, tmp_path: Path, first: int) -> None:
    found, _ = differences(difference, server, tmp_path, range(first, first + 50))
    assert not found, f"{len(found)} differences; the first:\n{found[0]}"

"""Random conversations while plans come and go: what the client hears is what its own tables say, all the time.

A plan is taken out of force and put back only while its table is as the client knows it, so that with the plan and
without it the answer is the same; what the server gets for it is not. The tables that others keep altering stay under
plans, which become others in nothing but their purpose: every session decides anew.
"""

import random
from pathlib import Path

import pytest
from tests.shield.random_talk import Side, Talk
from tests.shield.talking import ALTERS, PARKED, World, differences
from tests.shield.test_random_talk import AWAY, SIDES
from tests.shield.twins import done

from lintel.demo.postgres import Server

ALTERING = ("alter", "alter through", "reload", "reload", "reload", "reload", "make")
SWITCHING = ("switch", "switch", "reload", "make")


def difference(world: World, seed: str) -> str | None:
    """Of one conversation; empty where it was refused."""
    chance = random.Random(f"reloads {seed}")
    side: Side = chance.choice(SIDES)
    switching = side == "old" and bool(world.parked) and chance.random() < 0.3
    still = [table for table in ALTERS if switching or chance.random() < 0.5]
    came = [k for k in PARKED if k not in world.parked]
    k = world.parked[0] if switching else chance.choice([*world.parked[:1], *came[-1:]])
    turned = [table for table in ALTERS if (side == "new" if table in still else chance.random() < AWAY[side])]
    world.reset(turned, k)
    world.still = frozenset((*still, k) if switching else still)
    done(world.migrator, "COMMENT ON TABLE plain IS NULL")  # what has been altered is known
    script = Talk(seed, side, SWITCHING if switching else ALTERING, k).script_of(chance.randint(3, 9))
    found = world.difference(script, side, k)
    return f"{seed}, {side}, {', '.join(still)} not altered:\n{found}" if found else found


@pytest.mark.in_turn
def test_random_reloads(server: Server, tmp_path: Path) -> None:
    found, served = differences(difference, server, tmp_path, range(20))
    assert not found, f"{len(found)} differences; the first:\n{found[0]}"
    assert served[True] > 12


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("first", range(1000, 1400, 50))
def test_many_random_reloads(server: Server, tmp_path: Path, first: int) -> None:
    found, _ = differences(difference, server, tmp_path, range(first, first + 50))
    assert not found, f"{len(found)} differences; the first:\n{found[0]}"

"""Random statements that meet somebody else's open transaction over the same rows, and may have to wait for it.

On a database that has the columns, and through Lintel on one that parks them: what both clients are told, and what is
in the tables when both have ended, must be the same.
"""

import random
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.shield.planned import SECONDS
from tests.shield.random_parking import keyed, speaking_of
from tests.shield.test_random_parking import TABLES
from tests.shield.twins import Told, Twins, alike, is_known, told, twins
from tests.shield.wire_client import Client, Reply, query

from lintel.demo.postgres import Server

WAITS = "SELECT 1 FROM pg_locks WHERE pid = {} AND NOT granted"
ISOLATIONS = ("READ COMMITTED", "READ COMMITTED", "READ COMMITTED", "REPEATABLE READ")


def met(connect: Callable[[], Client], texts: list[str], isolation: str, end: str) -> tuple[list[Told], bool]:
    """What two clients are told of `texts`, the last of which is the second one's; and whether Lintel refused any."""
    with connect() as first, connect() as second, connect() as watching:
        replies = [first.simple("BEGIN"), second.simple(f"BEGIN ISOLATION LEVEL {isolation}")]
        second.simple("SELECT c FROM t1")  # takes the snapshot of a REPEATABLE READ transaction
        replies += [first.simple(text) for text in texts[:-1]]
        second.send(query(texts[-1]))
        deadline = time.monotonic() + SECONDS
        while not second.answered() and not watching.simple(WAITS.format(second.pid)).rows:
            assert time.monotonic() < deadline
            time.sleep(0.002)
        replies.append(first.simple(end))
        replies += [second.reply(), second.simple("COMMIT")]
    return [told(reply) for reply in replies], any(map(_refused, replies))


def _refused(reply: Reply) -> bool:
    return reply.error is not None and reply.error["M"].startswith("lintel:")


def differences(made: Twins, seed: str, count: int) -> tuple[list[str], int]:
    """Where the two differ, and how many were compared."""
    found: list[str] = []
    served = 0
    for number in range(count):
        chance = random.Random(f"{seed}:{number}")
        texts = [re.sub(r"\$\d+", "3", keyed(f"{seed}:{number}:{n}")) for n in range(chance.choice((2, 2, 3)))]
        isolation, end = chance.choice(ISOLATIONS), chance.choice(("COMMIT", "COMMIT", "ROLLBACK"))
        made.restore()
        parked, refused = met(made.connect_parked, texts, isolation, end)
        if refused:
            continue
        real, _ = met(made.connect_real, texts, isolation, end)
        sqls = ["BEGIN", "BEGIN", *texts[:-1], end, texts[-1], "COMMIT"]
        if any(is_known(*answers) for answers in zip(sqls, real, parked, strict=True) if not alike(*answers[1:])):
            continue
        served += 1
        held = made.contents(made.real), made.contents(made.parked)
        if not all(map(alike, real, parked)) or held[0] != held[1]:
            found.append(f"{seed}:{number} {texts} {isolation} {end}\n  {real}\n  {parked}\n  {held[0]}\n  {held[1]}")
    return found, served


@pytest.mark.in_turn
def test_random_waiting(server: Server, tmp_path: Path) -> None:
    with speaking_of(), twins(server, TABLES, tmp_path) as (made, _):
        found, served = differences(made, "1", 25)
    assert not found, f"{len(found)} differences; the first:\n{found[0]}"
    assert served > 10


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", ["2", "3"])
def test_much_random_waiting(server: Server, tmp_path: Path, seed: str) -> None:
    with speaking_of(), twins(server, TABLES, tmp_path) as (made, _):
        found, _ = differences(made, seed, 1_000)
    assert not found, f"{len(found)} differences; the first:\n{found[0]}"

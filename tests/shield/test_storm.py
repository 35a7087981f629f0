"""A storm: old and new clients at work while somebody adds and drops the column again and again, directly.

Nobody waits for anybody, and nothing but the locks of the server orders what happens. Every answer must be one of the
client's own schema (a new client's column may read as its default or as its value, within a transaction as one of the
two), every write to the column done or refused, and what was done must be there in the end. The draws are seeded; when
the threads meet is not.
"""

import random
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.shield.case import Case, Side, everything
from tests.shield.change import Change, plans_met, preparable, tables_of
from tests.shield.outcome import Outcome, differences
from tests.shield.wire_client import Client, Reply
from tests.shield.world import Sessions

CLIENTS: tuple[Side, ...] = ("old", "new", "old", "new", "old", "new")
TURNS = 400  # of each client
WAYS = ("simple", "extended", "prepared")
PAUSE = 0.02  # at most, between two changes
FIRST_ROW = 100_000  # of the rows that are written to stay

# Answers without error by side, number of the case, way: on each schema that this side may find.
Answers = dict[tuple[str, int, str], list[Reply]]


def _pool(side: Side) -> list[Case]:
    """Reads of the one planned table that run beside each other without waiting for each other's rows."""
    served = [case for case in everything() if case.side == side and preparable(case) and case.verdict != "refuse"]
    reads = [case for case in served if not case.writes and not re.search(r"\bFOR\b", case.steps[0].sql)]
    alone = [case for case in reads if tables_of(case) == ["orders"] and plans_met(case) == 1]
    return [case for case in alone if not case.flags & {"unstable", "pg17", "pg18"}]


POOLS: dict[str, list[Case]] = {side: _pool(side) for side in ("old", "new")}


@dataclass
class Storm:
    """What the threads share."""

    sessions: Sessions
    answers: Answers
    over: threading.Event = field(default_factory=threading.Event)
    wrong: list[str] = field(default_factory=list)
    written: set[int] = field(default_factory=set)
    served: int = 0
    refused: int = 0
    changes: int = 0


def test_storm(sessions: Sessions) -> None:
    """All at once."""
    storm = Storm(sessions, _answers(sessions))
    with ThreadPoolExecutor(len(CLIENTS) + 1) as threads:
        changing = threads.submit(_change, storm)
        working = [threads.submit(_work, storm, number, side) for number, side in enumerate(CLIENTS)]
        for done in working:
            done.result()
        storm.over.set()
        changing.result()
    rows = sessions.databases.run("moving", f"SELECT aid FROM animals WHERE aid >= {FIRST_ROW}").rows
    sessions.databases.restore("moving")
    assert not storm.wrong, "\n".join(storm.wrong[:5])
    assert {int(row[0] or 0) for row in rows} == storm.written
    assert storm.changes > 5
    assert storm.refused < len(storm.written)


def _answers(sessions: Sessions) -> Answers:
    """What each statement comes to directly."""
    found: Answers = {}
    for side, databases in (("old", ("bare",)), ("new", ("fresh", "filled"))):
        for name in databases:
            with sessions.session(name, "storm", through=False, keep=False) as client:
                for number, case in enumerate(POOLS[side]):
                    for way in WAYS:
                        reply = _send(client, case, way, f"p{number}", set())
                        found.setdefault((side, number, way), []).append(reply)
    return {key: replies for key, replies in found.items() if not any(reply.error for reply in replies)}


def _change(storm: Storm) -> None:
    """Add and drop, each in a transaction of its own, until the clients have done."""
    draw = random.Random(7)
    with storm.sessions.connect("moving", "changes", through=False) as client:
        while not storm.over.is_set():
            for table in ("orders", "animals"):
                change = Change(storm.sessions.databases, [table])
                for sql in (change.adding, change.dropping):
                    reply = client.simple(f"BEGIN; {sql} COMMIT")
                    assert reply.error is None, reply.error
                    storm.changes += 1
                    time.sleep(draw.random() * PAUSE)


def _work(storm: Storm, number: int, side: Side) -> None:
    draw = random.Random(number)
    prepared: set[str] = set()
    with storm.sessions.connect("moving", f"{side}-storm") as client:
        for turn in range(TURNS):
            if draw.random() < 0.2:
                _write(storm, client, side, FIRST_ROW + number * TURNS + turn, draw)
            elif draw.random() < 0.5:
                _read(storm, client, side, draw, prepared)
            else:
                _read_in_block(storm, client, side, draw, prepared)


def _read(storm: Storm, client: Client, side: Side, draw: random.Random, prepared: set[str]) -> set[int]:
    """One statement; returns which of the side's schemas its answer may be from."""
    _, number, way = draw.choice([key for key in storm.answers if key[0] == side])
    case = POOLS[side][number]
    got = _send(client, case, way, f"p{number}", prepared)
    compared = [_compared(case, wanted, got) for wanted in storm.answers[side, number, way]]
    if all(compared):
        storm.wrong.append("\n".join([case.name, case.steps[0].sql, way, *compared[-1]]))
    storm.served += 1
    return {at for at, found in enumerate(compared) if not found}


def _read_in_block(storm: Storm, client: Client, side: Side, draw: random.Random, prepared: set[str]) -> None:
    """Two of them in one transaction: the first holds the table's lock, so both are of one schema."""
    client.simple("BEGIN")
    seen = _read(storm, client, side, draw, prepared) & _read(storm, client, side, draw, prepared)
    client.simple("COMMIT")
    if not seen:
        storm.wrong.append("two answers of one transaction are of different schemas (or one of none)")


def _write(storm: Storm, client: Client, side: Side, row: int, draw: random.Random) -> None:
    """A row that stays, and is there in the end exactly if the client was told so."""
    sql = f"INSERT INTO animals VALUES ({row}, 'x')"
    if side == "new":
        sql = f"INSERT INTO animals (aid, name, legs) VALUES ({row}, 'x', 3)"
    reply = client.simple(sql) if draw.random() < 0.5 else client.extended(sql)
    error = reply.error
    if error is None:
        storm.written.add(row)
    elif side == "new" and error["C"] == "42703" and error["M"].startswith("lintel:"):
        storm.refused += 1
    else:
        storm.wrong.append(f"{sql}: {error}")


def _send(client: Client, case: Case, way: str, name: str, prepared: set[str]) -> Reply:
    step = case.steps[0]
    if way == "simple" and not step.params:
        return client.simple(step.sql)
    if way != "prepared":
        return client.extended(step.sql, step.params)
    if name not in prepared:
        client.prepare(name, step.sql)
        prepared.add(name)
    return client.run(name, step.params)


def _compared(case: Case, wanted: Reply, got: Reply) -> list[str]:
    """Where they differ but for the status: one was asked for in a block, the other alone."""
    got.status = wanted.status
    return differences(case, Outcome([wanted]), Outcome([got]))

"""Literals, passwords and what is no SQL never reach the store: everything is decided, recorded, and searched for."""

from pathlib import Path

import pytest

from lintel.analysis.ddl import schema_of
from lintel.policy import ContextKey, Policy
from lintel.recorder import Recorder

CANARY = "canary4711"
TEXTS = [
    f"SELECT * FROM orders WHERE name = '{CANARY}'",
    f"SELECT E'\\'{CANARY}', $x${CANARY}$x$, U&'{CANARY}' FROM orders -- {CANARY}",
    f"/* {CANARY} */ INSERT INTO orders VALUES (1, '{CANARY}')",
    f"SELECT {CANARY} secrets here",
    f"SELECT '{CANARY}",
    f"SELECT nothing FROM orders WHERE '{CANARY}' = nothing",
    f"ALTER ROLE x PASSWORD '{CANARY}'",
    f"CREATE TABLE t AS SELECT '{CANARY}' AS x FROM orders",
    f"PREPARE p AS SELECT '{CANARY}' FROM orders",
    f"EXECUTE p('{CANARY}')",
    f"COPY orders FROM '/{CANARY}'",
    f"COPY orders TO PROGRAM '{CANARY}'",
    f"DO $$ {CANARY} $$",
    f"SET x.y = '{CANARY}'",
    f"SELECT 1; SELECT 2 FROM orders WHERE '{CANARY}' = '{CANARY}'",
    f"SELECT * FROM query_to_xml('{CANARY}', true, true, '')",
    f"EXPLAIN SELECT '{CANARY}' FROM orders",
]


def everything(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


@pytest.mark.check(30)
@pytest.mark.parametrize("on_strings", [True, False])
async def test_no_canary_in_the_store(tmp_path: Path, on_strings: bool) -> None:
    context = Policy(schema_of(b"CREATE TABLE orders (id int, name text)")).context(
        ContextKey(standard_strings=on_strings)
    )
    recorder = Recorder(tmp_path / "lintel.db", interval=60)
    recorder.start()
    for text in TEXTS:
        recorder.observe(context.decide(text.encode()).statement, recorder.tally("app", "shop"), "42601")
    await recorder.close()
    stored = everything(tmp_path)
    assert b"orders" in stored
    assert CANARY.encode() not in stored

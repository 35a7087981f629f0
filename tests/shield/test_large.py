"""Loud texts with so much behind them that it is not kept for another try: the table is looked at ahead of them."""

from collections.abc import Callable

import pytest
from tests.shield.planned import Planning
from tests.shield.wire_client import SYNC, Client, Reply, bind, describe, execute, parse

pytestmark = pytest.mark.in_turn

PLAN = '[rename]\ncolumn = "note"\nto = "remark"'
TABLE = "CREATE TABLE o (id int, note text)", "INSERT INTO o VALUES (1, 'a')"
WRITE = "UPDATE o SET note = $1 WHERE id = 1"
LARGE = "x" * (1 << 20)


def _query(client: Client) -> Reply:
    return client.simple(WRITE.replace("$1", f"'{LARGE}'"))


def _text(client: Client) -> Reply:
    return client.extended(WRITE.replace("$1", f"'{LARGE}'"))


def _value(client: Client) -> Reply:
    return client.extended(WRITE, [LARGE])


def _prepared(client: Client) -> Reply:
    return client.run("s", [LARGE])


def _pipeline(client: Client) -> Reply:
    once = parse("", WRITE), bind("", [LARGE]), describe("P"), execute()
    return client.exchange(*once, *once, SYNC)


@pytest.mark.parametrize("way", [_query, _text, _value, _prepared, _pipeline])
def test_written_right_behind_the_change(planned: Planning, way: Callable[[Client], Reply]) -> None:
    front = planned(PLAN, *TABLE)
    with Client(front.database, "old", host="127.0.0.1", port=front.proxy.port) as client:
        assert client.prepare("s", WRITE).error is None
        assert client.run("s", ["b"]).error is None
        front.direct.execute("ALTER TABLE o RENAME COLUMN note TO remark")
        assert way(client).error is None
        assert client.simple("SELECT length(note) FROM o").rows == [(b"%d" % len(LARGE),)]

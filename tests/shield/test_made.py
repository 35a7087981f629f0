"""Rows of a planned table in what a transaction has made itself: made/*.sql, against the client's own table.

The database has the column already, the client does not know it. A file has sections: `## setup`, `## change` (what
makes the physical table of the client's) and `## try`, there a paragraph each: DDL, a line for each statement, and
then what is tried behind it, each by itself: `> statement`, which must be answered as on the client's own table;
`refuse> statement`. All of it is sent in three ways: one after the other, as one text, and in one pipeline. `apart>` is
refused as one text: as of the part that is not understood nobody can say which names of the text it speaks of.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from tests.shield.planned import Planning
from tests.shield.wire_client import SYNC, Client, Reply, bind, describe, execute, parse

from lintel.demo.postgres import Server

pytestmark = pytest.mark.in_turn

FILES = sorted((Path(__file__).parent / "made").glob("*.sql"))
PLAN = '[add]\ncolumn = "prio"\ntype = "int"\ndefault = "5"'
USERS = 16384  # the first oid that is not initdb's: what was made has another one in each database
WAYS = ("queries", "one text", "pipeline")
REFUSED = {"": (), "refuse": WAYS, "apart": ("one text",)}


@pytest.mark.check(25)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_made(server: Server, planned: Planning, file: Path) -> None:
    """Every statement of the file, in every way."""
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", file.read_text(), re.MULTILINE | re.DOTALL))
    with ExitStack() as stack:
        own = stack.enter_context(_own(server, planned.database, sections["setup"]))
        front = planned(PLAN, sections["change"])
        client = stack.enter_context(Client(planned.database, "old", host="127.0.0.1", port=front.proxy.port))
        found = [
            f"{way}: {'; '.join(ddl)}\n  {used}\n  {said}"
            for ddl, expected, used in _cases(sections["try"])
            for way in WAYS
            if (said := _wrong(_tried(own, ddl, used, way), _tried(client, ddl, used, way), way in REFUSED[expected]))
        ]
    assert not found, "\n".join(found)


@contextmanager
def _own(server: Server, database: str, setup: str) -> Iterator[Client]:
    """Directly at the table that the client was built for, in a copy made before the change: its OIDs are the same."""
    name = database.rsplit("/", 1)[1]
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(setup)
    with psycopg.connect(server.dsn(), autocommit=True) as control:
        control.execute(f"CREATE DATABASE {name}_own TEMPLATE {name}")
        with Client(server.dsn(f"{name}_own"), "direct") as client:
            yield client
        control.execute(f"DROP DATABASE {name}_own WITH (FORCE)")


def _cases(text: str) -> Iterator[tuple[list[str], str, str]]:
    """(DDL, what is expected, what is tried behind it)."""
    for paragraph in re.split(r"\n\n+", text.strip()):
        lines = paragraph.splitlines()
        ddl = [line for line in lines if not re.match("(refuse|apart)?> ", line)]
        tried = (line.partition("> ") for line in lines[len(ddl) :])
        yield from ((ddl, expected, used) for expected, _, used in tried)


def _tried(client: Client, ddl: list[str], used: str, way: str) -> Reply:
    """The reply to all of it, or where it is not sent at once, to the last; rolled back."""
    client.simple("BEGIN")
    if way == "queries":
        for text in ddl:
            assert not (error := client.simple(text).error), (text, error)
        reply = client.extended(used) if used[:4] != "COPY" else client.simple(used)
    elif way == "one text":
        reply = client.simple("; ".join([*ddl, used]))
    else:
        reply = client.exchange(*(_sent(text) for text in [*ddl, used]), SYNC)
    client.simple("ROLLBACK")
    return reply


def _sent(text: str) -> bytes:
    return parse("", text) + bind("") + describe("P") + execute()


def _wrong(wanted: Reply, got: Reply, refused: bool) -> str | None:
    """Where the answers differ, or a refusal is none."""
    error = (got.error or {}).get("M", "")
    if refused:
        return None if error.startswith("lintel:") else f"not refused: {got}"
    return None if _seen(got) == _seen(wanted) else f"wanted {wanted}\n  got {got}"


def _seen(reply: Reply) -> object:
    """What a client sees of the last statement."""
    if reply.error is not None:
        return reply.error["C"]
    last = reply.results[-1]
    fields = [(f.name, min(f.type_oid, USERS), f.typmod) for f in last.fields or ()]
    return fields, sorted(last.rows, key=repr), last.copied, last.tag

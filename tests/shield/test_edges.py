r"""What no generator thinks of: edges/*.sql, each with tables of its own, plans on them, and what clients may send.

A file has sections: `## setup`, `## change` (the ALTERs), `## plan` (several), `## path` (a search_path) and `## try`,
there a line each: `SIDE: statement`, which must be answered as on the client's own table, whichever table the database
has, or fail in analysis on the one that it was not edited for; `SIDE refuse: statement`; `SIDE 22P02: statement`, where
the other table cannot keep or give a value. `SIDE?` is a client without a rule. ` @@ a | b` gives the parameters, and
after COPY its data; `pgNN` before the colon needs that version.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from tests.catalog.snapshots import taken
from tests.shield.wire_client import Client, Reply

from lintel import plan
from lintel.demo.postgres import Server
from lintel.plan import Plan, Side
from lintel.policy import Context, ContextKey, Policy

FILES = sorted((Path(__file__).parent / "edges").glob("*.sql"))
LINE = re.compile(r"(old|new)(\?)?(?: (refuse|\w{5}))?(?: pg(\d+))?: (.*?)(?: @@ (.*))?")
OTHER: dict[Side, Side] = {"old": "new", "new": "old"}


@dataclass
class Edges:
    """The databases of one file, by the side of the change that they are on, and what decides for each."""

    clients: dict[Side, Client]
    policies: dict[Side, Policy]
    plans: tuple[Plan, ...]
    path: tuple[str, ...]

    def context(self, side: Side, physical: Side, *, by_rule: bool) -> Context:
        """Of a client of one side in front of a database of one."""
        sides = tuple((p.id, side if by_rule else None) for p in self.plans)
        return self.policies[physical].context(ContextKey(sides=sides, search_path=self.path))


def _sections(file: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, text in re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", file.read_text(), re.MULTILINE | re.DOTALL):
        found.setdefault(name, []).append(text)
    return found


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def file(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def edges(server: Server, database: str, file: Path) -> Iterator[Edges]:
    sections = _sections(file)
    name = database.rsplit("/", 1)[1]
    with psycopg.connect(server.dsn(), autocommit=True) as control, ExitStack() as stack:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(sections["setup"][0])
        control.execute(f"CREATE DATABASE {name}_new TEMPLATE {name}")  # the same OIDs of types
        stack.callback(control.execute, f"DROP DATABASE {name}_new WITH (FORCE)")
        dsns: dict[Side, str] = {"old": database, "new": server.dsn(f"{name}_new")}
        clients: dict[Side, Client] = {side: stack.enter_context(Client(dsn, "edges")) for side, dsn in dsns.items()}
        plans = tuple(plan.parse(text, file.name) for text in sections["plan"])
        before = taken(dsns["old"])
        assert not clients["new"].simple(sections["change"][0]).error
        path = tuple(sections.get("path", ["public"])[0].split())
        for client in clients.values():
            client.simple(f"SET search_path = {', '.join(path)}")
        old = Policy(before, plans)
        yield Edges(clients, {"old": old, "new": old.follow(taken(dsns["new"]))}, plans, path)


@pytest.mark.check(25)
def test_edges(server: Server, edges: Edges, file: Path) -> None:
    """Every line of the file, on both tables."""
    found: list[str] = []
    for line in _sections(file)["try"][0].splitlines():
        if not line:
            continue
        parsed = LINE.fullmatch(line)
        assert parsed, line
        side: Side = "old" if parsed[1] == "old" else "new"
        inferred, expected, major, sql, given = parsed.groups()[1:]
        if not major or server.major >= int(major):
            found += [f"{line}\n  {said}" for said in _wrong(edges, side, not inferred, expected, sql, given)]
    assert not found, "\n".join(found)


def _wrong(edges: Edges, side: Side, by_rule: bool, expected: str | None, sql: str, given: str | None) -> Iterator[str]:
    wanted = _run(edges.clients[side], sql, given)
    for physical in (OTHER[side], side):
        decision = edges.context(side, physical, by_rule=by_rule).decide(sql.encode())
        refused = decision.statement.verdict == "refuse"
        if refused != (expected == "refuse") and physical != side:
            yield f"{decision.statement.verdict}: {decision.statement.message}"
        if refused:
            continue
        sent = decision.sent(sql.encode()).decode()
        for where in (physical, OTHER[physical]):
            got = _run(edges.clients[where], sent, given)
            loud = where != physical and got.error is not None
            if expected not in (None, "refuse") and (got.error or {}).get("C") == expected:
                continue
            if expected not in (None, "refuse") and where != side:
                yield f"{sent}\n  not {expected}, but {got}"
            elif _seen(got) != _seen(wanted) and not loud:
                yield f"{sent}\n  wanted {wanted}\n  got {got}"


def _run(client: Client, sql: str, given: str | None) -> Reply:
    client.simple("BEGIN")
    if sql.startswith("COPY"):
        reply = client.simple(sql, (given or "").encode().decode("unicode_escape").encode())
    else:
        numbers = max((int(number) for number in re.findall(r"\$(\d+)", sql)), default=0)
        reply = client.extended(sql, [v.strip() for v in given.split("|")] if given else ["3"] * numbers)
    client.simple("ROLLBACK")
    return reply


def _seen(reply: Reply) -> object:
    """What a client sees, the rows in any order; of an error its SQLSTATE."""
    results = [(r.fields, r.parameters, sorted(r.rows, key=repr), r.tag) for r in reply.results]
    return (
        reply.error["C"] if reply.error else (results, sorted(b"".join(r.copied for r in reply.results).split(b"\n")))
    )

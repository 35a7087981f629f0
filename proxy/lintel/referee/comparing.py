"""The two texts of a brief held against each other, as sqlglot reads them. Runs in the referee's own process."""

import re

from lintel.brief import Brief
from lintel.referee.reading import Bases, NotKnown, Outputs, Reading, Side, read

_PREFIX = re.compile(r"lintel[0-9]*_")
MAX_TOLD = 4  # differences that are told of one statement


def differences(brief: Brief) -> list[str]:
    """In what the two do not come to the same; names only. Raises dialects.NotRead."""
    tables = brief.tables
    planned = {(one.schema, one.name): dict(one.planned) for one in tables}
    own = Side({(one.schema, one.name): one.client for one in tables}, planned, brief.search_path, None)
    there = Side({(one.schema, one.name): one.server for one in tables}, planned, brief.search_path, _prefix(brief))
    client = read(brief.client, own)
    try:
        server = read(brief.server, there)
    except NotKnown as relation:
        return [f"for the server it names {relation}"]
    found = _compared(client, server, frozenset(brief.dropped))
    return found if len(found) <= MAX_TOLD else [*found[:MAX_TOLD], f"and {len(found) - MAX_TOLD} more"]


def _prefix(brief: Brief) -> str | None:
    client = brief.client.lower()
    return next((found for found in _PREFIX.findall(brief.server.lower()) if found not in client), None)


def _compared(client: Reading, server: Reading, dropped: Bases) -> list[str]:
    found = []
    if client.outputs != server.outputs:
        found.append(f"outputs: {_told(client.outputs)}; for the server {_told(server.outputs)}")
    for clause in sorted(client.reads.keys() | server.reads.keys()):
        own, sent = client.reads.get(clause, set()), server.reads.get(clause, set())
        more = set() if clause == "group" else sent - own  # columns that depend on a key may be there too (trap T1)
        less = own - sent
        if more or less:
            found.append(f"{clause}: {_listed(less)} read; for the server {_listed(more)}")
    ours, theirs = _written(client, dropped), _written(server, dropped)
    found += [
        f"{label}: set to {_listed(ours.get(label, set()))}; for the server {_listed(theirs.get(label, set()))}"
        for label in sorted(ours.keys() | theirs.keys())
        if ours.get(label) != theirs.get(label)
    ]
    return found


def _written(reading: Reading, dropped: Bases) -> dict[str, set[Bases]]:
    """What is set, but for columns whose writes are dropped, and for those set to themselves in their place."""
    return {
        label: {frozenset(base for base in bases if not (dropped and base.startswith("value "))) for bases in values}
        for label, values in reading.writes.items()
        if label not in dropped and not (dropped and values == {frozenset({label})})
    }


def _told(outputs: Outputs) -> str:
    return ", ".join(f"{name} of {_one(bases)}" for name, bases in outputs) or "nothing"


def _listed(every: set[Bases]) -> str:
    return ", ".join(sorted(map(_one, every))) or "nothing"


def _one(bases: Bases) -> str:
    return "+".join(sorted(bases)) or "no column"

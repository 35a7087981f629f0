"""DO: what its block reads and writes, listed beside the reason why it is opaque all the same.

Only for tools: the proxy does not read bodies (sql.plpgsql).
"""

from collections.abc import Iterator

from lintel.analysis.resolution import Node, Resolution
from lintel.analysis.routines import body_of, reads
from lintel.analysis.world import World
from lintel.schema.code import Routine
from lintel.sql.grammar import RawStatement, SyntaxProblem, TooDeep


def blocks(statements: list[RawStatement], world: World) -> Iterator[Resolution]:
    """Every statement of the PL/pgSQL blocks among these, resolved."""
    for raw in statements:
        if "DoStmt" in raw.node:
            yield from _block(_arguments(raw.node["DoStmt"]), world)


def _arguments(do: Node) -> dict[str, str]:
    given = [entry["DefElem"] for entry in do.get("args", [])]
    return {one["defname"]: one["arg"]["String"].get("sval", "") for one in given if "String" in one.get("arg", {})}


def _block(given: dict[str, str], world: World) -> Iterator[Resolution]:
    if given.get("language", "plpgsql") != "plpgsql":
        return
    routine = Routine("do", "plpgsql", "", None, (), given.get("as", ""), world.search_path)
    try:
        body = body_of(routine)
    except (SyntaxProblem, TooDeep):
        return
    for found in reads(routine, body, world.schema, world.search_path):
        if not isinstance(found, str):
            yield found.result

"""The order in which the queries of a WITH RECURSIVE are resolved: each after those that it names (parse_cte.c)."""

from lintel.analysis.resolution import Node


def in_order(ctes: list[Node]) -> list[Node]:
    """The queries, those that others name before them; as written where that is already so."""
    if len(ctes) < 2:
        return ctes
    names = {cte["ctename"] for cte in ctes}
    waiting = {cte["ctename"]: _named(cte["ctequery"], names) - {cte["ctename"]} for cte in ctes}
    left, ordered = list(ctes), []
    while left:
        # Mutual recursion is an error in the server: any order will do.
        ready = next((cte for cte in left if not waiting[cte["ctename"]]), left[0])
        left.remove(ready)
        ordered.append(ready)
        for needed in waiting.values():
            needed.discard(ready["ctename"])
    return ordered


def _named(query: Node, names: set[str]) -> set[str]:
    """Which of the names stand in FROM anywhere under a query; a local WITH that hides one only costs the order."""
    found = set()
    stack: list[object] = [query]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(node)
        elif isinstance(node, dict):
            if "relname" in node and "schemaname" not in node:
                found.add(node["relname"])
            stack.extend(node.values())
    return found & names

"""What a statement changes for those behind it in the same text: the server analyses each when it comes to it.

The search_path is followed; a relation that was made or altered is doubted. Knows nothing of sessions.
"""

from dataclasses import replace

from lintel.analysis.resolution import Node
from lintel.analysis.world import World

_MADE = {"CreateStmt": ("relation",), "ViewStmt": ("view",), "CreateTableAsStmt": ("into", "rel"),
         "CreateForeignTableStmt": ("base", "relation"), "AlterTableStmt": ("relation",), "RenameStmt": ("relation",),
         "AlterObjectSchemaStmt": ("relation",), "CreateSeqStmt": ("sequence",),
         "SelectStmt": ("intoClause", "rel")}  # fmt: skip
_OPENING = frozenset({"TRANS_STMT_BEGIN", "TRANS_STMT_START", "TRANS_STMT_SAVEPOINT", "TRANS_STMT_RELEASE"})
_IDENTITY = frozenset({"role", "session_authorization"})  # what "$user" stands for


class Sequence:
    """What the statements so far have changed."""

    __slots__ = ("changed", "known", "moved")

    def __init__(self) -> None:
        self.changed: set[str] = set()  # bare names of relations
        self.moved = False  # the search_path is not that of the beginning
        self.known = True  # what it is

    def after(self, node: Node, world: World, functions: set[str]) -> World:
        """The world for what follows."""
        ((tag, body),) = node.items()
        self.changed.update(_changed(tag, body))
        if tag == "VariableSetStmt":
            return self._set(body, world)
        # The end of a transaction brings back what was before.
        ends = tag == "TransactionStmt" and self.moved and body["kind"] not in _OPENING
        self.known = self.known and not ends and "set_config" not in functions
        return world

    def _set(self, body: Node, world: World) -> World:
        if body["kind"] == "VAR_RESET_ALL" or body.get("name") in _IDENTITY:
            self.known = False
        if body.get("name") != "search_path":
            return world
        names = [entry.get("A_Const", {}).get("sval", {}).get("sval", "") for entry in body.get("args", [])]
        self.moved = True
        self.known = body["kind"] == "VAR_SET_VALUE" and "$user" not in names
        return replace(world, search_path=tuple(name for name in names if name))


def _changed(tag: str, body: Node) -> set[str]:
    if tag == "DropStmt":
        return {names[-1] for names in dropped(body)}
    found = body
    for key in _MADE.get(tag, ("",)):
        found = found.get(key, {})
    names = {found["relname"]} if "relname" in found else set()
    return names | {body["newname"]} if tag == "RenameStmt" and names else names


def dropped(body: Node) -> list[list[str]]:
    """The dotted names that DROP lists."""
    lists = [entry["List"]["items"] for entry in body.get("objects", []) if "List" in entry]
    # Of DROP CAST and the like the list holds types.
    named = [[part["String"]["sval"] for part in items if "String" in part] for items in lists]
    return [names for names in named if names]

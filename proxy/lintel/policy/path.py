"""The search_path between the statements of one text, which run one after the other before anybody can be asked."""

from dataclasses import dataclass
from typing import Any

from lintel.policy.effects import Effects
from lintel.wire.decision import ENDS, SETTINGS

_OWN = "$user"  # the schema of a role that only the server knows for certain


@dataclass(frozen=True, slots=True)
class Path:
    """What the names of the next statement are looked up in."""

    names: tuple[str, ...]
    known: bool = True
    moved: bool = False  # in a transaction that is open, or by the text itself: the end of one may take it back

    @property
    def certain(self) -> tuple[str, ...] | None:
        """None: not known."""
        return self.names if self.known else None

    def after(self, node: dict[str, Any], effects: Effects) -> "Path":
        """Behind a statement: one that SET it to constants is followed, after any other that may it is not known."""
        if not effects.bits & SETTINGS:
            return Path(self.names, self.known and not (self.moved and effects.bits & ENDS), self.moved)
        names = _constants(node.get("VariableSetStmt", {}))
        return Path(self.names if names is None else names, names is not None, moved=True)


def _constants(body: dict[str, Any]) -> tuple[str, ...] | None:
    if body.get("name") != "search_path" or body.get("kind") != "VAR_SET_VALUE":
        return None
    names = [arg.get("A_Const", {}).get("sval", {}).get("sval", _OWN) for arg in body.get("args", [])]
    return None if _OWN in names else tuple(names)

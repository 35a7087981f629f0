"""The search_path between the statements of one text, which run one after the other before anybody can be asked."""

from typing import Any, NamedTuple

from lintel.policy.effects import Effects
from lintel.wire.decision import ENDS, SETTINGS

_OWN = "$user"  # the schema of a role that only the server knows for certain


class Path(NamedTuple):
    """What the names of the next statement are looked up in."""

    names: tuple[str, ...]
    known: bool = True
    moved: bool = False  # in a transaction that is open, or by the text itself: the end of one may take it back
    barred: frozenset[str] = frozenset()  # schemas that the session's role may not use, so that none is looked up there

    @property
    def certain(self) -> tuple[str, ...] | None:
        """None: not known."""
        return self.names if self.known else None

    def after(self, node: dict[str, Any], effects: Effects) -> "Path":
        """Behind a statement: one that SET it to constants is followed, after any other that may it is not known."""
        if not effects.bits & SETTINGS:
            taken_back = self.moved and effects.bits & ENDS
            return self._replace(known=False) if taken_back else self
        names = _constants(node.get("VariableSetStmt", {}))
        known = names is not None and self.barred.isdisjoint(names)
        return self._replace(names=self.names if names is None else names, known=known, moved=True)


def _constants(body: dict[str, Any]) -> tuple[str, ...] | None:
    if body.get("name") != "search_path" or body.get("kind") != "VAR_SET_VALUE":
        return None
    names = [arg.get("A_Const", {}).get("sval", {}).get("sval", _OWN) for arg in body.get("args", [])]
    return None if _OWN in names else tuple(names)

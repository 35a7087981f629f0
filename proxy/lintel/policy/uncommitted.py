"""The schema that a session sees after DDL of its own that is not committed: statement by statement, savepoints too.

Only what is understood to its last column counts; after anything else nothing is claimed (None), and what speaks of a
table under a plan is judged by the catalog alone.
"""

from dataclasses import dataclass, replace

from lintel.analysis.ddl import DdlProblem, apply
from lintel.analysis.resolution import Resolution
from lintel.policy.effects import effects_of
from lintel.policy.mentions import mentions
from lintel.schema import Schema
from lintel.sql.grammar import Node, RawStatement, TooDeep
from lintel.wire.decision import DDL, SETTINGS, TEMPORARY

# They change what a relation's name means, or its columns, and `apply` says how.
_CHANGING = frozenset(
    ["CreateStmt", "AlterTableStmt", "RenameStmt", "AlterObjectSchemaStmt", "DropStmt", "CreateSchemaStmt",
     "CreateSeqStmt", "CreateForeignTableStmt", "CompositeTypeStmt", "CreateEnumStmt", "CreateRangeStmt",
     "CreateDomainStmt"]
)  # fmt: skip
# They leave relations and columns as they are.
_BESIDES = frozenset(
    ["IndexStmt", "ReindexStmt", "ClusterStmt", "GrantStmt", "AlterDefaultPrivilegesStmt", "CommentStmt",
     "SecLabelStmt", "CreateTrigStmt", "CreatePolicyStmt", "AlterPolicyStmt", "CreateStatsStmt", "AlterStatsStmt",
     "AlterSeqStmt", "AlterOwnerStmt", "AlterEnumStmt", "CreateFunctionStmt", "AlterFunctionStmt",
     "RefreshMatViewStmt"]
)  # fmt: skip
_TABLES = frozenset(["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE", "OBJECT_SEQUENCE"])


@dataclass(frozen=True, slots=True)
class Uncommitted:
    """`before` is what ROLLBACK goes back to; savepoints are (name, schema then), the oldest first."""

    schema: Schema
    before: Schema
    savepoints: tuple[tuple[str, Schema], ...] = ()

    def after(
        self, raw: RawStatement, text: bytes, search_path: tuple[str, ...], shadowed: frozenset[str]
    ) -> "Uncommitted | None":
        """Once a statement of this text has run, under that path and beside those temporary relations.

        None: nobody can say.
        """
        ((tag, body),) = raw.node.items()
        if tag == "TransactionStmt":
            return self._moved(body)
        bits = effects_of(raw.node, Resolution()).bits
        if bits & SETTINGS or b"set_config" in text.lower():
            return None
        if bits & TEMPORARY or not bits & DDL or tag in _BESIDES:
            return self
        if tag not in _CHANGING or _unread(tag, body) or mentions(text[raw.start : raw.end], shadowed):
            return None
        return self._changed(raw, text, search_path)

    def _changed(self, raw: RawStatement, text: bytes, search_path: tuple[str, ...]) -> "Uncommitted | None":
        try:
            return replace(self, schema=apply(self.schema, raw, text, search_path))
        except (DdlProblem, TooDeep, LookupError, TypeError, ValueError, RecursionError):
            return None

    def _moved(self, body: Node) -> "Uncommitted":
        kind, name = body["kind"], body.get("savepoint_name", "")
        if kind == "TRANS_STMT_SAVEPOINT":
            return replace(self, savepoints=(*self.savepoints, (name, self.schema)))
        if kind == "TRANS_STMT_ROLLBACK":
            return Uncommitted(self.before, self.before)
        if kind == "TRANS_STMT_COMMIT":
            return Uncommitted(self.schema, self.schema)
        if kind not in ("TRANS_STMT_RELEASE", "TRANS_STMT_ROLLBACK_TO"):
            return self
        places = [at for at, (own, _) in enumerate(self.savepoints) if own == name]
        kept = self.savepoints[: places[-1]] if places else ()
        if kind == "TRANS_STMT_RELEASE":
            return replace(self, savepoints=kept) if places else self
        if not places:  # it is older than all DDL
            return Uncommitted(self.before, self.before)
        return replace(self, schema=self.savepoints[places[-1]][1], savepoints=self.savepoints[: places[-1] + 1])


def _unread(tag: str, body: Node) -> bool:
    """What takes columns along that it does not name: CASCADE, and a type that tables are made of."""
    if tag == "DropStmt":
        return body.get("behavior") == "DROP_CASCADE" and body["removeType"] not in _TABLES
    if tag == "RenameStmt":
        return bool(body["renameType"] == "OBJECT_ATTRIBUTE")
    commands = [entry["AlterTableCmd"] for entry in body.get("cmds", ())]
    cascades = any(c.get("subtype") == "AT_DropColumn" and c.get("behavior") == "DROP_CASCADE" for c in commands)
    return cascades or body.get("objtype") == "OBJECT_TYPE"

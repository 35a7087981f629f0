"""The schema that a session sees after DDL of its own that is not committed: statement by statement, savepoints too.

Only what is understood to its last column counts, and of routines and types whose rows their values are; after
anything else nothing is claimed (None). What a query has made (a view, CREATE TABLE AS) is in no such schema: it was
judged when it was made, so it holds no rows of a table under a plan, and the session is asked for its columns.
"""

from dataclasses import dataclass, replace

from lintel.analysis.resolution import Resolution
from lintel.analysis.sequence import dropped
from lintel.analysis.world import World
from lintel.policy.after import wholly_after
from lintel.policy.effects import effects_of
from lintel.policy.mentions import mentions
from lintel.schema import Schema
from lintel.sql.grammar import Node, RawStatement
from lintel.wire.decision import DDL, TEMPORARY

# They change what a name means, the columns of a relation or what triggers name of them: `apply` and `with_routines`
# say how.
_CHANGING = frozenset(
    ["CreateStmt", "AlterTableStmt", "RenameStmt", "AlterObjectSchemaStmt", "DropStmt", "CreateSchemaStmt",
     "CreateSeqStmt", "CreateForeignTableStmt", "CompositeTypeStmt", "CreateEnumStmt", "CreateRangeStmt",
     "CreateDomainStmt", "CreateFunctionStmt", "DefineStmt", "CreateTrigStmt"]
)  # fmt: skip
# They leave relations, columns and what values are made of as they are.
_BESIDES = frozenset(
    ["IndexStmt", "ReindexStmt", "ClusterStmt", "GrantStmt", "AlterDefaultPrivilegesStmt", "CommentStmt",
     "SecLabelStmt", "CreatePolicyStmt", "AlterPolicyStmt", "CreateStatsStmt", "AlterStatsStmt",
     "AlterSeqStmt", "AlterOwnerStmt", "AlterEnumStmt", "AlterDomainStmt", "AlterFunctionStmt", "CreateCastStmt",
     "RefreshMatViewStmt"]
)  # fmt: skip
# Of what a query has made: by these it would come to hold rows of another table.
_GIVING = frozenset(["AT_AddColumn", "AT_AlterColumnType", "AT_AddInherit", "AT_AddOf", "AT_AttachPartition"])
_WITHIN = frozenset(["OBJECT_COLUMN", "OBJECT_TABCONSTRAINT"])
_OF_RELATION = ("AlterTableStmt", "RenameStmt", "CreateTrigStmt")
_TABLES = frozenset(["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE", "OBJECT_SEQUENCE"])

Name = tuple[str, str]  # (schema, relation)


@dataclass(frozen=True, slots=True)
class Uncommitted:
    """`before` is what ROLLBACK goes back to; savepoints are (name, schema and `made` then), the oldest first."""

    schema: Schema
    before: Schema
    savepoints: tuple[tuple[str, Schema, frozenset[Name]], ...] = ()
    made: frozenset[Name] = frozenset()  # what queries have made, beside the schema

    def after(
        self, raw: RawStatement, text: bytes, search_path: tuple[str, ...] | None, shadowed: frozenset[str]
    ) -> "Uncommitted | None":
        """Once a statement of this text has run, under that path, if it is known, beside those temporary relations.

        None: nobody can say.
        """
        ((tag, body),) = raw.node.items()
        if tag == "TransactionStmt":
            return self._moved(body)
        bits = effects_of(raw.node, Resolution()).bits
        if bits & TEMPORARY or not bits & DDL or tag in _BESIDES:
            return self
        made = _by_query(tag, body)
        if named := mentions(text[raw.start : raw.end], shadowed):
            return self if self._is_beside({name for _, name in _altered(tag, body)}, named) else None
        if search_path is None or not (made or tag in _CHANGING) or _unread(tag, body, bool(self.made)):
            return None
        if made:
            return self._with(made, search_path, sure="if_not_exists" not in body)
        if self.made and (of := self._those_made(tag, body, search_path)):
            return self._made_otherwise(tag, body, of)
        if mentions(text[raw.start : raw.end], {name for _, name in self.made}):
            return None
        return self._changed(raw, text, search_path)

    def _is_beside(self, altered: set[str], temporary: set[str]) -> bool:
        """Whether what is altered or dropped are temporary relations, and could be nothing else."""
        known = (relation.name in altered for relation in self.schema.relations.values())
        return bool(altered) and altered <= temporary and not any(known)

    def _changed(self, raw: RawStatement, text: bytes, search_path: tuple[str, ...]) -> "Uncommitted | None":
        left = wholly_after(self.schema, raw, text, search_path)
        return None if left is None else replace(self, schema=left)

    def _with(self, made: Node, search_path: tuple[str, ...], *, sure: bool) -> "Uncommitted | None":
        """A relation whose columns nobody has read; `sure`: not one that was there already."""
        space, bare = made.get("schemaname") or _first_in(search_path, self.schema), made["relname"]
        if space is None:
            return None
        known = self.schema.by_name.get((space, bare))
        if known is None and sure:
            return replace(self, made=self.made | {(space, bare)})
        if known is not None and not sure:
            return self
        if any(relation.name == bare and relation is not known for relation in self.schema.relations.values()):
            return None  # it may be taken for one of these
        return self if known is None else replace(self, schema=self.schema.changed({}, [known.oid]))

    def _those_made(self, tag: str, body: Node, search_path: tuple[str, ...]) -> frozenset[Name]:
        """What is altered or dropped, if all of it are such relations."""
        world = World(self.schema, search_path, made=self.made)
        found = [world.made_as(space, name) for space, name in _altered(tag, body)]
        return frozenset(each for each in found if each is not None) if None not in found else frozenset()

    def _made_otherwise(self, tag: str, body: Node, of: frozenset[Name]) -> "Uncommitted | None":
        if tag == "DropStmt":
            return replace(self, made=self.made - of)
        if tag == "RenameStmt" and body["renameType"] not in _WITHIN:
            return replace(self, made=self.made - of | {(space, body["newname"]) for space, _ in of})
        commands = (entry["AlterTableCmd"].get("subtype", "AT_AddColumn") for entry in body.get("cmds", ()))
        return None if _GIVING.intersection(commands) else self

    def _moved(self, body: Node) -> "Uncommitted":
        kind, name = body["kind"], body.get("savepoint_name", "")
        if kind == "TRANS_STMT_SAVEPOINT":
            return replace(self, savepoints=(*self.savepoints, (name, self.schema, self.made)))
        if kind == "TRANS_STMT_ROLLBACK":
            return Uncommitted(self.before, self.before)
        if kind == "TRANS_STMT_COMMIT":
            return Uncommitted(self.schema, self.schema, made=self.made)
        if kind not in ("TRANS_STMT_RELEASE", "TRANS_STMT_ROLLBACK_TO"):
            return self
        places = [at for at, (own, _, _) in enumerate(self.savepoints) if own == name]
        kept = self.savepoints[: places[-1]] if places else ()
        if kind == "TRANS_STMT_RELEASE":
            return replace(self, savepoints=kept) if places else self
        if not places:  # it is older than all DDL
            return Uncommitted(self.before, self.before)
        _, schema, made = self.savepoints[places[-1]]
        return replace(self, schema=schema, made=made, savepoints=self.savepoints[: places[-1] + 1])


def _by_query(tag: str, body: Node) -> Node | None:
    """What a query has made: CREATE VIEW, TABLE AS, MATERIALIZED VIEW, SELECT INTO."""
    found: Node | None = body.get("view") or (body.get("into") or body.get("intoClause") or {}).get("rel")
    return found if tag in ("ViewStmt", "CreateTableAsStmt", "SelectStmt") else None


def _altered(tag: str, body: Node) -> set[tuple[str | None, str]]:
    """The relations that DROP, ALTER TABLE and CREATE TRIGGER are about, by the names that they are called there."""
    if tag == "DropStmt":
        found = dropped(body) if body["removeType"] in _TABLES else ()
        return {(names[-2] if len(names) > 1 else None, names[-1]) for names in found}
    relation = body.get("relation") if tag in _OF_RELATION else None
    return {(relation.get("schemaname"), relation["relname"])} if relation else set()


def _first_in(search_path: tuple[str, ...], schema: Schema) -> str | None:
    """Where what is made goes that names no schema (manual 5.10.3); None: nobody can say."""
    found = next((space for space in search_path if space in schema.schemas or space == "pg_temp"), None)
    return None if found == "pg_temp" else found


def _unread(tag: str, body: Node, made: bool) -> bool:
    """What takes columns along that it does not name, or what queries have made: CASCADE, and changes of schemas."""
    if made and "OBJECT_SCHEMA" in (body.get("removeType"), body.get("renameType")):
        return True
    if tag == "DropStmt":
        return body.get("behavior") == "DROP_CASCADE" and (made or body["removeType"] not in _TABLES)
    commands = [entry["AlterTableCmd"] for entry in body.get("cmds", ())]
    dropped_with = (c.get("subtype") == "AT_DropColumn" and c.get("behavior") == "DROP_CASCADE" for c in commands)
    return body.get("objtype") != "OBJECT_TYPE" and any(dropped_with)

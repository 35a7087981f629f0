"""What has to be followed up when a statement has run: the effect bits of wire.decision, read off its parse tree."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain

from lintel.analysis.resolution import Resolution
from lintel.policy.mentions import possibly_mentions
from lintel.schema import Function, Schema
from lintel.schema.bodies import temporary_in
from lintel.sql.grammar import Node
from lintel.sql.tokens import tokens
from lintel.wire.decision import (
    AGES,
    DDL,
    DEALLOCATE,
    DISCARDS,
    ENDS,
    EXECUTE,
    NESTS,
    PREPARE,
    SETTINGS,
    TEMPORARY,
    Named,
)

_SETTINGS = frozenset({"search_path", "role", "session_authorization", "standard_conforming_strings"})
_QUERIES = frozenset({"SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"})
_HARMLESS = frozenset(
    [
        "TransactionStmt",
        "VariableShowStmt",
        "VariableSetStmt",
        "FetchStmt",
        "ClosePortalStmt",
        "ListenStmt",
        "NotifyStmt",
        "UnlistenStmt",
        "DeallocateStmt",
        "DiscardStmt",
        "CheckPointStmt",
        "ConstraintsSetStmt",
        "LoadStmt",
        "LockStmt",
        "VacuumStmt",
        "TruncateStmt",
        "CopyStmt",
        "ExplainStmt",
        "DeclareCursorStmt",
        "PrepareStmt",
        "ExecuteStmt",
        "GrantRoleStmt",
    ]
)
_RELATIONS = frozenset(["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_SEQUENCE"])  # that may be temporary
# Objects of the whole server: no snapshot of a database holds them, and no event trigger fires for them (manual 38.1).
_SHARED = frozenset(
    ["CreateRoleStmt", "AlterRoleStmt", "AlterRoleSetStmt", "DropRoleStmt", "CreatedbStmt", "DropdbStmt",
     "AlterDatabaseStmt", "AlterDatabaseSetStmt", "CreateTableSpaceStmt", "DropTableSpaceStmt"]
)  # fmt: skip
# In a text that was not parsed.
_TELLING = re.compile(rb"alter|create|drop|set|discard|into|import|begin|call|\bdo\b", re.IGNORECASE).search
_TEMPORARY = re.compile(rb"temp", re.IGNORECASE).search
_ENDINGS = frozenset({"TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK", "TRANS_STMT_ROLLBACK_TO", "TRANS_STMT_PREPARE"})
_NESTINGS = frozenset({"TRANS_STMT_SAVEPOINT", "TRANS_STMT_RELEASE"})


@dataclass(frozen=True, slots=True)
class Effects:
    """Of one statement: bits, names of temporary relations it may make, and the prepared statements it speaks of."""

    bits: int = 0
    temporary: tuple[str, ...] = ()
    named: tuple[Named, ...] = ()


def effects_unread(text: bytes, planned: Iterable[str]) -> Effects:
    """What a text may do that was not parsed: what any of its words could, to temporary tables of these names, too."""
    if not _TELLING(text):
        return Effects()
    made = tuple(sorted(possibly_mentions(text, planned))) if _TEMPORARY(text) else ()
    return Effects(DDL | SETTINGS | (TEMPORARY if made else 0), made)


def effects_of(node: Node, result: Resolution, shadowed: frozenset[str] = frozenset()) -> Effects:
    """The effects of one statement of a text, in a session that has temporary relations of those names."""
    ((tag, body),) = node.items()
    if tag in _QUERIES:
        return _of_query(tag, body, result)
    if tag == "ExplainStmt" or (tag == "CopyStmt" and "query" in body):
        return effects_of(body["query"], result, shadowed) if "query" in body else Effects()
    if tag == "TransactionStmt":
        return Effects(ENDS if body["kind"] in _ENDINGS else NESTS if body["kind"] in _NESTINGS else 0)
    if tag == "VariableSetStmt":
        if body.get("name") == "TRANSACTION SNAPSHOT":
            return Effects(AGES)
        touches = body.get("kind") == "VAR_RESET_ALL" or body.get("name") in _SETTINGS
        return Effects(SETTINGS if touches else 0)
    if tag == "DiscardStmt":
        everything = body["target"] == "DISCARD_ALL"
        return Effects(SETTINGS | DISCARDS if everything else 0)
    if tag == "PrepareStmt":
        return Effects(named=_named(PREPARE, body))
    if tag == "ExecuteStmt":
        return Effects(named=_named(EXECUTE, body))
    if tag == "DeallocateStmt":
        return Effects(named=_named(DEALLOCATE, body)) if "name" in body else Effects(DISCARDS)
    if tag in ("DoStmt", "CallStmt"):
        # Its code may do anything: DDL included, which polling would see only later.
        return Effects(DDL | SETTINGS)
    if tag == "RenameStmt" and body["renameType"] in _RELATIONS:
        relation = body["relation"]
        renamed = _is_temporary(relation) or ("schemaname" not in relation and relation["relname"] in shadowed)
        return Effects(DDL | TEMPORARY, (body["newname"],)) if renamed else Effects(DDL)
    return Effects() if tag in _HARMLESS or tag in _SHARED else _of_ddl(tag, body)


def with_code(effects: Effects, node: Node, result: Resolution, schema: Schema) -> Effects:
    """And of what the functions and procedures that it calls say that they do, and the code of a DO."""
    ((tag, body),) = node.items()
    called: list[Function] = []
    settles, made = False, set(_code(body)) if tag == "DoStmt" else set()
    for name in result.functions:
        found = schema.functions.get(name)
        called += found or ()
        settles = settles or (found is None and bool(schema.built_in) and name not in schema.built_in)
    if tag == "CallStmt":
        called += schema.procedures.get(body["funccall"]["funcname"][-1]["String"]["sval"], ())
    made.update(chain.from_iterable(function.makes for function in called))
    bits = effects.bits
    if settles or any(function.settles for function in called):
        bits |= SETTINGS
    if made:
        bits |= TEMPORARY
    if bits == effects.bits and not made:
        return effects
    return replace(effects, bits=bits, temporary=(*effects.temporary, *sorted(made)))


def _code(body: Node) -> tuple[str, ...]:
    said = (option["DefElem"] for option in body["args"])
    return temporary_in("\n".join(one["arg"]["String"].get("sval", "") for one in said if one["defname"] == "as"))


def _of_query(tag: str, body: Node, result: Resolution) -> Effects:
    bits = SETTINGS if "set_config" in result.functions else 0
    into = body.get("intoClause") if tag == "SelectStmt" else None
    if into is None:
        return Effects(bits)
    return Effects(bits | DDL | (TEMPORARY if _is_temporary(into["rel"]) else 0), _temporary(into["rel"]))


def _named(verb: bytes, body: Node) -> tuple[Named, ...]:
    return (Named(verb, body["name"].encode()),)


def placed(effects: Effects, text: bytes) -> Effects:
    """Of an EXECUTE by itself, with the place of its name: it may have another on the server."""
    words = [token for token in tokens(text) if token.kind != "comment"][1:2]
    named = [one._replace(start=words[0].start, end=words[0].end) for one in effects.named if words]
    return replace(effects, named=tuple(named))


def _of_ddl(tag: str, body: Node) -> Effects:
    made = body.get("relation") if tag == "CreateStmt" else body.get("view") if tag == "ViewStmt" else None
    if tag == "CreateTableAsStmt":
        made = body["into"]["rel"]
    named = _named(EXECUTE, body["query"]["ExecuteStmt"]) if "ExecuteStmt" in body.get("query", ()) else ()
    if isinstance(made, dict) and _is_temporary(made):
        return Effects(TEMPORARY, _temporary(made), named)
    return Effects(DDL, named=named)


def _is_temporary(relation: Node) -> bool:
    return relation.get("relpersistence") == "t" or str(relation.get("schemaname", "")).startswith("pg_temp")


def _temporary(relation: Node) -> tuple[str, ...]:
    return (relation["relname"],) if _is_temporary(relation) else ()

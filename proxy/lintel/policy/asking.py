"""The columns of temporary relations that a statement cannot do without: the session is asked for them by probes.

So it is for those that queries of its open transaction have made. A star, a NATURAL JOIN or a bare name that may be a
row needs them, and they are in no catalog that Lintel reads. They may be made and changed by code that nobody sees, so
what the server has shown holds for the statement behind it only: Conversation asks again ahead of the next. A text that
is analysed later than it is sent (PREPARE, CREATE VIEW) is left.
"""

from lintel.policy.judged import Judged
from lintel.policy.key import ContextKey
from lintel.policy.moment import Moment
from lintel.sql.grammar import RawStatement
from lintel.sql.quoting import quote_ident
from lintel.wire.decision import Probe

_NAME_SIZE = 63  # bytes that the server looks at: of a longer one it says so
_MOST = 8  # relations of one statement
# When they are parsed; COPY when it is executed, right behind a Bind that asks as well.
_ANALYSED_AT_ONCE = frozenset(
    ["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CopyStmt", "ExplainStmt",
     "DeclareCursorStmt", "CreateTableAsStmt"]
)  # fmt: skip


def asked(moment: Moment, key: ContextKey, statements: list[RawStatement], parts: list[Judged]) -> tuple[Probe, ...]:
    """What to ask ahead of a text of one statement, that is not served without, and touches a table under a plan."""
    if len(parts) != 1 or not _ANALYSED_AT_ONCE.issuperset(statements[0].node):
        return ()
    verdict, result = parts[0].verdict, parts[0].verdict.resolution
    served = verdict.kind not in ("opaque", "refuse") or verdict.by_server
    touched = not moment.covered.by_oid.keys().isdisjoint({*result.relations, *result.row_types})
    if served or not touched or not moment.options.enforced:
        return ()
    temporary = sorted(name for schema, name in result.names if verdict.world.is_temporary(schema, name))
    names = [name for name in temporary[:_MOST] if _can_be_sent(name, key)]
    shown = dict(key.shown)
    texts = [f"TABLE {quote_ident(name)}".encode() for name in names]
    return tuple(Probe(text, shown.get(text, ()), own=True) for text in texts)


def _can_be_sent(name: str, key: ContextKey) -> bool:
    """In the client's encoding, and without a notice that it is cut off."""
    return len(name.encode()) <= _NAME_SIZE and (name.isascii() or key.encoding == "utf8")


def columns(key: ContextKey, probes: tuple[Probe, ...]) -> dict[str, tuple[str, ...]]:
    """By the relation's name, as far as the session has shown them and they can be read."""
    shown, found = dict(key.shown), dict[str, tuple[str, ...]]()
    for probe in probes:
        names = shown.get(probe.text)
        if names is not None and all(key.encoding == "utf8" or name.isascii() for name in names):
            found[_bare(probe.text)] = tuple(name.decode() for name in names)
    return found


def _bare(text: bytes) -> str:
    name = text.removeprefix(b"TABLE ").decode()
    return name[1:-1].replace('""', '"') if name.startswith('"') else name

"""Statements of other people's test suites, each judged on its own session just before it runs.

So the schema, the search_path and the session's temporary tables are what the statement met. What a suite expects to
fail is rejected here, too, and is no statement; what Postgres runs but a function's body cannot hold counts as a limit
of the oracle.
"""

import sys

from bench.oracle.compare import Count, differences, output_differences
from bench.oracle.held import Held, held
from bench.oracle.limits import EARLIER, limit
from bench.oracle.live import Live
from bench.oracle.oracle import SETUP
from bench.oracle.relay import Refused, Session
from bench.oracle.tree import Rejection, Verdict, read, verdict
from lintel.analysis import World, facts_of, resolve
from lintel.analysis.facts import Facts
from lintel.analysis.meanings import Columns
from lintel.sql.grammar import RawStatement, SyntaxProblem, TooDeep, parse
from lintel.sql.tokens import tokens

_NO_DDL = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "SET", "SHOW", "EXPLAIN", "DECLARE", "FETCH",
                     "BEGIN", "SAVEPOINT", "CLOSE", "COPY", "DEALLOCATE", "PREPARE", "VALUES"})  # fmt: skip

_SYNTAX_ERROR = "42601"


class Judge:
    """Judges the statements of one session."""

    def __init__(self, session: Session, count: Count) -> None:
        self._session = session
        self._count = count
        self._live = Live(session)
        self._doubtful: list[tuple[bytes, Rejection]] = []
        self._judged: list[tuple[str, str | None, list[str]]] = []
        self._calls = self._several = False
        if not session.ask("SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'oracle'"):
            session.command(SETUP)

    def before(self, text: bytes) -> None:
        """Judge the one statement that the client is about to run."""
        if self._session.status == "E":
            return
        statements = _statements(text)
        self._several = len(statements) > 1
        for statement in statements:
            inner = held(statement)
            if inner is not None:
                with self._session.aside():
                    self._judge(statement, inner)

    def after(self, tag: str, sqlstate: str | None) -> None:
        """What the oracle rejected and the server then ran is a limit of the oracle."""
        if sqlstate == _SYNTAX_ERROR:  # only what it seemed to hold was a statement
            self._count.rejected += len(self._judged)
        else:
            for judged in self._judged:
                self._count.note(*judged)
        for text, rejection in self._doubtful:
            if sqlstate is None:
                known = EARLIER if self._several else limit(rejection)
                reason = known or f"unexplained {rejection.sqlstate} {rejection.message}"
                self._count.limits[reason] += 1
                if reason.startswith("unexplained"):
                    print(f"{reason}: {text.decode('utf-8', 'replace')}", file=sys.stderr, flush=True)
            else:
                self._count.rejected += 1
        self._doubtful, self._judged = [], []
        if sqlstate is not None or tag.partition(" ")[0] not in _NO_DDL or self._calls:
            self._live.forget()

    def _judge(self, statement: bytes, inner: Held) -> None:
        said = self._verdict(inner)
        if isinstance(said, Rejection):
            self._doubtful.append((statement, said))
            return
        facts, outputs = self._ours(statement)
        if self._session.parameters.get("standard_conforming_strings") == "off" and _escapes(statement):
            facts = Facts(verb=facts.verb, opaque="standard_conforming_strings is off")
        differing = differences(facts, said, None if inner.verb else facts.verb)
        described = self._session.outputs(inner.text) if inner.types is None else None
        if outputs is not None and described is not None and facts.opaque is None:
            differing += output_differences(outputs, described)
        self._judged.append((statement.decode("utf-8", "replace"), facts.opaque, differing))

    def _verdict(self, inner: Held) -> Verdict | Rejection:
        types = "NULL" if inner.types is None else _dollar(inner.types)
        query = f"SELECT * FROM oracle.judge({_dollar(inner.text.decode('utf-8', 'replace'))}, {types})"
        try:
            (row,) = self._session.ask(query)
        except Refused as refused:
            return Rejection(refused.sqlstate, str(refused))
        if row["body"] is None:
            return Rejection(row["code"], row["message"])
        tree = read(row["body"])
        return verdict(tree, self._live.names(tree.relations), row["depends"])

    def _ours(self, statement: bytes) -> tuple[Facts, Columns | None]:
        world = World(self._live.schema, self._live.search_path())
        try:
            result = resolve(parse(statement), world)
        except (SyntaxProblem, TooDeep) as error:
            return Facts(verb="", opaque=f"not parsed: {error}"), None
        # A user's function may change the schema.
        self._calls = any(f.volatile == "v" for name in result.functions for f in world.schema.functions.get(name, ()))
        return facts_of(result, world), result.outputs


def _escapes(text: bytes) -> bool:
    """Whether a plain literal holds a backslash."""
    return any(token.kind == "string" and text[token.start : token.start + 1] == b"'"
               and b"\\" in text[token.start : token.end] for token in tokens(text))  # fmt: skip


def _statements(text: bytes) -> list[bytes]:
    r"""Those of one Query, several where psql was told so by \;."""
    try:
        found: list[RawStatement] = parse(text)
    except (SyntaxProblem, TooDeep):
        return [text]
    return [text] if len(found) == 1 else [text[raw.start : raw.end] for raw in found]


def _dollar(text: str) -> str:
    return f"$lintel_oracle${text}$lintel_oracle$"

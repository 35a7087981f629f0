"""Transcripts: a conversation written down line by line, replayed through a real Conversation in any slicing.

    F  Query "SELECT 1"        the client sends it, the server gets it as it is
    F> Query "SELECT * FROM o" the client sends it, the server does not get it (changed, held or dropped)
    >F Query "SELECT a FROM o" the server gets it, the client did not send it (now)
    B  ReadyForQuery I         the server sends it, the client gets it as it is
    B> ErrorResponse ...       the server sends it, the client does not get it (now)
    >B ErrorResponse ...       the client gets it, the server did not send it (now)

Besides: `decide [CONTEXT] TEXT key=value..` what a context says to a text (all others are plain), `unplanned CONTEXT`
one without plans, `start` and `ask PATH` the beginning of a session and Lintel's question, `policy NAME` another
policy, `refresh [NAME]` the new snapshot that must have been asked for, `shadowed [NAME]..` the temporary relations,
`uncommitted [TEXT]..` the DDL of the open transaction, `counted [TEXT ok|SQLSTATE]..` what must have been counted since
the last such line, `loud RETRIED PREVENTED REFUSED` what has become of loud texts so far.
"""

import random
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

from lintel.metrics import Counters
from lintel.wire import decision as bits
from lintel.wire import messages
from lintel.wire.ask import QUESTION
from lintel.wire.conversation import Conversation
from lintel.wire.decision import Context, Decision, Expectation, Probe, Refusal, Settings
from lintel.wire.exchange import Exchange

_PEER = {"F": "server", "B": "client"}  # where the messages of a side arrive
Slicing = Callable[[bytes], Iterator[bytes]]


def whole(data: bytes) -> Iterator[bytes]:
    """As it was written."""
    yield data


def bytewise(data: bytes) -> Iterator[bytes]:
    """Each byte alone."""
    for at in range(len(data)):
        yield data[at : at + 1]


def randomly(seed: int) -> Slicing:
    """Pieces of 1 to 40 bytes, the same ones for the same seed."""

    def slices(data: bytes) -> Iterator[bytes]:
        dice = random.Random(seed)
        while data:
            size = dice.randint(1, 40)
            yield data[:size]
            data = data[size:]

    return slices


class ScriptedContext:
    """Decides as the transcript says, and everything else plainly."""

    def __init__(self) -> None:
        self.decisions: dict[bytes, Decision] = {}
        self.queries: dict[bytes, Exchange] = {}
        self.passing: object = None
        self.planned = True
        self.number = 1

    def decide(self, text: bytes) -> Decision:
        return self.decisions.setdefault(text, Decision(statement=text.decode()))

    def alike(self, text: bytes, decision: Decision) -> bytes:
        return b""

    def known(self, text: bytes) -> bool:
        return True

    def aside(self) -> Context:
        return self

    def learn(self, aside: Context) -> None: ...


class Play:
    """One transcript being replayed."""

    def __init__(self, slicing: Slicing) -> None:
        self._slicing = slicing
        self._contexts: dict[str, ScriptedContext] = {}
        self._now = "now"
        self._sent = {"F": b"", "B": b""}  # to be delivered: by the client, by the server
        self._expected = {"F": b"", "B": b""}  # to have arrived: at the server, at the client
        self._got = {"F": b"", "B": b""}
        self._counted: list[tuple[str, str]] = []
        self._counters = Counters()
        self.conversation = Conversation(self._resolve, self._completed, Settings(), counts=self._counters)

    def _resolve(self, settings: Settings) -> ScriptedContext:
        if settings.search_path is None:
            return self._context("unknown")
        columns = [name.decode() for _, names in settings.shown for name in names]
        return self._context("_".join(columns) or self._now)

    def _context(self, name: str) -> ScriptedContext:
        return self._contexts.setdefault(name, ScriptedContext())

    def _completed(self, decision: Decision, sqlstate: str | None, chunk: bytes, at: int) -> None:
        self._counted.append((decision.statement, sqlstate or "ok"))

    def line(self, line: str) -> None:
        """Do what one line says."""
        words = shlex.split(line.encode().decode("unicode_escape") if "\\x" in line else line)
        verb, *rest = words
        if verb.strip(">") in ("F", "B"):
            self._message(verb, rest)
        else:
            if verb != "ask":  # what it asks is expected along with what came before
                self.deliver()
            self._directives[verb](self, *rest)

    def _message(self, verb: str, words: list[str]) -> None:
        side = verb.strip(">")
        frame = frame_of(side, words)
        if not verb.startswith(">"):
            other = "B" if side == "F" else "F"
            if self._sent[other]:
                self.deliver()
            self._sent[side] += frame
        if not verb.endswith(">"):
            self._expected[side] += frame

    def deliver(self) -> None:
        """Everything that was sent arrives, and everything that was to come has come."""
        for side, receive in (("F", self.conversation.client.receive), ("B", self.conversation.server.receive)):
            for piece in self._slicing(self._sent[side]) if self._sent[side] else ():
                self._got[side] += receive(piece)
                self._got["F"] += self.conversation.take_to_server()
            self._sent[side] = b""
        for side in "FB":
            got, expected = shown(self._got[side]), shown(self._expected[side])
            assert got == expected, f"at the {_PEER[side]}:\n  {got}\nexpected:\n  {expected}"
            self._got[side] = self._expected[side] = b""

    def _decide(self, *words: str) -> None:
        context, text, *settings = words if "=" not in words[1:2] and _is_name(words[0]) else ("now", *words)
        fields = dict(setting.split("=", 1) for setting in settings)
        self._context(context).decisions[text.encode()] = decision_of(text, fields)

    def _start(self) -> None:
        for line in ("B AuthenticationOk", "B BackendKeyData", "B ReadyForQuery I"):
            self.line(line)
        self._ask("public")

    def _ask(self, path: str) -> None:
        self._expected["F"] += QUESTION
        self.deliver()
        answer = ("ParseComplete", "BindComplete", None, "CommandComplete SHOW", "CloseComplete", "CloseComplete")
        for value in (path, "none"):
            for line in answer:
                self.line(f"B> {line}" if line is not None else f"B> DataRow {value}")
        self.line(f"B> ReadyForQuery {chr(self.conversation._state.status)}")
        # What the client has sent meanwhile goes on now, so it is compared with the lines that follow.

    def _policy(self, name: str) -> None:
        self._now = name
        self.conversation.reconsider()

    def _refresh(self, name: str | None = None) -> None:
        assert self.conversation.needs.catalog, "no snapshot has been asked for"
        self._now = name or self._now
        self._got["B"] += self.conversation.refreshed()
        self._got["F"] += self.conversation.take_to_server()

    def _counted_so(self, *words: str) -> None:
        expected = list(zip(words[::2], words[1::2], strict=True))
        assert self._counted == expected, f"counted {self._counted}"
        self._counted.clear()

    def _unplanned(self, name: str) -> None:
        self._context(name).planned = False

    def _loud(self, *numbers: str) -> None:
        counters = self._counters
        found = (counters.retries, counters.prevented, counters.loud_refused)
        assert found == tuple(map(int, numbers)), f"retried, prevented, refused: {found}"

    def _uncommitted(self, *texts: str) -> None:
        ran = self.conversation.settings.uncommitted
        shown = tuple("?" if one.text is None else one.text.decode() for one in ran)
        assert shown == texts, f"{ran}"

    def _idle(self) -> None:
        assert self.conversation.idle, "something is still expected"

    def _shadowed(self, *names: str) -> None:
        assert self.conversation.settings.temporary == set(names), f"{self.conversation.settings.temporary}"

    _directives: ClassVar[dict[str, Callable[..., None]]] = {
        "ask": _ask,
        "counted": _counted_so,
        "decide": _decide,
        "idle": _idle,
        "loud": _loud,
        "policy": _policy,
        "refresh": _refresh,
        "shadowed": _shadowed,
        "start": _start,
        "uncommitted": _uncommitted,
        "unplanned": _unplanned,
    }


def _is_name(word: str) -> bool:
    return word.isidentifier() and word.islower()


def decision_of(text: str, fields: dict[str, str]) -> Decision:
    """From key=value words; refuse=TOKEN:SQLSTATE:message, edit=START:END:TEXT.

    expected=SQLSTATE:message, within=START:END (bytes) says where it has to point. probe=TEXT:COLUMN,COLUMN; asks= is
    the same of a temporary relation: what it has shown decides by the context of these names (`id_note`); runs= is a
    query that is executed.
    """
    refuse, expected, edit = (
        fields.get(key, "").split(":", parts) for key, parts in (("refuse", 2), ("expected", 1), ("edit", 2))
    )
    start, end = fields.get("within", "0:").split(":")
    probe, _, columns = (fields.get("probe") or fields.get("asks", "")).partition(":")
    asked = Probe(probe.encode(), tuple(filter(None, columns.encode().split(b","))), own="asks" in fields)
    run = Probe(fields.get("runs", "").encode(), (), runs=True)
    effects = 0
    for name in filter(None, fields.get("effects", "").split("|")):
        effects |= getattr(bits, name)
    return Decision(
        text=fields["text"].encode() if "text" in fields else None,
        edits=((int(edit[0]), int(edit[1]), edit[2].encode()),) if len(edit) == 3 else (),
        refusals=((refuse[0].encode(), Refusal(refuse[1], refuse[2])),) if len(refuse) == 3 else (),
        expected=(
            (Expectation(expected[0], Refusal(*expected), int(start), int(end) if end else None),)
            if len(expected) > 1
            else ()
        ),
        retry=frozenset(filter(None, fields.get("retry", "").split(","))),
        probes=tuple(one for one in (run, asked) if one.text),
        effects=effects,
        temporary=tuple(filter(None, fields.get("temporary", "").split(","))),
        named=tuple(bits.Named(verb.encode(), name.encode()) for verb, name in _named(fields.get("names", ""))),
        several="several" in fields or ("probe" in fields and "retry" not in fields),
        statement=text,
    )


def _named(said: str) -> Iterator[tuple[str, str]]:
    """As in PREPARE:p,EXECUTE:q."""
    for one in filter(None, said.split(",")):
        verb, _, name = one.partition(":")
        yield verb, name


_SERVERS = {
    name.title().replace("_", ""): kind
    for name, kind in vars(messages).items()
    if isinstance(kind, int) and name.isupper()
}


def frame_of(side: str, words: list[str]) -> bytes:
    """A frame from its name in the manual and its values."""
    name, *values = words
    encoded = [value.encode("utf-8", "surrogateescape") for value in values]
    maker = _CLIENT.get(name) if side == "F" else _SERVER.get(name)
    if maker is not None:
        return maker(*encoded)
    return messages.frame(_SERVERS[name], b"".join(value + b"\0" for value in encoded))


def _values(values: tuple[bytes, ...]) -> bytes:
    return len(values).to_bytes(2, "big") + b"".join(len(value).to_bytes(4, "big") + value for value in values)


def _bind(portal: bytes, name: bytes, *values: bytes) -> bytes:
    return messages.frame(messages.BIND, portal + b"\0" + name + b"\0\0\0" + _values(values) + b"\0\0")


def _parse(name: bytes, text: bytes, *types: bytes) -> bytes:
    oids = b"".join(int(oid).to_bytes(4, "big") for oid in types)
    return messages.parse(name, text, len(types).to_bytes(2, "big") + oids)


def _fields(*fields: bytes) -> bytes:
    return b"".join(field[:1] + field[2:] + b"\0" for field in fields) + b"\0"


_CLIENT: dict[str, Callable[..., bytes]] = {
    "Bind": _bind,
    "Close": messages.close,
    "CopyData": lambda data: messages.frame(messages.COPY_DATA, data),
    "Describe": messages.describe,
    "Execute": lambda portal, rows=b"0": messages.frame(
        messages.EXECUTE, portal + b"\0" + int(rows).to_bytes(4, "big")
    ),
    "FunctionCall": lambda oid: messages.frame(messages.FUNCTION_CALL, int(oid).to_bytes(4, "big") + b"\0" * 6),
    "Parse": _parse,
    "Query": messages.query,
}
_SERVER: dict[str, Callable[..., bytes]] = {
    "AuthenticationOk": lambda: messages.frame(messages.AUTHENTICATION, b"\0\0\0\0"),
    "AuthenticationSASL": lambda *names: messages.frame(
        messages.AUTHENTICATION, b"\0\0\0\x0a" + b"".join(name + b"\0" for name in names) + b"\0"
    ),
    "BackendKeyData": lambda: messages.frame(messages.BACKEND_KEY_DATA, b"\0\0\0\1\0\0\0\2"),
    "CopyData": lambda data: messages.frame(messages.COPY_DATA, data),
    "DataRow": lambda *values: messages.frame(messages.DATA_ROW, _values(values)),
    "ParameterDescription": lambda *oids: messages.frame(
        messages.PARAMETER_DESCRIPTION, len(oids).to_bytes(2, "big") + b"".join(oid.rjust(4, b"\0") for oid in oids)
    ),
    "RowDescription": lambda *names: messages.frame(
        messages.ROW_DESCRIPTION, len(names).to_bytes(2, "big") + b"".join(name + bytes(19) for name in names)
    ),
    "ErrorResponse": lambda *fields: messages.frame(messages.ERROR_RESPONSE, _fields(*fields)),
    "NoticeResponse": lambda *fields: messages.frame(messages.NOTICE_RESPONSE, _fields(*fields)),
    "ReadyForQuery": lambda status: messages.frame(messages.READY_FOR_QUERY, status),
}


def shown(data: bytes) -> list[str]:
    """A stream of frames, a line each, so that a difference can be read."""
    lines = []
    while len(data) >= 5:
        length = int.from_bytes(data[1:5], "big")
        lines.append(f"{data[:1].decode('latin-1')} {data[5 : 1 + length]!r}")
        data = data[1 + length :]
    return lines + ([repr(data)] if data else [])


def replay(path: Path, slicing: Slicing) -> None:
    """All of a transcript; AssertionError where it goes otherwise, with the line."""
    play = Play(slicing)
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            play.line(line)
        except AssertionError as problem:
            raise AssertionError(f"{path.name}:{number}: {line}\n{problem}") from problem
    play.deliver()

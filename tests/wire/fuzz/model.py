"""A tiny Postgres: answers a client's frames as the manual's chapter on the protocol says; the oracle of the fuzzing.

It is the server's main loop (postgres.c) without a database: skip-until-Sync, prepared statements, portals, COPY,
transaction status. What a text means is for `meanings` to say. test_model.py holds it against real servers.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from tests.wire.fuzz.meanings import Failure, Meaning

from lintel.wire import messages
from lintel.wire.messages import frame

Frame = tuple[int, bytes]
Receiving = Generator[None, Frame, None]
Means = Callable[[bytes], Meaning]

_FREELY_ENDED = ("COMMIT", "ROLLBACK")
_EXTENDED = (messages.PARSE, messages.BIND, messages.EXECUTE, messages.DESCRIBE, messages.CLOSE)
_COPY_ONLY = (messages.COPY_DATA, messages.COPY_DONE, messages.COPY_FAIL)


@dataclass
class Portal:
    """What a Bind made."""

    meaning: Meaning
    sent: int = 0  # rows
    failed: bool = False  # it is of a transaction that has failed, or has run and cannot run again


@dataclass
class Postgres:
    """One server process; `receive` takes bytes and gives bytes."""

    means: Means
    status: bytes = b"I"
    dead: bool = False
    ends: Callable[[bool], None] = lambda committed: None  # called whenever a transaction does, of one message too
    settings: dict[str, str] = field(default_factory=lambda: {"application_name": "", "search_path": "public"})

    def __post_init__(self) -> None:
        self._statements: dict[bytes, bytes] = {}
        self._portals: dict[bytes, Portal] = {}
        self._skipping = False
        self._piped = False  # something has run since the last Sync
        self._committed = dict(self.settings)
        self._reported = ""
        self._input = b""
        self._output: list[bytes] = []
        self.ran = False  # something has been bound since the last Sync
        self._loop = self._main()
        next(self._loop)

    def start(self) -> bytes:
        """What a client that is let in sees first."""
        self._send(messages.AUTHENTICATION, b"\0\0\0\0")
        self._send(messages.PARAMETER_STATUS, b"client_encoding\0UTF8\0")
        self._send(messages.BACKEND_KEY_DATA, b"\0\0\0\1\0\0\0\2")
        self._ready()
        return self._take()

    def receive(self, data: bytes) -> bytes:
        """What it answers to these bytes."""
        self._input += data
        while not self.dead and len(self._input) >= 5:
            end = 1 + int.from_bytes(self._input[1:5], "big")
            if len(self._input) < end:
                break
            kind, body = self._input[0], self._input[5:end]
            self._input = self._input[end:]
            self._loop.send((kind, body))
        return self._take()

    def _take(self) -> bytes:
        data = b"".join(self._output)
        self._output.clear()
        return data

    def _send(self, kind: int, body: bytes = b"") -> None:
        self._output.append(frame(kind, body))

    def _main(self) -> Receiving:
        while True:
            kind, body = yield
            if self._skipping and kind != messages.SYNC:
                continue
            try:
                yield from self._message(kind, body)
            except Failure as failure:
                self._failed(kind, failure)

    def _message(self, kind: int, body: bytes) -> Receiving:
        strings = body.split(b"\0")
        match kind:
            case messages.QUERY:
                yield from self._query(body[:-1])
                self._ready()
            case messages.PARSE:
                self._parse(strings[0], strings[1])
            case messages.BIND:
                self._bind(strings[0], strings[1])
            case messages.DESCRIBE:
                self._describe(body[:1], body[1:-1])
            case messages.EXECUTE:
                yield from self._execute(strings[0], int.from_bytes(body[-4:], "big"))
            case messages.CLOSE:
                self._close(body[:1], body[1:-1])
            case messages.SYNC:
                self._skipping = self.ran = False
                self._finish()
                self._ready()
            case messages.FUNCTION_CALL:
                self._function(int.from_bytes(body[:4], "big"))
            case messages.TERMINATE:
                self.dead = True

    def _failed(self, kind: int, failure: Failure) -> None:
        self._output.append(failure.frame())
        self.dead = failure.fatal
        self.settings = dict(self._committed)
        self.ends(False)
        if self.status == b"I":
            self._piped = False
            self._portals.clear()
        else:
            self.status = b"E"
            for portal in self._portals.values():
                portal.failed = True
        if failure.fatal:
            return
        if kind in _EXTENDED:
            self._skipping = True
        else:
            self._ready()

    def _ready(self) -> None:
        if self.settings["application_name"] != self._reported:
            self._reported = self.settings["application_name"]
            self._send(messages.PARAMETER_STATUS, b"application_name\0" + self._reported.encode() + b"\0")
        self._send(messages.READY_FOR_QUERY, self.status)

    def _finish(self) -> None:
        """Outside of a block: what has been done is committed."""
        if self.status == b"I":
            self._piped = False
            self._portals.clear()
            self._committed = dict(self.settings)
            self.ends(True)

    def _check_aborted(self, meaning: Meaning) -> None:
        if self.status == b"E" and meaning.tag not in _FREELY_ENDED:
            raise Failure("25P02", "current transaction is aborted, commands ignored until end of transaction block")

    def _query(self, text: bytes) -> Receiving:
        self._statements.pop(b"", None)
        meanings = [self.means(part.strip()) for part in text.split(b";") if part.strip()]
        for meaning in meanings:
            meaning.check_syntax()
        if not meanings:
            self._send(messages.EMPTY_QUERY_RESPONSE)
        for meaning in meanings:
            self._check_aborted(meaning)
            meaning.analyse()
            portal = self._portals[b""] = Portal(meaning)
            self._describe_rows(self._resolved(meaning), silent=True)
            yield from self._run(portal, 0)
            self._portals.pop(b"", None)
        self._finish()

    def _parse(self, name: bytes, text: bytes) -> None:
        if not name:
            self._statements.pop(b"", None)
        meaning = self.means(text)
        meaning.check_syntax()
        if b";" in text:
            raise Failure("42601", "cannot insert multiple commands into a prepared statement")
        if text:
            self._check_aborted(meaning)
            meaning.analyse()
        self._store(name, text)
        self._send(messages.PARSE_COMPLETE)

    def _store(self, name: bytes, text: bytes) -> None:
        if name and name in self._statements:
            raise Failure("42P05", f'prepared statement "{name.decode()}" already exists')
        self._statements[name] = text

    def _statement(self, name: bytes) -> Meaning:
        if name not in self._statements:
            shown = f'prepared statement "{name.decode()}"' if name else "unnamed prepared statement"
            raise Failure("26000", f"{shown} does not exist")
        return self.means(self._statements[name])

    def _portal(self, name: bytes) -> Portal:
        if name not in self._portals:
            raise Failure("34000", f'portal "{name.decode()}" does not exist')
        return self._portals[name]

    def _bind(self, portal: bytes, name: bytes) -> None:
        meaning = self._statement(name)
        self._check_aborted(meaning)
        if portal and portal in self._portals:
            raise Failure("42P03", f'cursor "{portal.decode()}" already exists')
        meaning.analyse()
        self._portals[portal] = Portal(meaning)
        self.ran = True
        self._send(messages.BIND_COMPLETE)

    def _close(self, what: bytes, name: bytes) -> None:
        owner: dict[bytes, bytes] | dict[bytes, Portal] = self._statements if what == b"S" else self._portals
        owner.pop(name, None)
        self._send(messages.CLOSE_COMPLETE)

    def _describe(self, what: bytes, name: bytes) -> None:
        meaning = self._statement(name) if what == b"S" else self._portal(name).meaning
        if what == b"S":
            meaning.analyse()
        resolved = self._resolved(meaning)
        if resolved.columns:
            self._check_aborted(meaning)
        if what == b"S":
            self._send(messages.PARAMETER_DESCRIPTION, b"\0\0")
        self._describe_rows(resolved)

    def _resolved(self, meaning: Meaning) -> Meaning:
        """EXECUTE shows the columns of what it names."""
        if meaning.executes is None or meaning.executes not in self._statements:
            return meaning
        return self.means(self._statements[meaning.executes])

    def _describe_rows(self, meaning: Meaning, silent: bool = False) -> None:
        if meaning.columns:
            named = (name + b"\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0" for name in meaning.names)
            self._send(messages.ROW_DESCRIPTION, len(meaning.names).to_bytes(2, "big") + b"".join(named))
        elif not silent:
            self._send(messages.NO_DATA)

    def _execute(self, name: bytes, limit: int) -> Receiving:
        portal = self._portal(name)
        if portal.meaning.empty:
            self._send(messages.EMPTY_QUERY_RESPONSE)
            return
        self._check_aborted(portal.meaning)
        yield from self._run(portal, limit)
        self._piped = True

    def _function(self, oid: int) -> None:
        if self.status == b"E":
            raise Failure("25P02", "current transaction is aborted, commands ignored until end of transaction block")
        if oid == 1:
            raise Failure("42883", "function with OID 1 does not exist")
        self._send(messages.FUNCTION_CALL_RESPONSE, b"\0\0\0\x011")
        self._finish()
        self._ready()

    def _run(self, portal: Portal, limit: int) -> Receiving:
        meaning = portal.meaning
        if portal.failed:
            raise Failure("55000", "portal cannot be run")
        named = meaning
        if meaning.executes is not None:
            named = self._statement(meaning.executes)
            named.analyse()
        if named.copies_in:
            rows = yield from self._copy_in()
            self._complete(portal, b"COPY %d" % rows)
        elif named.copies_out:
            self._send(messages.COPY_OUT_RESPONSE, b"\0\0\1\0\0")
            self._send(messages.COPY_DATA, b"1\n")
            self._send(messages.COPY_DONE)
            self._complete(portal, b"COPY 1")
        elif named.columns:
            self._rows(portal, named, limit)
        else:
            self._utility(portal)

    def _rows(self, portal: Portal, named: Meaning, limit: int) -> None:
        left = named.rows - portal.sent
        sent = min(left, limit) if limit else left
        for number in range(portal.sent, portal.sent + sent):
            self._send(messages.DATA_ROW, b"\0\1\0\0\0\1%d" % (number % 10))
        portal.sent += sent
        if named.fails and (portal.sent == named.rows and (not limit or sent < limit)):
            raise Failure(named.fails, "failed while it ran")
        if limit and sent == limit:
            self._send(messages.PORTAL_SUSPENDED)
        elif named.tag == "SHOW":
            self._send(messages.COMMAND_COMPLETE, b"SHOW\0")
        else:
            self._send(messages.COMMAND_COMPLETE, b"SELECT %d\0" % sent)

    def _complete(self, portal: Portal, tag: bytes) -> None:
        portal.failed = True
        self._send(messages.COMMAND_COMPLETE, tag + b"\0")

    def _notice(self, sqlstate: str) -> None:
        self._send(messages.NOTICE_RESPONSE, b"SWARNING\0VWARNING\0C%b\0Mmind\0\0" % sqlstate.encode())

    def _utility(self, portal: Portal) -> None:
        meaning = portal.meaning
        tag = meaning.tag
        if tag in ("BEGIN", *_FREELY_ENDED):
            tag = self._transaction(tag)
        elif meaning.discards:
            self._discard(tag)
        elif meaning.prepares is not None:
            self._store(*meaning.prepares)
        elif meaning.deallocates is not None:
            self._statement(meaning.deallocates)
            del self._statements[meaning.deallocates]
        self.settings.update(meaning.sets)
        meaning.run()
        self._complete(portal, tag.encode())

    def _discard(self, tag: str) -> None:
        if tag == "DISCARD ALL":
            if self.status != b"I" or self._piped:
                raise Failure("25001", "DISCARD ALL cannot run inside a transaction block")
            self.settings = {"application_name": "", "search_path": "public"}
            self._portals.clear()
        self._statements = {name: text for name, text in self._statements.items() if not name}

    def _transaction(self, tag: str) -> str:
        before, self.status = self.status, b"T" if tag == "BEGIN" else b"I"
        if tag == "BEGIN":
            if before == b"T":
                self._notice("25001")
            return tag
        if before == b"I":
            self._notice("25P01")
        if before == b"E" or tag == "ROLLBACK":
            self.settings = dict(self._committed)
            self.ends(False)
            tag = "ROLLBACK"
        self._finish()
        return tag

    def _copy_in(self) -> Generator[None, Frame, int]:
        """Flush and Sync are read over; what does not belong there costs the connection."""
        self._send(messages.COPY_IN_RESPONSE, b"\0\0\1\0\0")
        rows = 0
        while True:
            kind, body = yield
            if kind == messages.COPY_DONE:
                return rows
            if kind == messages.COPY_FAIL:
                raise Failure("57014", "COPY from stdin failed: " + body[:-1].decode())
            if kind == messages.COPY_DATA:
                if b"bad" in body:
                    raise Failure("22P02", 'invalid input syntax for type integer: "bad"')
                rows += body.count(b"\n")
            elif kind not in (messages.FLUSH, messages.SYNC):
                self._output.append(Failure("08P01", "unexpected message type during COPY from stdin").frame())
                raise Failure("08P01", "terminating connection because protocol synchronization was lost", fatal=True)

r"""A client program from a file, spoken to a real server, directly or through Lintel: everything that it hears.

F Query "SELECT 1"     sent, as in transcripts; \n, \t and \xff are what they are in Python
wait [MESSAGE]         read up to a message of this type, ReadyForQuery without
other "NOTIFY c"       another session does this
half-close             nothing more is sent, and the answers are read
closed                 the server closes by itself
plan                   Lintel has a plan for public.o; errors are compared by severity and SQLSTATE only
"""

import contextlib
import re
import shlex
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import psycopg
from tests.shield.wire_client import Client
from tests.wire.playbook import _SERVERS, Slicing, frame_of, shown

from lintel.wire import messages

TERMINATE = messages.frame(messages.TERMINATE, b"")


@dataclass(frozen=True)
class Program:
    """A file's lines, as words."""

    path: Path

    @property
    def check(self) -> int:
        """The number of the check that it belongs to."""
        return int(self.path.stem[:2])

    @property
    def lines(self) -> list[list[str]]:
        """Without comments and what is said of the whole."""
        lines = [line for line in self.path.read_text().splitlines() if line and line[0] != "#"]
        return [[_unescaped(word) for word in shlex.split(line)] for line in lines if line != "plan"]

    @property
    def planned(self) -> bool:
        """Lintel has a plan meanwhile."""
        return "plan" in self.path.read_text().splitlines()


def _unescaped(word: str) -> str:
    if "\\" not in word:
        return word
    return (
        word.encode("raw_unicode_escape").decode("unicode_escape").encode("latin-1").decode("utf-8", "surrogateescape")
    )


class Reciter(Client):
    """Speaks a program and remembers what it hears, frame by frame."""

    def __init__(self, dsn: str, slicing: Slicing, *, host: str = "", port: int = 0) -> None:
        super().__init__(dsn, "reciter", host=host, port=port)
        self._dsn = dsn  # the server's own
        self._slicing = slicing
        self._saying = b""
        self._heard: list[bytes] = []

    def recite(self, program: Program) -> list[bytes]:
        """All that came, up to the end of the connection."""
        for verb, *words in program.lines:
            if verb == "F":
                self._saying += frame_of("F", words)
            else:
                self._say()
                self._directives[verb](self, *words)
        self._saying += TERMINATE
        self._say()
        self._closed()
        return self._heard

    def _say(self) -> None:
        with contextlib.suppress(ConnectionError):  # what it had to say before is still read
            for piece in self._slicing(self._saying) if self._saying else ():
                self.send(piece)
        self._saying = b""

    def half_close(self) -> None:
        """Nothing more will be said."""
        self._socket.shutdown(socket.SHUT_WR)

    def _wait(self, message: str = "ReadyForQuery") -> None:
        kind = b""
        while kind != bytes([_SERVERS[message]]):
            kind, body = self._read()
            self._heard.append(messages.frame(kind[0], body))

    def _other(self, sql: str) -> None:
        with psycopg.connect(self._dsn, autocommit=True) as other:
            other.execute(sql)

    def _closed(self) -> None:
        while True:
            try:
                kind, body = self._read()
            except ConnectionError:
                return
            self._heard.append(messages.frame(kind[0], body))

    _directives: ClassVar[dict[str, Callable[..., None]]] = {
        "wait": _wait, "other": _other, "half-close": half_close, "closed": _closed
    }  # fmt: skip


def comparable(heard: list[bytes], planned: bool = False) -> list[str]:
    """Readable, without what differs between two sessions: process ids, oids and schemas of temporary tables."""
    lines = shown(b"".join(_without_accidents(frame, planned) for frame in heard))
    return [re.sub(r"pg_temp_\d+", "pg_temp_N", line) for line in lines]


def _without_accidents(frame: bytes, planned: bool) -> bytes:
    kind = frame[0]
    if kind == messages.NOTIFICATION_RESPONSE:
        return frame[:5] + b"\0\0\0\0" + frame[9:]
    if kind == messages.ROW_DESCRIPTION:
        return _without_oids(frame)
    if kind == messages.ERROR_RESPONSE and planned:
        return messages.error_response([field for field in messages.fields(frame) if field[0] in b"SVC"])
    return frame


def _without_oids(frame: bytes) -> bytes:
    made, at = frame[:7], 7
    while at < len(frame):
        end = frame.index(b"\0", at) + 1
        made += frame[at:end] + b"\0\0\0\0" + frame[end + 4 : end + 18]
        at = end + 18
    return made

"""What a text means to the tiny Postgres of model.py. Those in TEXTS are SQL and mean just that to a real one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lintel.wire import messages


class Failure(Exception):
    """An ErrorResponse."""

    def __init__(
        self, sqlstate: str, message: str, position: int = 0, fatal: bool = False, shown: bool = False
    ) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.position = position
        self.fatal = fatal  # and the server closes
        self.shown = shown  # a body as Lintel writes it, which tells nothing of the server's source

    def frame(self) -> bytes:
        """As the server sends it."""
        severity = b"FATAL" if self.fatal else b"ERROR"
        fields = [b"S" + severity, b"V" + severity, b"C" + self.sqlstate.encode(), b"M" + str(self).encode()]
        if self.position:
            fields.append(b"P%d" % self.position)
        if not self.shown:
            fields.append(b"Fpostgres.c")
        return messages.frame(messages.ERROR_RESPONSE, b"\0".join(fields) + b"\0\0")


@dataclass(frozen=True)
class Meaning:
    """One statement."""

    tag: str = "SELECT"
    rows: int = 0
    columns: bool = False
    names: tuple[bytes, ...] = (b"c",)  # of the columns
    fails: str = ""  # SQLSTATE, behind its rows
    syntax: Failure | None = None
    unknown: Failure | None = None  # to parse analysis
    empty: bool = False
    copies_in: bool = False
    copies_out: bool = False
    prepares: tuple[bytes, bytes] | None = None
    executes: bytes | None = None
    deallocates: bytes | None = None
    discards: bool = False
    sets: tuple[tuple[str, str], ...] = ()
    analysed: Callable[[], None] = lambda: None  # what else analysis does
    run: Callable[[], None] = lambda: None  # and running it

    def check_syntax(self) -> None:
        """What the grammar says."""
        if self.syntax:
            raise self.syntax

    def analyse(self) -> None:
        """What parse analysis says."""
        self.analysed()
        if self.unknown:
            raise self.unknown


TEXTS: Final = {
    b"": Meaning(empty=True),
    b"SELECT 1": Meaning(rows=1, columns=True),
    b"SELECT n FROM generate_series(1, 3) n": Meaning(rows=3, columns=True),
    b"SELECT 1/(3-n) FROM generate_series(1, 3) n": Meaning(rows=2, columns=True, fails="22012"),
    b"SELECT nope": Meaning(unknown=Failure("42703", 'column "nope" does not exist', 8)),
    b"SELEKT 1": Meaning(syntax=Failure("42601", 'syntax error at or near "SELEKT"', 1)),
    b"BEGIN": Meaning("BEGIN"),
    b"COMMIT": Meaning("COMMIT"),
    b"ROLLBACK": Meaning("ROLLBACK"),
    b"SET application_name = 'x'": Meaning("SET", sets=(("application_name", "x"),)),
    b"SET search_path = x": Meaning("SET", sets=(("search_path", "x"),)),
    b"SHOW search_path": Meaning("SHOW", rows=1, columns=True),
    b"SHOW role": Meaning("SHOW", rows=1, columns=True),
    b"COPY public.t FROM STDIN": Meaning("COPY", copies_in=True),
    b"COPY (SELECT 1) TO STDOUT": Meaning("COPY", copies_out=True),
    b"PREPARE q AS SELECT 1": Meaning("PREPARE", prepares=(b"q", b"SELECT 1")),
    b"EXECUTE q": Meaning("EXECUTE", executes=b"q"),
    b"DEALLOCATE q": Meaning("DEALLOCATE", deallocates=b"q"),
    b"DEALLOCATE ALL": Meaning("DEALLOCATE ALL", discards=True),
    b"DISCARD ALL": Meaning("DISCARD ALL", discards=True),
}


def ordinary(text: bytes) -> Meaning:
    """A text of TEXTS, whatever comment is behind it."""
    return TEXTS[text.partition(b" /*")[0]]

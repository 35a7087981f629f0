"""Files of plain SQL: which of them are migrations, and which part of one goes up.

Flyway (V1__x.sql; U undoes), dbmate (`-- migrate:up`), goose (`-- +goose Up`), sql-migrate (`-- +migrate Up`),
golang-migrate (1_x.up.sql), sqitch (deploy/), and whatever else numbers its files or dates them.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from lintel.analysis.ddl_source import Source
from lintel.config import ConfigError
from lintel.gate.ignores import in_sql
from lintel.gate.migration import Migration, Note, Step, Unreadable
from lintel.sql.grammar import RawStatement, SyntaxProblem, TooDeep, parse
from lintel.sql.tokens import tokens

_BACKWARDS = re.compile(r"\.down\.sql$|^U\d[\d._]*__", re.IGNORECASE)
_WHOLE_SCHEMA = frozenset({"structure.sql", "schema.sql"})  # what a tool dumps after the migrations
_OTHER_DIRECTORIES = frozenset({"revert", "verify", "down", "rollback"})
_SECTION = re.compile(rb"--[ \t]*(?:migrate[ \t]*:|\+(?:goose|migrate)[ \t])[ \t]*(up|down)\b", re.IGNORECASE)
_META_COMMAND = re.compile(rb"^\\[^\n]*", re.MULTILINE)
_NOT_A_LINE_BREAK = re.compile(rb"[^\n]")


def files(directory: Path) -> list[Path]:
    """The migrations below a directory."""
    found = directory.rglob("*.sql")
    return [file for file in found if not _is_no_migration(file.relative_to(directory))]


def _is_no_migration(file: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.parts)
    elsewhere = not _OTHER_DIRECTORIES.isdisjoint(file.parts[:-1])
    return hidden or elsewhere or file.name in _WHOLE_SCHEMA or _BACKWARDS.search(file.name) is not None


def read(file: Path) -> Migration:
    """The statements of a file that go up; ConfigError where it cannot be opened."""
    try:
        text = file.read_bytes()
    except OSError as problem:
        raise ConfigError(str(file), "", f"cannot be read: {problem.strerror}") from None
    ignores = tuple(in_sql(file, text))
    try:
        return Migration(file, tuple(_steps(upwards(text))), ignores)
    except Unreadable as problem:
        return Migration(file, ignores=ignores, problem=Note(problem.line, str(problem)))


def upwards(text: bytes) -> bytes:
    """The text with blanks for what does not go up, and for psql's own commands; lines stay where they are."""
    marks = list(_marks(text))
    if not marks:
        return _META_COMMAND.sub(_blank, text)
    pieces = [_blanked(text[: marks[0][0]])]
    for (at, word), (end, _) in zip(marks, [*marks[1:], (len(text), b"")], strict=True):
        pieces.append(text[at:end] if word == b"up" else _blanked(text[at:end]))
    return _META_COMMAND.sub(_blank, b"".join(pieces))


def _marks(text: bytes) -> Iterator[tuple[int, bytes]]:
    """Where a section begins, and which; only in comments, not in the text of a function."""
    if _SECTION.search(text):
        for token in tokens(text):
            found = _SECTION.match(text, token.start) if token.kind == "comment" else None
            if found is not None:
                yield token.start, found[1].lower()


def _blank(match: re.Match[bytes]) -> bytes:
    return b" " * len(match[0])


def _blanked(text: bytes) -> bytes:
    return _NOT_A_LINE_BREAK.sub(b" ", text)


def _steps(text: bytes) -> Iterator[Step]:
    for piece in Source(text.removeprefix(b"\xef\xbb\xbf")).pieces():
        for statement in _parsed(piece):
            tokens = [token for token, _ in piece.tokens_from(statement.start) if token.start < statement.end]
            if tokens:
                start, end = tokens[0].start, tokens[-1].end
                yield Step(piece.sql[start:end], piece.line(start), piece.line(end))


def _parsed(piece: Source) -> list[RawStatement]:
    try:
        return parse(piece.sql)
    except SyntaxProblem as problem:
        # The position counts characters.
        offset = len(piece.sql.decode("utf-8", "replace")[: max(0, problem.position - 1)].encode())
        raise Unreadable(piece.line(offset), str(problem)) from None
    except TooDeep as problem:
        raise Unreadable(piece.line(0), f"cannot be read safely: {problem}") from None

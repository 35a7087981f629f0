"""Texts that somebody has damaged: every one gets an answer, whatever it is."""

import random
from collections.abc import Iterator

import pytest
from tests.analysis import cases

from lintel.analysis import analyze
from lintel.analysis.ddl import schema_of
from lintel.sql.tokens import tokens

TEXTS = [case.sql.encode() for case in (*cases.simple(), *cases.live(), *cases.made(), *cases.tpch())]
KINDS = ("swap", "drop", "repeat", "case", "comment", "strange")
STRANGE = (b"*", b"(", b")", b".*", b"::orders", b"ROW", b"LATERAL", b"NATURAL", b"old", b"excluded", b'U&"\\0041"')


def _words(text: bytes) -> list[bytes]:
    return [text[token.start : token.end] for token in tokens(text)] or [b""]


def _damage(words: list[bytes], chance: random.Random) -> None:
    at, other = chance.randrange(len(words)), chance.randrange(len(words))
    match chance.choice(KINDS):
        case "swap":
            words[at], words[other] = words[other], words[at]
        case "drop":
            words[at] = b""
        case "repeat":
            words[at:at] = words[at : at + chance.randint(1, 12)]
        case "case":
            words[at] = words[at].swapcase()
        case "comment":
            words.insert(at, b"/* ' $$ /* \" */ */")
        case "strange":
            words[at] = chance.choice(STRANGE)


def _damaged(seed: int, count: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    for _ in range(count):
        words = _words(chance.choice(TEXTS))
        for _ in range(chance.choice((1, 1, 2, 3, 8))):
            _damage(words, chance)
        yield b" ".join(words)


@pytest.mark.parametrize("seed", range(4))
def test_damaged_texts(seed: int) -> None:
    """Analysed or not parsed, never an exception; enough of them parse to mean something."""
    schema = schema_of(cases.SCHEMA.read_bytes())
    facts = [analyze(text, schema, ("public",)) for text in _damaged(seed, 1500)]
    assert sum(bool(found.verb) for found in facts) > 200

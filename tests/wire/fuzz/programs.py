"""Random client programs: what a client sends, whatever it is answered; sensible runs of messages and single ones."""

from hypothesis import strategies as st
from tests.wire.fuzz.meanings import TEXTS

from lintel.wire import messages
from lintel.wire.messages import frame

Frames = tuple[bytes, ...]

_NAMES = st.sampled_from([b"", b"", b"a", b"q"])
_PORTALS = st.sampled_from([b"", b"", b"p"])
_LIMITS = st.sampled_from([0, 0, 0, 1, 2])
SYNC = messages.SYNC_FRAME
FLUSH = messages.FLUSH_FRAME
COPY_DONE = frame(messages.COPY_DONE, b"")
COPY_FAIL = frame(messages.COPY_FAIL, b"enough\0")
GOOD = frame(messages.COPY_DATA, b"1\n2\n")
BAD = frame(messages.COPY_DATA, b"bad\n")
ALONE = b"SELECT landing"  # fails as other statements do: together with them, nobody could tell which it was
# Whatever has been going on (COPY apart), behind these everything has been answered.
END: Frames = (SYNC, SYNC, messages.query(b"SELECT 1"))


def execute(portal: bytes, limit: int) -> bytes:
    """With a row limit."""
    return frame(messages.EXECUTE, portal + b"\0" + limit.to_bytes(4, "big"))


def function(oid: int) -> bytes:
    """Without arguments."""
    return frame(messages.FUNCTION_CALL, oid.to_bytes(4, "big") + b"\0" * 6)


def _text(texts: list[bytes]) -> st.SearchStrategy[bytes]:
    return st.sampled_from([text for text in texts if text != b"DISCARD ALL" and b";" not in text])


def _queries(texts: list[bytes]) -> st.SearchStrategy[Frames]:
    together = [text for text in texts if text != ALONE]
    several = st.lists(_text(together), min_size=2, max_size=3).map(b";".join)
    text = st.one_of(st.sampled_from(texts), several)
    return st.builds(lambda text, times: (messages.query(text),) * times, text, st.sampled_from([1, 1, 1, 4]))


def _copies(texts: list[bytes]) -> st.SearchStrategy[Frames]:
    began = st.sampled_from(
        [
            (messages.query(b"COPY public.t FROM STDIN"),),
            (*_run(b"", b"COPY public.t FROM STDIN", b"", 0), SYNC),
            _run(b"", b"COPY public.t FROM STDIN", b"", 0),
        ]
    )
    data = st.lists(st.sampled_from([GOOD, GOOD, GOOD, BAD, SYNC, FLUSH]), max_size=3).map(tuple)
    ends = st.sampled_from([(COPY_DONE,), (COPY_DONE, SYNC), (COPY_FAIL,), (COPY_FAIL, SYNC)])
    return st.tuples(began, data, ends).map(lambda parts: parts[0] + parts[1] + parts[2])


def _parse(name: bytes, text: bytes) -> bytes:
    if not text.startswith(b"SELECT"):  # the model's EXECUTE knows nothing else, and EXECUTE q as q would never end
        name = name.replace(b"q", b"a")
    return messages.parse(name, text, b"\0\0")


def _run(name: bytes, text: bytes, portal: bytes, limit: int) -> Frames:
    return (_parse(name, text), messages.bind(portal, name), execute(portal, limit))


def _runs(texts: list[bytes]) -> st.SearchStrategy[Frames]:
    described = st.tuples(_text(texts), st.booleans()).map(
        lambda drawn: (
            _parse(b"", drawn[0]),
            messages.bind(b"", b""),
            *((messages.describe(b"P", b""),) if drawn[1] else ()),
            messages.execute(b""),
            SYNC,
        )
    )
    named = st.builds(_run, _NAMES, _text(texts), _PORTALS, _LIMITS)
    again = st.builds(lambda name, limit: (messages.bind(b"", name), execute(b"", limit), SYNC), _NAMES, _LIMITS)
    once = st.one_of(described, named, again)
    return st.one_of(once, st.builds(_repeated, once, st.booleans(), st.integers(2, 5)))


def _repeated(run: Frames, described: bool, times: int) -> Frames:
    """As it is, then without its Parse: what was remembered of it is of use, or no longer true."""
    bound = tuple(one for one in run if one[0] not in (messages.PARSE, messages.DESCRIBE, messages.SYNC))
    shown = (bound[0], *((messages.describe(b"P", b""),) if described else ()), *bound[1:], SYNC)
    return run * times + shown * times


def _singles(texts: list[bytes]) -> st.SearchStrategy[Frames]:
    one = st.one_of(
        st.just(SYNC),
        st.builds(_parse, _NAMES, _text(texts)),
        st.builds(messages.bind, _PORTALS, _NAMES),
        st.builds(execute, _PORTALS, _LIMITS),
        st.builds(messages.describe, st.just(b"S"), _NAMES),
        st.builds(messages.describe, st.just(b"P"), _PORTALS),
        st.builds(messages.close, st.just(b"S"), _NAMES),
        st.builds(messages.close, st.just(b"P"), _PORTALS),
        st.sampled_from([FLUSH, function(2026), function(1), GOOD, BAD, COPY_DONE, COPY_FAIL]),
    )
    return one.map(lambda made: (made,))


def programs(more: tuple[bytes, ...] = ()) -> st.SearchStrategy[Frames]:
    """Up to some thirty messages; `more` are texts besides those of TEXTS."""
    texts = [*TEXTS, *more]
    parts = st.one_of(_queries(texts), _runs(texts), _singles(texts), _copies(texts))
    return st.lists(parts, max_size=10).map(lambda made: _ended(tuple(one for part in made for one in part)))


def copies(program: Frames) -> bool:
    """It has to do with COPY FROM."""
    return any(one[0] in (messages.COPY_DATA, messages.COPY_DONE, messages.COPY_FAIL) for one in program)


def unrepeatable(program: Frames) -> bool:
    """In front of these no text is tried again."""
    return copies(program) or any(one[0] == messages.FUNCTION_CALL for one in program)


def uses_the_forgotten(program: Frames) -> bool:
    """The unnamed statement behind a Query, which has destroyed it.

    Lintel, preparing it again because a policy has changed, would bring it back: the client is better off than without.
    Where the transaction may have failed, so may have a Parse that would have made another.
    """
    there, gone, block = True, False, False
    for one in program:
        if one[0] == messages.QUERY:
            there, gone, block = False, True, block or b"BEGIN" in one
        elif one[0] == messages.PARSE and not one[5]:
            there = True
        elif one[0] == messages.SYNC and gone and block:
            there = False
        elif not there and (_bound(one) == b"" or one == messages.describe(b"S", b"")):
            return True
    return False


def _bound(one: bytes) -> bytes | None:
    return one[5:].split(b"\0")[1] if one[0] == messages.BIND else None


def _ended(program: Frames) -> Frames:
    ended = copies(program) or any(b"FROM STDIN" in one for one in program)
    return (*program, *((COPY_FAIL,) if ended else ()), *END)

"""An exchange that a client repeats: what it sends in one go, known by its bytes, and what answers that."""

from .expected import Expected


class Exchange:
    """A Query, whole; or one statement from its Bind (or a Parse that has come before) to its Sync, with any values.

    The client's chunk is `ahead`, which is the Query, or the Parse; and, but for a Query, a Bind with `bind` behind its
    header, and `tail`. The answer is an opening (`entry.opening`; a Query's is at most a RowDescription), rows, a
    CommandComplete and a ReadyForQuery. The Conversation names an exchange that has come before (`needs.exchange`). As
    long as neither side sends anything but such exchanges, one behind the other's answer, and the Conversation is told
    nothing, it would let each further one pass as it is, but for `instead` in the place of `ahead`.

    A Query's holds for every session of its context, the others for their session. It may stand for all Queries of a
    shape, which differ in no more than their literals; then it has the shape's key for a text, and none is changed.
    """

    __slots__ = ("ahead", "alike", "bind", "entry", "instead", "met", "passes", "query", "tail")

    def __init__(
        self,
        entry: Expected,
        ahead: bytes,
        instead: bytes = b"",
        bind: bytes = b"",
        tail: bytes = b"",
        alike: bool = False,
    ) -> None:
        self.entry = entry  # what answers it
        self.ahead = ahead
        self.instead = instead  # empty: nothing
        self.alike = alike
        self.bind = bind
        self.query = not bind  # that is all of it
        self.tail = tail
        self.passes = True  # False: the shell has found that it cannot tell it
        self.met = -1  # State.stirred of its session, when it came last; not of a Query

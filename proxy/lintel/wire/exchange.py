"""An exchange that a client repeats: what it sends in one go, known by its bytes, and what answers that."""

from .expected import Expected


class Exchange:
    """One statement from its Bind (or a Parse that has come before) to its Sync, with any values in it.

    The client's chunk is `ahead`, a Bind with `bind` behind its header, and `tail`; the answer is an opening
    (`entry.opening`), rows, a CommandComplete and a ReadyForQuery. The Conversation names an exchange that has come a
    second time (`needs.exchange`). As long as neither side sends anything else, and the Conversation is told nothing,
    it would let each further one pass as it is, but for `instead` in the place of `ahead`.
    """

    __slots__ = ("ahead", "bind", "entry", "instead", "tail")

    def __init__(self, entry: Expected, ahead: bytes, instead: bytes, bind: bytes, tail: bytes) -> None:
        self.entry = entry  # what answers it
        self.ahead = ahead
        self.instead = instead  # empty: nothing
        self.bind = bind
        self.tail = tail

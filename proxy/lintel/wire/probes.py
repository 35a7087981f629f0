"""What probes have shown in the transaction under way, and what that makes otherwise. Of a session's State."""

from dataclasses import replace
from typing import Final

from . import messages
from .decision import Probe
from .expected import OWN_CLOSE, Expected
from .state import State

SHOWN_LIMIT: Final = 32  # temporary relations whose columns a session remembers


def is_due(state: State, probe: Probe, kind: int) -> bool:
    """Whether it has to go ahead of a message of this kind.

    What runs does so in a failed transaction as well: what has failed may be taken back ahead of the statement. Outside
    of one it leaves one open, which a Sync ends and a Query does not (PostgreSQL 18); that takes a snapshot of its own.
    """
    outside = state.status == messages.IDLE and not state.bound
    if (outside and kind == messages.QUERY) if probe.runs else state.status == messages.FAILED:
        return False
    return not _is_probed(state, probe)


def _is_probed(state: State, probe: Probe) -> bool:
    """The table is locked and is as the decision has it, or there is no newer snapshot to decide by.

    The policy may have moved to a snapshot that was read before the lock was taken.
    """
    shown = state.probed.get(probe.text)
    return shown is not None and (shown == probe.columns or (not probe.own and state.context is state.newest))


def heard(state: State, kind: int, frame: bytes) -> bool:
    """Of the answer to the probe that is due; whether it calls for a newer snapshot."""
    probe = state.expected[0].probe
    assert probe is not None
    if probe.text in state.probed:
        if kind == messages.CLOSE_COMPLETE:
            state.pop()
    elif kind == messages.COMMAND_COMPLETE:
        state.probed[probe.text] = ()
        state.expected.appendleft(Expected(OWN_CLOSE))  # of its portal
    elif kind in (messages.ROW_DESCRIPTION, messages.NO_DATA):
        columns = () if kind == messages.NO_DATA else messages.column_names(frame)
        state.probed[probe.text] = columns
        if columns != probe.columns or (probe.own and not columns):
            _described(state, probe, columns)
            return not probe.own
    return False


def forget_own(state: State) -> None:
    """What is sent next may make or change temporary relations, by functions and triggers as well."""
    if state.probed:
        for text, _ in state.settings.shown:
            state.probed.pop(text, None)


def forget(state: State) -> None:
    """What they have shown, and locked, may be otherwise."""
    state.probed.clear()
    if state.settings.described:
        state.settle(replace(state.settings, described=()))


def _described(state: State, probe: Probe, columns: tuple[bytes, ...]) -> None:
    """A table is otherwise than thought: by what others have committed, or by what this session has done itself."""
    if probe.own:
        others = [each for each in state.settings.shown if each[0] != probe.text]
        state.settle(replace(state.settings, shown=(*others[1 - SHOWN_LIMIT :], (probe.text, columns))))
        return
    if state.counts is not None:
        state.counts.prevented += 1
    if state.settings.uncommitted:
        state.settle(replace(state.settings, described=(*state.settings.described, (probe.text, columns))))

"""Run a computation in slices while its progress is displayed: an adaptation, a comparison or a meta-training.

The state holds a generator, and while it is busy, a fragment pulls a slice of work at every tick, if it is its turn (`turns`). Closing the
tab stops the timer and thereby the computation; no thread continues.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import streamlit as st

from metamed_core.words import Words
from pages.parts.common.turns import WAITS, at_tick, leave_line, wait_for_turn

TICK = 0.3  # seconds between two slices


class Live(Protocol):
    """Protocol of a computation that `run_live` can run; its state is one value in the session.

    needs_rerun: whether the page outside the fragment is outdated. Buttons inside the fragment also set it.
    """

    needs_rerun: bool

    @property
    def busy(self) -> bool:
        """Whether the computation continues without a click."""

    def tick(self) -> None:
        """Compute one slice, of at most a few tenths of a second, since Stop waits for its end."""


def run_live(
    state: Live, draw: Callable[[], None], *, every: float = TICK, say: Callable[[Words], str] | None = None, key: str = "turn"
) -> None:
    """Draw and, while `state` is busy, compute a slice and draw again at regular intervals.

    Parameters
    ----------
    state, draw
        Computes a slice at each tick; draws from it without advancing it. Once not busy, or if `needs_rerun`, the whole page is run.
    say
        Translates what is said to who must wait for a turn; None for a state that only looks after a process, and takes no turns.
    every, key
        Seconds between two ticks; key of the place where that is said, another one for each computation of a page.
    """

    def slice_of_work() -> int:
        before = wait_for_turn() if say is not None else 0
        if not before and state.busy:
            state.tick()
            state.needs_rerun |= not state.busy
        return before

    def tick_and_draw() -> None:
        before = 0
        if state.busy and is_tick():
            with at_tick():
                before = slice_of_work()
        if say is not None:
            if not state.busy:
                leave_line()
            with st.container(key=key):  # always there: what comes and goes above a live chart would have it rebuilt
                if before:
                    st.info(say(WAITS.format(n=before)), icon=":material/hourglass_top:")
        draw()
        if not is_tick():
            state.needs_rerun = False  # the whole page is running: the parts below are drawn next
        elif state.needs_rerun:
            st.rerun()  # starts or stops the timer, and draws the parts below

    st.fragment(tick_and_draw, run_every=every if state.busy else None)()


def is_tick() -> bool:
    """Whether this run was started by the fragment's timer, so that other runs of the page compute no slice."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    return context is not None and bool(context.fragment_ids_this_run)

"""Something that is computed a slice at a time while one watches: an adaptation, a comparison, a meta-training.

Pull, not push: the state holds a generator, and while it is busy a fragment asks it for a slice of work at every tick. A closed tab stops
its timer and with it the work; no thread outlives it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import streamlit as st

TICK = 0.3  # seconds between two slices


class Live(Protocol):
    """What can be run live; one value in the session.

    needs_rerun: the fragment has moved on and the page round it has not yet. A button inside the fragment sets it too.
    """

    needs_rerun: bool

    @property
    def busy(self) -> bool:
        """Whether there is more to compute without a click."""

    def tick(self) -> None:
        """Compute one slice, of at most a few tenths of a second: Stop waits for its end."""


def run_live(state: Live, draw: Callable[[], None], *, every: float = TICK) -> None:
    """Draw something now and, while `state` is busy, compute a slice and draw again every few tenths of a second.

    Parameters
    ----------
    state
        Computes a slice at each tick. When it stops being busy, or `needs_rerun` is set, the whole page is run once.
    draw
        Draws controls and charts from the state. It must not move the state itself.
    every
        Seconds between two ticks.
    """

    def tick_and_draw() -> None:
        if state.busy and is_tick():
            state.tick()
            state.needs_rerun |= not state.busy
        draw()
        if not is_tick():
            state.needs_rerun = False  # this is the whole page: what comes below is drawn next
        elif state.needs_rerun:
            st.rerun()  # sets or drops the timer, and draws what is below

    st.fragment(tick_and_draw, run_every=every if state.busy else None)()


def is_tick() -> bool:
    """Whether this run is the fragment's own, so that a run of the whole page for another reason does not compute a slice."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    return context is not None and bool(context.fragment_ids_this_run)

"""Play and pause: the step one would press ten times, made once a second, on one screen and from one state.

A timer of the browser's own asks for each step, so nothing computes between two of them, and a closed tab ends it. Any other change of
the state (a slider, a mark, another button), another screen or page, and the last step end it too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

import streamlit as st

from metamed_core.words import Words
from pages.lessons.lesson import Action, Screen
from pages.lessons.lesson_state import State
from pages.parts.common.page_frame import Say
from pages.parts.common.run_live import is_tick
from pages.parts.learn.address import Address
from pages.parts.learn.progress import Progress

KEY = "learn_playing"
EVERY, EARLY = 1.0, 0.2  # seconds between two steps; how much earlier a tick of the timer may come
PLAY, PAUSE = Words("Play", "播放"), Words("Pause", "暂停")
ABOUT = Words(
    "Play presses [{step}] once a second, until the last step or until you change anything.",
    "“播放”每秒执行一次“{step}”，直到最后一步，或您作出任何更改为止。",
)


@dataclass(frozen=True)
class Playing:
    """What is played: the lesson and screen, the state that the last step led to, when the next is due, and whether a timer asks for it yet."""

    at: tuple[str | None, int]
    state: State
    due: float
    timed: bool = False


def in_time(draw: Callable[[], None]) -> None:
    """Draw a lesson as a fragment that is drawn again once a second, but only while it is played."""
    held: Playing | None = st.session_state.get(KEY)
    if held is not None and held.timed and not is_tick():
        _stop()  # the whole page runs though neither Play nor Pause asked for it: the reader was elsewhere
    elif held is not None:
        st.session_state[KEY] = replace(held, timed=True)
    timed = KEY in st.session_state

    def draw_in_time() -> None:
        _set_timer(timed)
        draw()
        _set_timer(timed)

    st.fragment(draw_in_time, run_every=EVERY if timed else None)()


def _set_timer(timed: bool) -> None:
    """Only a run of the whole page starts or stops the timer of a fragment."""
    if (KEY in st.session_state) != timed:
        st.rerun()


def keep_playing(screen: Screen[Any], progress: Progress, address: Address) -> None:
    """Make the next step if it is due; stop where the reader has changed anything, or at the end."""
    held: Playing | None = st.session_state.get(KEY)
    if held is None:
        return
    action, here = screen.played, _here(address)
    if action is None or address.locked or address.screen not in progress.shown or (held.at, held.state) != (here, progress.state):
        _stop()
    elif is_tick() and monotonic() >= held.due:  # not each run of the fragment is the timer's: a press of [Large] is none
        _step(action, progress, here, timed=held.timed)


def play_button(say: Say, action: Action[Any], progress: Progress, address: Address) -> None:
    """One button, Play or Pause, with the same key, so that the keyboard stays on it."""
    plays = KEY in st.session_state
    st.button(
        say(PAUSE if plays else PLAY),
        icon=":material/pause:" if plays else ":material/play_arrow:",
        key="action_play",
        disabled=action.disabled(progress.state),
        on_click=_press,
        args=(action, progress, _here(address)),
    )


def _press(action: Action[Any], progress: Progress, here: tuple[str | None, int]) -> None:
    if KEY in st.session_state:
        _stop()
    else:
        _step(action, progress, here, timed=False)


def _step(action: Action[Any], progress: Progress, here: tuple[str | None, int], *, timed: bool) -> None:
    progress.state = action.apply(progress.state)
    if action.disabled(progress.state):
        _stop()
    else:
        st.session_state[KEY] = Playing(here, progress.state, monotonic() + EVERY - EARLY, timed)


def _stop() -> None:
    st.session_state.pop(KEY, None)


def _here(address: Address) -> tuple[str | None, int]:
    return address.lesson, address.screen


def about(say: Say, screen: Screen[Any]) -> str:
    """What Play does on this screen, for the line under the figure: a tooltip would lie over the figure while it plays."""
    return say(ABOUT.format(step=screen.played.label)) if screen.played is not None else ""

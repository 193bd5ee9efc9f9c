"""The buttons and settings under a figure, drawn from what the screen declares; each only changes the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.lessons.lesson import Control, Lesson, Screen
from pages.lessons.lesson_state import State, bounds
from pages.parts.common import bound_widgets
from pages.parts.common.page_frame import Say
from pages.parts.learn.address import Address
from pages.parts.learn.playback import play_button
from pages.parts.learn.progress import Progress
from pages.parts.learn.texts import RESET


def controls(say: Say, lesson: Lesson[Any], screen: Screen[Any], progress: Progress, address: Address) -> None:
    """Buttons and settings in one row, and a way back to where the lesson began."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="lesson_controls"):
        for i, action in enumerate(screen.actions):
            st.button(
                say(action.label),
                icon=action.icon,
                key=f"action_{action.name}",
                disabled=action.disabled(progress.state),
                on_click=_apply,
                args=(progress, action.apply),
                type="primary" if not i else "secondary",
            )
        if screen.played is not None:
            play_button(say, screen.played, progress, address)
        for control in screen.controls:
            _control(say, lesson, control, progress)
        if screen.actions or screen.controls or screen.movable:
            st.button(say(RESET), icon=":material/restart_alt:", key="action_reset", on_click=_reset, args=(progress,), type="tertiary")


def _apply(progress: Progress, change: Callable[[Any], State]) -> None:
    progress.state = change(progress.state)


def _reset(progress: Progress) -> None:
    progress.state = type(progress.state)(progress.state.seed)


def _control(say: Say, lesson: Lesson[Any], control: Control, progress: Progress) -> None:
    key, current = f"control_{lesson.key}_{control.name}", getattr(progress.state, control.name)

    def change(value: Any) -> None:
        progress.state = progress.state.updated(**{control.name: value})

    if control.options:
        offered = {value: say(text) for value, text in control.options.items()}
        bound_widgets.choice(st.segmented_control, say(control.label), offered, key=key, value=current, write=change)
        return
    low, high, step = (type(current)(limit) for limit in (*bounds(lesson.state, control.name), control.step))
    bound_widgets.bound(st.slider, say(control.label), low, high, key=key, value=current, write=change, step=step, width=230)

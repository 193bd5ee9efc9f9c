"""The buttons and knobs under a figure, drawn from what the screen declares; each only changes the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from metamed_core.words import Words
from pages.lessons.script import Knob, Lesson, Screen
from pages.lessons.state import bounds
from pages.parts.common.forms import mirror
from pages.parts.common.frame import Say
from pages.parts.learn.place import Stage

RESET = Words("Start over", "重新开始")


def controls(say: Say, lesson: Lesson[Any], screen: Screen[Any], stage: Stage) -> None:
    """Buttons and knobs in one row, and a way back to where the lesson began."""
    touched = bool(screen.acts or screen.knobs or screen.movable)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="lesson_acts"):
        for i, act in enumerate(screen.acts):
            st.button(
                say(act.label),
                icon=act.icon,
                key=f"act_{act.name}",
                disabled=act.off(stage.state),
                on_click=_become(stage, act.do),
                type="primary" if not i else "secondary",
            )
        for knob in screen.knobs:
            _knob(say, lesson, knob, stage)
        if touched:
            st.button(
                say(RESET),
                icon=":material/restart_alt:",
                key="act_reset",
                on_click=_become(stage, lambda state: type(state)(state.seed)),
                type="tertiary",
            )


def _become(stage: Stage, do: Callable[[Any], Any]) -> Callable[[], None]:
    def act() -> None:
        stage.state = do(stage.state)

    return act


def _knob(say: Say, lesson: Lesson[Any], knob: Knob, stage: Stage) -> None:
    key, current = f"knob_{lesson.key}_{knob.name}", getattr(stage.state, knob.name)

    def turn() -> None:
        if (value := st.session_state[key]) is not None:
            stage.state = stage.state.but(**{knob.name: value})

    mirror(say, key, current)
    if knob.options:
        st.segmented_control(
            say(knob.label), list(knob.options), format_func=lambda value: say(knob.options[value]), required=True, key=key, on_change=turn
        )
        return
    low, high = bounds(lesson.state, knob.name)
    kind = type(current)
    st.slider(say(knob.label), kind(low), kind(high), step=kind(knob.step), key=key, on_change=turn, width=230)

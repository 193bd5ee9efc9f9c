"""What a reader has done in each lesson, kept in the session: the state now, the options chosen, the answers shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from pages.lessons.lesson import Lesson
from pages.lessons.lesson_state import State

KEY = "learn"


@dataclass
class Progress:
    """What a reader has done in one lesson. chosen: screen -> option; shown: the screens whose answer has been shown."""

    state: State
    chosen: dict[int, int] = field(default_factory=dict)
    shown: set[int] = field(default_factory=set)


def all_progress() -> dict[str, Progress]:
    """What this tab has done in each lesson it has opened."""
    held: dict[str, Progress] = st.session_state.setdefault(KEY, {})
    return held


def progress_in(lesson: Lesson[Any]) -> Progress:
    """What this tab has done in a lesson; when it is opened, the state is what the address asks for."""
    held = all_progress()
    if lesson.key not in held:
        held[lesson.key] = Progress(lesson.state.from_address(st.query_params.to_dict()))
    return held[lesson.key]


def screens_done(lesson: Lesson[Any]) -> int:
    """How many of its screens have shown their answer in this tab."""
    held = all_progress().get(lesson.key)
    return len(held.shown) if held else 0


def next_screen(lesson: Lesson[Any]) -> int:
    """The first screen whose answer has not been shown, from 1; the first of all if every one has."""
    held, n = all_progress().get(lesson.key), len(lesson.screens)
    return next((at for at in range(1, n + 1) if held is None or at not in held.shown), 1)

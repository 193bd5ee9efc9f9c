"""What a reader sees in the figures of the lessons once an answer is shown: for each screen a function that finds the option it supports.

The functions stand in `lesson_answers_1_to_4`, `_5_to_7` and `_8_to_10` and read the figures as a reader does: bars, ends of lines, numbers in titles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from metamed_core.drawing import Figure
from pages.lessons.lesson import Lesson
from pages.lessons.lesson_state import State

Seen = Callable[[Lesson[Any], Any], int]
SEEN: dict[tuple[str, int], Seen] = {}
"""Key of a lesson and screen, from 1 -> the option that the figure supports."""


def seen(key: str, screen: int) -> Callable[[Seen], Seen]:
    """Register what a reader sees with the answer of a screen, from 1."""

    def register(reads: Seen) -> Seen:
        SEEN[key, screen] = reads
        return reads

    return register


def with_answer(lesson: Lesson[Any], screen: int, state: State) -> Figure:
    """The figure of a screen, from 1, with the answer."""
    return lesson.screens[screen - 1].figure(state, True)


def n_reached(value: float, *bounds: float) -> int:
    """How many bounds a value reaches."""
    return sum(value >= bound for bound in bounds)

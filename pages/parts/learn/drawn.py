"""Figures and formulas of the lessons as they were last drawn: a class of sixty is at the same screen in the same state, and one drawing serves all.

A lesson's state holds nothing of a visitor but where they have set its marks and sliders, and what is drawn depends on it alone. The oldest go first.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from metamed_core.drawing import figure_html
from metamed_core.words import Language, Words
from pages.lessons import LESSONS
from pages.lessons.lesson import Formula
from pages.lessons.lesson_state import State

MOST = 256  # drawings of some 30 kB each


@lru_cache(maxsize=MOST)
def figure_of(
    lesson: str, screen: int, state: State, *, shown: bool, language: Language, size: float, draggable: bool
) -> tuple[str, tuple[Words, ...]]:
    """The figure of a screen as HTML, and how to read each of its parts; parameters as of `figure_html`."""
    figure = _screen(lesson, screen).figure(state, shown)
    html = figure_html(figure, language, size=size, draggable=draggable, with_how=False)
    return str(html), tuple(part.how for part in figure)


@lru_cache(maxsize=MOST)
def formula_of(lesson: str, screen: int, state: State) -> Formula:
    """The formula of a screen with its numbers."""
    formula: Formula = _screen(lesson, screen).formula(state)
    return formula


def _screen(lesson: str, screen: int) -> Any:
    return LESSONS[lesson].screens[screen - 1]

"""Figures and formulas of the lessons as they were last drawn: a class of sixty is at the same screen in the same state, and one drawing serves all.

A lesson's state holds nothing of a visitor but where they have set its marks and sliders, and what is drawn depends on it alone. The oldest go first.
When the lecturer shows an answer, sixty pages ask for the same drawing at once: the first makes it, and the others wait for that one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from threading import Lock
from typing import Any, TypeVar

from metamed_core.drawing import figure_html
from metamed_core.words import Language, Words
from pages.lessons import LESSONS
from pages.lessons.lesson import Formula
from pages.lessons.lesson_state import State

Drawn = TypeVar("Drawn")

MOST = 256  # drawings of some 30 kB each
_LOCKS = tuple(Lock() for _ in range(64))  # one for each drawing but for chance


def figure_of(
    lesson: str, screen: int, state: State, *, shown: bool, language: Language, size: float, draggable: bool
) -> tuple[str, tuple[Words, ...]]:
    """The figure of a screen as HTML, and how to read each of its parts; parameters as of `figure_html`."""
    return _once(_figure, lesson, screen, state, shown, language, size, draggable)


def formula_of(lesson: str, screen: int, state: State) -> Formula:
    """The formula of a screen with its numbers."""
    return _once(_formula, lesson, screen, state)


def _once(draw: Callable[..., Drawn], *asked: Hashable) -> Drawn:
    """What is drawn, by one thread at a time."""
    with _LOCKS[hash((draw, asked)) % len(_LOCKS)]:
        return draw(*asked)


@lru_cache(maxsize=MOST)
def _figure(
    lesson: str, screen: int, state: State, shown: bool, language: Language, size: float, draggable: bool
) -> tuple[str, tuple[Words, ...]]:
    figure = _screen(lesson, screen).figure(state, shown)
    html = figure_html(figure, language, size=size, draggable=draggable, with_how=False)
    return str(html), tuple(part.how for part in figure)


@lru_cache(maxsize=MOST)
def _formula(lesson: str, screen: int, state: State) -> Formula:
    formula: Formula = _screen(lesson, screen).formula(state)
    return formula


def _screen(lesson: str, screen: int) -> Any:
    return LESSONS[lesson].screens[screen - 1]

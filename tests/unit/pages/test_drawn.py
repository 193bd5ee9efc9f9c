"""A drawing that serves many readers is the one that each of them asked for."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from metamed_core.drawing import figure_html
from metamed_core.words import LANGUAGES
from pages.lessons import LESSONS
from pages.lessons.lesson_state import State
from pages.parts.learn.drawn import figure_of, formula_of


def test_a_kept_drawing_is_that_of_its_screen_state_language_and_size() -> None:
    lesson = LESSONS["maml"]
    states = (lesson.state(), lesson.state().updated(x=1.0, y=2.0))
    asked = list(itertools.product((1, 3), states, (False, True), LANGUAGES, (1.0, 1.3), (False, True)))
    drawn = {}
    for _ in range(2):
        for screen, state, shown, language, size, draggable in asked:
            html, how = figure_of("maml", screen, state, shown=shown, language=language, size=size, draggable=draggable)
            expected = lesson.screens[screen - 1].figure(state, shown)
            assert html == figure_html(expected, language, size=size, draggable=draggable, with_how=False)
            assert how == tuple(part.how for part in expected)
            drawn[html] = None
    assert len(drawn) > len(asked) / 2, "or this test would show little: only where nothing can be dragged are two alike"


def test_a_kept_formula_has_the_numbers_of_its_state() -> None:
    lesson = LESSONS["maml"]
    for state in (lesson.state(), lesson.state().updated(alpha=2.0), lesson.state()):
        assert formula_of("maml", 1, state) == lesson.screens[0].formula(state)


def test_what_many_ask_for_at_once_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A class is shown the answer: no page draws what another is drawing already."""
    drawn: list[int] = []

    def slow(_: object) -> str:
        drawn.append(1)
        time.sleep(0.05)
        return "formula"

    monkeypatch.setattr("pages.parts.learn.drawn._screen", lambda *_: SimpleNamespace(formula=slow))
    with ThreadPoolExecutor(8) as pages:
        assert set(pages.map(lambda _: formula_of("none", 1, State()), range(8))) == {"formula"}
    assert drawn == [1]

"""What a reader sees with the answers of lesson 11; see `lesson_answers`."""

from __future__ import annotations

from typing import Any

import pytest

from metamed_core.drawing import Dots, Line
from pages.lessons.lesson import Lesson
from tests.helpers.lesson_answers import n_reached, seen, with_answer
from tests.helpers.lesson_figures import chart, end, named


@seen("textbook", 1)
def _(lesson: Lesson[Any], state: Any) -> int:
    (clinics,) = (mark.points for mark in chart(with_answer(lesson, 1, state), 1).marks if isinstance(mark, Dots))
    return n_reached(sum(share for _, share in clinics) / len(clinics), 0.35, 0.65)


@seen("textbook", 2)
def _(lesson: Lesson[Any], state: Any) -> int:
    drawn = chart(with_answer(lesson, 2, state))
    marked = [named(drawn, name) for name in ("said by", "labeled patient", "prototype")]
    said, patient, prototype = ({round(x): y for x, y in mark.points} for mark in marked if isinstance(mark, Dots))
    for test, value in prototype.items():
        expected = (patient[test] + said[test]) / 2 if test in said else patient[test]
        assert value == pytest.approx(expected)
    assert any(abs(patient[test] - said[test]) > 0.5 for test in said), "far enough apart to tell the options apart"
    return 1


def _one_patient(lesson: Lesson[Any], screen: int, state: Any, name: str) -> float:
    """What the line of that name says at one labeled patient of each diagnosis."""
    mark = named(chart(with_answer(lesson, screen, state)), name)
    assert isinstance(mark, Line)
    return mark.points[1][1]


@seen("textbook", 3)
def _(lesson: Lesson[Any], state: Any) -> int:
    drawn = chart(with_answer(lesson, 3, state))
    gain = end(drawn, "with the rows")[1] - end(drawn, "labeled patients only")[1]
    return 2 if gain <= 0.02 else 0 if gain >= 0.1 else 1


@seen("textbook", 4)
def _(lesson: Lesson[Any], state: Any) -> int:
    cost = _one_patient(lesson, 4, state, "patients only") - _one_patient(lesson, 4, state, "exchanged rows")
    return 0 if cost <= 0.02 else 1 if cost <= 0.25 else 2


@seen("textbook", 5)
def _(lesson: Lesson[Any], state: Any) -> int:
    without, believed, read = (_one_patient(lesson, 5, state, name) for name in ("patients only", "believed", "trust read off"))
    lost, still = without - believed, without - read
    return 2 if still <= 0.02 else 0 if still > 0.75 * lost else 1

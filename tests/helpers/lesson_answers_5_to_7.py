"""What a reader sees with the answers of lessons 5 to 7; see `lesson_answers`."""

from __future__ import annotations

import math
from typing import Any

import pytest

from metamed_core.drawing import Area, Dots, Figure, Line, Point
from pages.lessons.lesson import Lesson
from tests.helpers.lesson_answers import n_reached, seen, with_answer
from tests.helpers.lesson_figures import chart, labels, lines, named, numbers, table

# -- 5: prototypes ---------------------------------------------------------------------------------------------------


def _plane(figure: Figure) -> tuple[list[tuple[Point, ...]], list[Point]]:
    """Labeled patients of each diagnosis, and its prototype."""
    dots = [mark for mark in chart(figure).marks if isinstance(mark, Dots)]
    return [mark.points for mark in dots if mark.handles], [mark.points[0] for mark in dots if not mark.filled]


@seen("prototypes", 1)
def _(lesson: Lesson[Any], state: Any) -> int:
    patients, prototypes = _plane(with_answer(lesson, 1, state))
    means = [tuple(sum(at[i] for at in own) / len(own) for i in (0, 1)) for own in patients]
    return 1 if all(math.dist(a, b) < 1e-6 for a, b in zip(means, prototypes, strict=True)) else 0


@seen("prototypes", 2)
def _(lesson: Lesson[Any], state: Any) -> int:
    figure = with_answer(lesson, 2, state)
    _, prototypes = _plane(figure)
    regions = [mark.corners for mark in chart(figure).marks if isinstance(mark, Area)]
    inside = 0
    for own, corners in zip(prototypes, regions, strict=True):
        for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
            halfway = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
            if max(abs(halfway[0]) / 6.0, abs(halfway[1]) / 3.2) < 0.999:
                others = [math.dist(halfway, other) for other in prototypes if other != own]
                assert min(others) == pytest.approx(math.dist(halfway, own)), "halfway, all along"
                inside += 1
    return 0 if inside else 1


@seen("prototypes", 3)
def _(lesson: Lesson[Any], state: Any) -> int:
    _, moved, pulled = numbers(chart(with_answer(lesson, 3, state)).title.en)
    return [1.0, 0.5, 0.25, 0.0].index(pulled / moved)


@seen("prototypes", 4)
def _(lesson: Lesson[Any], state: Any) -> int:
    before, now = lesson.screens[3].figure(state, False), with_answer(lesson, 4, state)
    shifted = sum(math.dist(a, b) > 0.01 for a, b in zip(_plane(before)[1], _plane(now)[1], strict=True))
    changed, of = numbers(chart(now).title.en)
    assert of == 60
    return 1 if shifted == 2 and changed else 0


@seen("prototypes", 5)
def _(lesson: Lesson[Any], state: Any) -> int:
    patients, prototypes = _plane(with_answer(lesson, 5, state))
    xs = sorted(x for x, _ in patients[0])
    nearest = min(math.dist(prototypes[0], at) for at in patients[0])
    return 1 if xs[1] < prototypes[0][0] < xs[2] and nearest > 0.5 else 0


# -- 6: matching -----------------------------------------------------------------------------------------------------


@seen("matching", 1)
def _(lesson: Lesson[Any], state: Any) -> int:
    told = [
        numbers(words.en)[-1]
        for mark in chart(with_answer(lesson, 1, state)).marks
        if isinstance(mark, Dots)
        for words in mark.tooltips
        if "weight" in words.en
    ]
    drawn = [mark for mark in chart(with_answer(lesson, 1, state)).marks if isinstance(mark, Line) and mark.opacity == 0.7]
    assert len(told) == len(drawn) == 12
    assert max(told) > 20
    assert min(told) < 0.5, "some next to nothing"
    return 2 if sum(share >= 0.1 for share in told) > 1 else 0


@seen("matching", 2)
def _(lesson: Lesson[Any], state: Any) -> int:
    plane, bars = with_answer(lesson, 2, state)
    every = [mark for mark in chart((plane,)).marks if isinstance(mark, Line) and mark.opacity == 0.7]
    widest = max(every, key=lambda line: line.width)
    votes = [numbers(text)[0] for text in labels(chart((bars,)))]
    colors = list(dict.fromkeys(mark.style.color for mark in chart((bars,)).marks if isinstance(mark, Area)))
    assert colors.index(widest.style.color) != votes.index(max(votes)), "the widest line alone does not win here"
    assert [sum(line.style.color == color for line in every) for color in colors] == [4, 4, 4], "nor do the most lines"
    return 1


@seen("matching", 3)
def _(lesson: Lesson[Any], state: Any) -> int:
    heights = [points[0][1] for points in lines(chart(with_answer(lesson, 3, state), 1), least=61)]
    return 1 if heights == pytest.approx([1 / 3] * 3) and state.sharpness == 0 else 0


@seen("matching", 4)
def _(lesson: Lesson[Any], state: Any) -> int:
    prototypes, matching = (numbers(chart(with_answer(lesson, 4, state), at).title.en)[0] for at in (0, 1))
    return 2 if prototypes == matching else int(matching > prototypes)


@seen("matching", 5)
def _(lesson: Lesson[Any], state: Any) -> int:
    told = [numbers(text)[0] for text in labels(chart(with_answer(lesson, 5, state), 1))]
    divided, plain = told[:3], told[3:]
    gained = [k for k in range(3) if plain[k] > divided[k]]
    return 1 if gained == [0] else 0 if not gained else 2


# -- 7: prior-fitted -------------------------------------------------------------------------------------------------


@seen("prior_fitted", 1)
def _(lesson: Lesson[Any], state: Any) -> int:
    one, other = (table(with_answer(lesson, 1, each)).rows for each in (state, state.updated(number=state.number + 1)))
    return 2 if one != other else 0


@seen("prior_fitted", 2)
def _(lesson: Lesson[Any], state: Any) -> int:
    answered = table(with_answer(lesson, 2, state), 1)
    return n_reached(len(answered.rows) - len(answered.strong), 6, 9)


@seen("prior_fitted", 3)
def _(lesson: Lesson[Any], state: Any) -> int:
    (way,) = lines(chart(with_answer(lesson, 3, state), 1))
    return 1 if way[-1][1] < 0.6 * way[0][1] else 0


@seen("prior_fitted", 4)
def _(lesson: Lesson[Any], state: Any) -> int:
    curves, gaps = with_answer(lesson, 4, state)
    exact = named(chart((curves,)), "exact")
    assert isinstance(exact, Line)
    apart = lines(chart((gaps,)))[0][-1][1]
    return 0 if apart < 0.5 else 1 if apart < 18 else 2


@seen("prior_fitted", 5)
def _(lesson: Lesson[Any], state: Any) -> int:
    (formula, _), (network, _) = (numbers(text) for text in labels(chart(with_answer(lesson, 5, state), 1)))
    return 2 if abs(formula - network) <= 2 else int(network > formula)

"""What a reader sees with the answers of lessons 1 to 4; see `lesson_answers`."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest

from metamed_core.drawing import Dots, Line
from pages.lessons import plane_of_weights
from pages.lessons.lesson import Lesson
from tests.helpers.lesson_answers import n_reached, seen, with_answer
from tests.helpers.lesson_figures import chart, end, labels, lines, named, numbers, table
from tests.helpers.naive_descent import naive_loss
from tests.helpers.naive_descent import slope as naive_slope

# -- 1: why ----------------------------------------------------------------------------------------------------------


@seen("why", 1)
def _(lesson: Lesson[Any], state: Any) -> int:
    labeled, new = (numbers(text)[0] for text in labels(chart(with_answer(lesson, 1, state))))
    assert labeled == 100, "all labeled patients, as the text says"
    return 2 - n_reached(new, 70, 85)


@seen("why", 2)
def _(lesson: Lesson[Any], state: Any) -> int:
    drawn = chart(with_answer(lesson, 2, state))
    shots = [int(words.en) for _, words in drawn.x.ticks or ()]
    first = next(k for k, (_, value) in zip(shots, lines(drawn)[0], strict=True) if round(value, 2) >= 0.9)
    return n_reached(first, 6, 11)


@seen("why", 3)
def _(lesson: Lesson[Any], state: Any) -> int:
    agreed = sum(len({words.en for words in row[2:]}) == 1 for row in table(with_answer(lesson, 3, state)).rows)
    return 2 - n_reached(agreed, 4, 7)


@seen("why", 4)
def _(lesson: Lesson[Any], state: Any) -> int:
    drawn = chart(with_answer(lesson, 4, state))
    ours, plain, many = (end(drawn, name)[1] for name in ("meta-trained", "ordinary", "the same with 20"))
    return 0 if ours < plain + 0.03 else 2 if ours > many - 0.03 else 1


@seen("why", 5)
def _(lesson: Lesson[Any], state: Any) -> int:
    ours, plain = (end(chart(with_answer(lesson, 5, state)), name)[1] for name in ("meta-trained", "ordinary"))
    return 2 if ours < plain - 0.02 else 1


# -- 2: episode ------------------------------------------------------------------------------------------------------


@seen("episode", 1)
def _(lesson: Lesson[Any], state: Any) -> int:
    return [2, 3, 5, 6].index(len(table(with_answer(lesson, 1, state)).rows))


@seen("episode", 2)
def _(lesson: Lesson[Any], state: Any) -> int:
    known, asked = ({row[0].en for row in table(with_answer(lesson, 2, state), at).rows} for at in (0, 1))
    return 0 if known & asked else 1


@seen("episode", 3)
def _(lesson: Lesson[Any], state: Any) -> int:
    first = [table(with_answer(lesson, 3, state.updated(number=n))).rows[0][1].en for n in range(12)]
    again = sum(one == other for one, other in pairwise(first))
    return 0 if again == len(first) - 1 else 1 if again else 2


@seen("episode", 4)
def _(lesson: Lesson[Any], state: Any) -> int:
    (dots,) = (mark for mark in chart(with_answer(lesson, 4, state)).marks if isinstance(mark, Dots))
    values = [y for _, y in dots.points]
    return n_reached(max(values) - min(values), 0.12, 0.35)


@seen("episode", 5)
def _(lesson: Lesson[Any], state: Any) -> int:
    apart, both = (end(chart(lesson.screens[4].figure(state, shown), 1), "mean so far")[1] for shown in (False, True))
    return 2 if both > apart + 0.05 else 0 if both < apart - 0.05 else 1


# -- 3: MAML ---------------------------------------------------------------------------------------------------------


@seen("maml", 1)
def _(lesson: Lesson[Any], state: Any) -> int:
    drawn = chart(with_answer(lesson, 1, state))
    before, now = numbers(drawn.title.en)
    (path,) = (mark.points for mark in drawn.marks if isinstance(mark, Line) and mark.arrow)
    step = [b - a for a, b in zip(*path, strict=True)]
    task = plane_of_weights.tasks(state.seed)[0]
    slope = naive_slope(lambda at: naive_loss(at, task.support), path[0])
    cosine = -sum(a * b for a, b in zip(step, slope, strict=True)) / math.hypot(*step) / math.hypot(*slope)
    assert cosine > 0.99, "across the contour lines"
    assert now > 0.5, "not at the bottom"
    return 1 if now < before else 2


@seen("maml", 2)
def _(lesson: Lesson[Any], state: Any) -> int:
    ends = [points[-1][1] for points in lines(chart(with_answer(lesson, 2, state), 1))]
    assert len(ends) == 3
    return ends.index(min(ends))


@seen("maml", 3)
def _(lesson: Lesson[Any], state: Any) -> int:
    return 1 if "other patients" in chart(with_answer(lesson, 3, state), 1).title.en else 0


@seen("maml", 4)
def _(lesson: Lesson[Any], state: Any) -> int:
    exact, first, reptile = (
        end(chart(with_answer(lesson, 4, state)), name) for name in ("MAML, loss", "first-order MAML, loss", "Reptile, loss")
    )
    return 2 if math.dist(exact, first) > 0.15 else 1 if math.dist(exact, reptile) > 0.15 else 0


@seen("maml", 5)
def _(lesson: Lesson[Any], state: Any) -> int:
    plane, losses = with_answer(lesson, 5, state)
    way = named(chart((plane,)), "path of the start")
    assert isinstance(way, Line)
    assert not [mark for mark in chart((plane,)).marks if isinstance(mark, Line) and mark.arrow and mark.markers and mark.points], (
        "no inner steps"
    )
    (mean,) = (mark.points for mark in chart((losses,)).marks if isinstance(mark, Line) and mark.name is not None)
    return 0 if math.dist(way.points[0], way.points[-1]) < 0.1 else 1 if mean[-1][1] < mean[0][1] else 2


# -- 4: Reptile ------------------------------------------------------------------------------------------------------


@seen("reptile", 1)
def _(lesson: Lesson[Any], state: Any) -> int:
    rows = [[float(words.en.replace("−", "-")) for words in row[1:]] for row in table(with_answer(lesson, 1, state), 1).rows]
    start, *ends, mean, new = rows
    assert mean == pytest.approx([sum(end[i] for end in ends) / 3 for i in (0, 1)], abs=0.01)
    share = [(b - a) / (m - a) for a, b, m in zip(start, new, mean, strict=True) if abs(m - a) > 0.1]
    return 1 if all(0.1 < each < 0.9 for each in share) else 0


@seen("reptile", 2)
def _(lesson: Lesson[Any], state: Any) -> int:
    first, reptile = (numbers(chart(with_answer(lesson, 2, state), at).title.en)[-1] for at in (1, 2))
    return 2 if abs(first - reptile) <= 5 else int(reptile < first)


@seen("reptile", 3)
def _(lesson: Lesson[Any], state: Any) -> int:
    plane, losses = with_answer(lesson, 3, state)
    way = named(chart((plane,)), "1 inner step")
    assert isinstance(way, Line)
    ends = [points[-1][1] for points in lines(chart((losses,)))]
    bottom = math.dist(way.points[-1], way.points[-5]) < 0.2 and ends[1] <= ends[0] + 0.003
    return 2 if math.dist(way.points[0], way.points[-1]) < 0.1 else 1 if bottom else 0


@seen("reptile", 4)
def _(lesson: Lesson[Any], state: Any) -> int:
    ends = [points[-1][1] for points in lines(chart(with_answer(lesson, 4, state), 1))]
    assert len(ends) == 3
    return ends.index(min(ends))


@seen("reptile", 5)
def _(lesson: Lesson[Any], state: Any) -> int:
    way = named(chart(with_answer(lesson, 5, state)), "path of the start")
    assert isinstance(way, Line)
    return 1 if math.dist(way.points[0], way.points[-1]) < 1e-9 else 0

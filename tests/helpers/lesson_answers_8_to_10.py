"""What a reader sees with the answers of lessons 8 to 10; see `lesson_answers`."""

from __future__ import annotations

from typing import Any

import pytest

from metamed_core.drawing import Line
from pages.lessons.lesson import Lesson
from tests.helpers.lesson_answers import n_reached, seen, with_answer
from tests.helpers.lesson_figures import chart, end, labels, lines, named, numbers, table

# -- 8: shots --------------------------------------------------------------------------------------------------------


@seen("shots", 1)
def _(lesson: Lesson[Any], state: Any) -> int:
    ten, one = ((high - low) for low, high in (numbers(text) for text in labels(chart(with_answer(lesson, 1, state)))))
    assert one > ten + 5
    return n_reached(one, 10, 22)


@seen("shots", 2)
def _(lesson: Lesson[Any], state: Any) -> int:
    drawn = chart(with_answer(lesson, 2, state))
    network, plain = (named(drawn, name) for name in ("shipped", "regression"))
    assert isinstance(network, Line)
    assert isinstance(plain, Line)
    ahead = [a - b for (_, a), (_, b) in zip(network.points, plain.points, strict=True)]
    assert sum(ahead[:3]) / 3 > ahead[-1] - 0.005, "worth most where patients are fewest"
    shots = [int(words.en) for _, words in drawn.x.ticks or ()]
    n = next((k for k, (_, value) in zip(shots, plain.points, strict=True) if value >= network.points[2][1] - 0.01), 99)
    return n_reached(n, 4, 21)


@seen("shots", 3)
def _(lesson: Lesson[Any], state: Any) -> int:
    drawn = chart(with_answer(lesson, 3, state))
    aim = end(drawn, "true accuracy")[1]
    narrow = named(drawn, "episodes only")
    assert isinstance(narrow, Line)
    held = sum(low <= aim <= high for (_, low), (_, high) in lines(drawn, narrow.style))
    return 2 - n_reached(held, 13, 19)


@seen("shots", 4)
def _(lesson: Lesson[Any], state: Any) -> int:
    usual, odd = (named(chart(with_answer(lesson, 4, state)), name) for name in ("first patient is typical", "first patient is unusual"))
    assert isinstance(usual, Line)
    assert isinstance(odd, Line)
    costs = [a - b > 0.05 for (_, a), (_, b) in zip(usual.points, odd.points, strict=True)]
    return 2 if not any(costs) else 1 if costs[-1] else 0


@seen("shots", 5)
def _(lesson: Lesson[Any], state: Any) -> int:
    drawn = chart(with_answer(lesson, 5, state))
    most = end(drawn, "no method can do better")[1]
    assert all(y <= most for name in ("shipped", "untrained", "regression") for _, y in named(drawn, name).points)  # type: ignore[union-attr]
    return [1.0, 0.75, 0.5].index(most)


# -- 9: break it -----------------------------------------------------------------------------------------------------


@seen("break_it", 1)
def _(lesson: Lesson[Any], state: Any) -> int:
    return n_reached(numbers(table(with_answer(lesson, 1, state)).title.en)[1], 1, 8)


@seen("break_it", 2)
def _(lesson: Lesson[Any], state: Any) -> int:
    shown = {fault: with_answer(lesson, 2, state.updated(fault=fault)) for fault in ("none", "labels", "prior")}
    assert {str(table(figure, 1).rows[0]) for figure in shown.values()} == {str(table(shown["none"], 1).rows[0])}, (
        "the upload check says the same"
    )
    sure, held = ({fault: numbers(labels(chart(figure))[at])[0] for fault, figure in shown.items()} for at in (0, 1))
    plain = {fault: 100 * end(chart(figure), "baseline")[1] for fault, figure in shown.items()}
    assert held["none"] > max(held["labels"], held["prior"]) + 15, "right weights above wrong ones, and above shuffled labels"
    assert max(sure["labels"], sure["prior"]) < sure["none"], "both lower the confidence"
    return 2 if plain["labels"] < 50 < plain["prior"] and held["prior"] < plain["prior"] - 10 else 0


@seen("break_it", 3)
def _(lesson: Lesson[Any], state: Any) -> int:
    (with_it, n), (without, _) = (numbers(chart(with_answer(lesson, 3, state.updated(dropped=dropped))).title.en) for dropped in (0, 1))
    return 0 if with_it > 0.9 * n else 2 if with_it < without - 2 else 1


@seen("break_it", 4)
def _(lesson: Lesson[Any], state: Any) -> int:
    _, held, right = (numbers(text)[0] for text in labels(chart(with_answer(lesson, 4, state))))
    mended = numbers(labels(chart(with_answer(lesson, 4, state.updated(from_b=3))))[2])[0]
    assert mended > right, "labeled patients of the other hospital help"
    return 1 if held > right + 10 else 0


@seen("break_it", 5)
def _(lesson: Lesson[Any], state: Any) -> int:
    told = table(with_answer(lesson, 5, state), 1).rows[-1][1].en
    warned, n, _, _ = numbers(told)
    assert n == 12
    return 0 if not warned else 2 if warned == n else 1


# -- 10: uncertainty -------------------------------------------------------------------------------------------------


@seen("uncertainty", 1)
def _(lesson: Lesson[Any], state: Any) -> int:
    (points,) = (points for points in lines(chart(with_answer(lesson, 1, state)), least=3))
    said, right = min(points, key=lambda at: abs(at[0] - 0.75))
    assert abs(said - 0.75) < 0.02
    return 1 if right < said - 0.03 else 2 if right > said + 0.03 else 0


@seen("uncertainty", 2)
def _(lesson: Lesson[Any], state: Any) -> int:
    _, error = with_answer(lesson, 2, state)
    curve = named(chart((error,)), "error at each")
    assert isinstance(curve, Line)
    best = min(curve.points, key=lambda at: at[1])[0]
    card = numbers(named(chart((error,)), "model card").name)[0]  # type: ignore[union-attr]
    t, now, raw = numbers(chart(with_answer(lesson, 2, state.updated(temperature=card))).title.en)
    assert now < 0.5 * raw, "the card's temperature halves the error at least"
    assert t == pytest.approx(card)
    return 1 if best > 0 and card > 1 else 0


@seen("uncertainty", 3)
def _(lesson: Lesson[Any], state: Any) -> int:
    return n_reached(numbers(chart(with_answer(lesson, 3, state), 1).title.en)[0], 63, 88)


@seen("uncertainty", 4)
def _(lesson: Lesson[Any], state: Any) -> int:
    return 2 - n_reached(numbers(labels(chart(with_answer(lesson, 4, state), 1))[0])[0], 35, 70)


@seen("uncertainty", 5)
def _(lesson: Lesson[Any], state: Any) -> int:
    sure, right = numbers(chart(with_answer(lesson, 5, state)).title.en)
    return 2 if sure > right + 3 else 1 if sure < right - 3 else 0

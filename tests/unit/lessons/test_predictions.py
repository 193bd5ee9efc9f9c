"""Every prediction question: what the figure shows with the answer is the answer that is given, and nothing on the screen says so before."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pages.lessons import LESSONS
from pages.lessons.lesson import Lesson
from tests.helpers import (  # noqa: F401 - they register what is seen
    lesson_answers_1_to_4,
    lesson_answers_5_to_7,
    lesson_answers_8_to_10,
    lesson_answers_11,
)
from tests.helpers.lesson_answers import SEEN
from tests.helpers.lesson_figures import texts

SEEDS = range(10)
QUICK = (1, 7)
"""Seeds of the lessons that compute for a second and more; the others of these on request."""
TAKE_LONG = {"why", "reptile", "prior_fitted", "shots", "break_it", "uncertainty", "textbook"}


def test_every_screen_says_what_a_reader_sees() -> None:
    assert set(SEEN) == {(lesson.key, at) for lesson in LESSONS.values() for at in range(1, len(lesson.screens) + 1)}


@pytest.mark.parametrize(
    ("lesson", "seed"),
    [
        pytest.param(
            lesson, seed, id=f"{lesson.key}-{seed}", marks=[pytest.mark.slow] if lesson.key in TAKE_LONG and seed not in QUICK else []
        )
        for lesson in LESSONS.values()
        for seed in SEEDS
    ],
)
def test_the_figure_with_the_answer_shows_the_answer(lesson: Lesson[Any], seed: int) -> None:
    for at, screen in enumerate(lesson.screens):
        state = screen.reveal(lesson.state(seed))
        found = SEEN[lesson.key, at + 1](lesson, state)
        assert screen.question.correct_option(state) == found, f"screen {at + 1}: {screen.question.options[found].en}"


TELLS = {
    ("why", 5): r"can hurt|worse than|有害",
    ("episode", 1): r"\b6\b",
    ("episode", 2): r"\bnever\b|\bother patients|另一些|绝不",
    ("episode", 3): r"by chance|碰巧|other diagnoses|都不同",
    ("episode", 5): r"\brises\b|too good|上升|好得",
    ("maml", 1): r"downhill|perpendicular|垂直",
    ("maml", 3): r"other patients|另一些|query|查询",
    ("maml", 5): r"one model for all|compromise|一个同时|折中",
    ("reptile", 1): r"mean of the three|towards the|三个终点的平均|朝",
    ("reptile", 3): r"ordinary training|普通训练",
    ("reptile", 5): r"nothing|什么也",
    ("prototypes", 1): r"\bmeans?\b|average|均值|平均",
    ("prototypes", 2): r"straight|halfway|直线|正中",
    ("prototypes", 4): r"borders|边界",
    ("prototypes", 5): r"between the|两组之间",
    ("matching", 1): r"all of them|every labeled|all labeled|每一位已确诊|全部已确诊",
    ("matching", 2): r"\bsums?\b|add up to|之和",
    ("matching", 3): r"equally probable|概率相同",
    ("prior_fitted", 1): r"invented|at random|not exist|不存在|虚构|随机",
    ("prior_fitted", 3): r"bayes|贝叶斯|exact answer|精确答案",
    ("prior_fitted", 5): r"wider|更宽",
    ("shots", 4): r"a few more|再添几位",
    ("shots", 5): r"75 of|75%|75 位",
    ("break_it", 2): r"baseline|基线",
    ("break_it", 4): r"only knows|不会，|shows nothing|看不出",
    ("break_it", 5): r"for some of|for all twelve|10 位|of 12",
    ("uncertainty", 2): r"T above 1|T 大于 1",
    ("textbook", 1): r"rows alone predict|of 100, between|仅凭各行知识，",
    ("textbook", 2): r"half-way|正中间",
    ("textbook", 3): r"with the rows of|加上教科书的",
    ("textbook", 4): r"with exchanged rows|加上对调的",
    ("textbook", 5): r"count as \d|相当于 \d",
}
"""What would tell the answer of a screen, from 1, where it is no number: words of the answer, its reason or the figure that shows it."""


@pytest.mark.parametrize(("key", "screen"), TELLS)
def test_nothing_on_the_screen_tells_the_answer_before(key: str, screen: int) -> None:
    lesson, pattern = LESSONS[key], re.compile(TELLS[key, screen], re.IGNORECASE)
    one, state = lesson.screens[screen - 1], lesson.state()
    there = (lesson.title, lesson.goal, one.title, one.text, *texts(one.figure(state, False)))
    told = [text for words in there for text in (words.en, words.zh) if pattern.search(text)]
    assert told == []
    shown = one.reveal(state)
    answer = (one.question.options[one.question.correct_option(shown)], one.question.explained(shown), *texts(one.figure(shown, True)))
    assert any(pattern.search(words.en) for words in answer), "what would tell it is said with the answer"

"""Addresses of pages as nobody would write them by hand: known parameters with odd values, and unknown ones."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator

from metamed_core.learners import LEARNERS, settings
from pages.lessons import LESSONS
from pages.lessons.lesson_state import State
from pages.parts.common import own_data
from pages.parts.compare.address import PARAMETERS
from pages.parts.learn.address import CLASS, DEPTH, DEPTHS, QUESTIONNAIRE

PAGES = ("diagnose", "compare", "learn", "meta_train")
NAMES = (
    *("lang", "algorithm", "start", "run", "library", *PARAMETERS, own_data.PARAMETER),
    *("lesson", "screen", "lock", "large", CLASS, DEPTH, QUESTIONNAIRE, "size", "step", "patient", "weights", "\u202e", ""),
    *sorted({one.name for learner in LEARNERS.values() for one in settings(learner)}),
)
VALUES = (
    *(
        "",
        "0",
        "1",
        "-1",
        "999999999999999999999",
        "9" * 5000,
        "1e999",
        "nan",
        "inf",
        "0x10",
        "٣",
        "½",
        "1_000",
        " 7 ",
        "None",
        "true",
        "[]",
    ),
    *("../../etc/passwd", "file:///etc/passwd", "%00", "\x00", "\u202egout", "<script>alert(1)</script>", "a" * 20_000, "é" * 300, "'; --"),
    *(",", ",,,,", "1,2,3", "1;2;3", "1:2", "nan,nan;inf", "1," * 2000, "{}", "$x$", ":red[x]", "zh", "en", "x" * 22, "A" * 12),
    *("blood_panel", "rare_findings", "maml", "prior_fitted", "universal", "none", "accuracy", "maml-none,maml-none"),
    *(
        "12345",
        "１２３４５",
        "1 2 3 4 5",
        "before",
        "after",
        "unlabeled",
        *DEPTHS,
        own_data.OWN,
        own_data.GONE,
        own_data.DELETED,
        own_data.IN_PART,
    ),
    *LESSONS,
)


def _fields(state: type[State]) -> list[str]:
    return [one.name for one in dataclasses.fields(state)]


def fuzzed_addresses(n: int, seed: int = 0) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield `n` pages with parameters, the same each time; every other one of Learn names a lesson, so that its state is read too."""
    rng = random.Random(seed)  # noqa: S311 - the addresses must be the same each time
    lessons = list(LESSONS.values())
    for at in range(n):
        page = PAGES[at % len(PAGES)]
        asked = {rng.choice(NAMES): rng.choice(VALUES) for _ in range(rng.choice((1, 3, 8)))}
        if page == "learn" and rng.random() < 0.8:
            lesson = rng.choice(lessons)
            asked |= {"lesson": lesson.key, "screen": rng.choice(("1", "2", "5", "9" * 5000))}
            asked |= {name: rng.choice(VALUES) for name in _fields(lesson.state) if rng.random() < 0.5}
        yield page, asked

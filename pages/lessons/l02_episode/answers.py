"""The correct answers and explanations of lesson 2, counted from what its figures show."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l02_episode import computation as world
from pages.lessons.l02_episode.computation import EpisodeState

SOME, MUCH = 0.12, 0.35  # between worst and best episode: from about 20 points on; from 40 points or more on
LEVEL = 0.02  # accuracies that differ by less are the same


def how_far_apart(state: EpisodeState) -> int:
    """0: about 5 points; 1: about 20; 2: 40 or more."""
    found = world.of_state(state)
    gap = max(found) - min(found)
    return 0 if gap < SOME else 1 if gap < MUCH else 2


def why_many(state: EpisodeState) -> Words:
    """Worst and best, and what follows."""
    found = world.of_state(state)
    return Words(
        "From {low}% to {high}%: a single episode can make any method look good or bad. Ask of every study how many episodes it used, and for a confidence interval.",
        "从 {low}% 到 {high}%：单个小任务就能让任何方法显得很好或很差。对每项研究都要问：用了多少个小任务？置信区间是多少？",
    ).format(low=f"{100 * min(found):.0f}", high=f"{100 * max(found):.0f}")


def what_a_leak_does(state: EpisodeState) -> int:
    """Accuracy with two query patients of each diagnosis in the support set, against none: 0: it falls; 1: the same; 2: it rises."""
    apart, both = (world.mean(world.of_state(state.updated(leaked=n))) for n in (0, 2))
    return 0 if both < apart - LEVEL else 1 if both < apart + LEVEL else 2

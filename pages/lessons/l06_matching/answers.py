"""The correct answers and explanations of lesson 6, where they depend on the state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l06_matching import computation as world
from pages.lessons.l06_matching.computation import MatchingState


def better(state: MatchingState) -> int:
    """0 prototypes, 1 matching, 2 equal."""
    prototypes, matching = world.n_right(world.with_two_faces(state))
    return 2 if prototypes == matching else int(matching > prototypes)


def looks_like(state: MatchingState) -> Words:
    """Why not the nearest mark, with today's patients."""
    return Words(
        "All {n} do; those in the same **direction** from the healthy average have the most influence. What counts is which values are abnormal and in what proportion, not by how much: the pattern, not the severity. "
        "Drag the open circle and watch the lines.",
        "全部 {n} 位都有影响；从健康人平均处看**方向**相同的，影响最大。重要的是哪些值异常、比例如何，而不是异常多少：看模式，不看轻重。拖动空心圆，观察线的变化。",
    ).format(n=len(world.labeled(state).y))

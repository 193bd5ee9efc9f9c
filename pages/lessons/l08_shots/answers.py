"""The correct answers and explanations of lesson 8, where they depend on the state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l08_shots import computation as world
from pages.lessons.l08_shots import small_clinics
from pages.lessons.l08_shots.computation import ShotsState


def how_far(state: ShotsState) -> int:
    """Which option says how far apart the draws of one patient each are."""
    values = world.luck(state.seed, 1)
    gap = float(values.max() - values.min())
    return 2 if gap >= 0.22 else 1 if gap > 0.1 else 0


def enough(state: ShotsState) -> int:
    """Which option says how many shots logistic regression needs to do as well as the network with three."""
    n = world.needs(state.seed, "regression")
    return 2 if n is None or n > 20 else 0 if n <= 3 else 1


def why_enough(state: ShotsState) -> Words:
    """The number, and what it means for one's own table."""
    n = world.needs(state.seed, "regression")
    told = Words(
        "On average over the four kinds of disease it needs {n} of each. What was learned on other diseases replaces patients; where two lines cross, the other method is better from there on. But note: these simulated clinics are of the "
        "kind that the network was trained on. On real tables the curves met earlier, mostly at 3 to 5; only the Compare page can tell for your own patients.",
        "四类疾病平均，它每种需要 {n} 位。在其他疾病上学到的东西可以代替患者；两线相交之后，另一种方法更合适。但请注意：这些模拟诊所正是网络训练时见过的那一类。在真实表格上，曲线相遇得更早，多在 3 至 5 位；"
        "只有用您自己的患者在“比较”页上测过才知道。",
    )
    return told.format(n=n if n is not None else Words("more than 50", "50 多"))


def why_few_hold(state: ShotsState) -> Words:
    """How many intervals hold the truth."""
    narrow, wide = small_clinics.n_holding(state)
    return Words(
        "{a} of 20, although 19 were promised. More episodes only measure the same patients more precisely; they add no new patient. The thin intervals also account for the choice of patients: {b} of 20. "
        "They are wide, because so few patients cannot tell more. The Compare page shows these intervals.",
        "承诺 19 个，实际只有 {a} 个。小任务再多，也只是把这几位患者测得更精确，并没有增加新患者。细线区间还计入了“恰好是哪些患者”：20 个中有 {b} 个。它们很宽，因为患者这么少，只能知道这么多。“比较”页给出的正是这种区间。",
    ).format(a=narrow, b=wide)

"""The correct answers and explanations of lesson 8, where they depend on the state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l08_shots import computation as world
from pages.lessons.l08_shots import small_clinics, unusual_patient
from pages.lessons.l08_shots.computation import ShotsState


def how_far(state: ShotsState) -> int:
    """Which option says how far apart the draws of one patient each are."""
    values = world.luck(state.seed, 1)
    gap = float(values.max() - values.min())
    return 2 if gap >= 0.22 else 1 if gap > 0.1 else 0


def why_so_far(state: ShotsState) -> Words:
    """Both ranges, and what follows."""
    one, ten = (world.luck(state.seed, k) for k in (1, 10))
    return Words(
        "From {a}% to {b}% with one of each, from {c}% to {d}% with ten. Same method, same clinic, same new patients: with one patient of each, it matters much who came first. So a single result from one patient of each says little.",
        "每种一位时从 {a}% 到 {b}%，十位时从 {c}% 到 {d}%。同样的方法、诊所和新患者：每种一位时，“谁先来”十分要紧。因此，每种一位得到的单个结果说明不了什么。",
    ).format(**{name: f"{100 * value:.0f}" for name, value in zip("abcd", (one.min(), one.max(), ten.min(), ten.max()), strict=True)})


def how_many_hold(state: ShotsState) -> int:
    """Of twenty intervals from episodes alone, 0: 19 or 20 hold the truth; 1: 13 to 18; 2: fewer."""
    n = small_clinics.n_holding(state)[0]
    return 0 if n >= 19 else 1 if n >= 13 else 2


def how_many_more(state: ShotsState) -> int:
    """Until an unusual first patient hardly matters: 0: a few more; 1: more than there are on the axis; 2: none."""
    n = unusual_patient.outvoted_from(state.seed, state.unusual)
    return 1 if n is None else 0 if n > 1 else 2


def why_outvoted(state: ShotsState) -> Words:
    """From how many patients on it hardly matters, and the reason."""
    n = unusual_patient.outvoted_from(state.seed, state.unusual)
    told = Words("Within ten patients it does not settle here.", "在这里，十位以内还没有消除。")
    if n is not None:
        told = Words(
            "From {n} labeled {n:patient|patients} on, the two lines are within {p} points.",
            "从 {n} 位已确诊患者起，两条线相差不超过 {p} 个百分点。",
        ).format(n=n, p=f"{100 * unusual_patient.HARDLY:.0f}")
    return told + Words(
        "In a mean of K patients each contributes 1/K. What a clinician sees with K = 1: typical patients are missed and unusual ones recognized. The remedy is a few more patients, not another algorithm.",
        "K 位患者的均值中每位占 K 分之一。K = 1 时，临床上看到的是：典型患者被漏掉，反而认出不典型的。对策是再添几位患者，而不是换算法。",
    )


def enough(state: ShotsState) -> int:
    """Which option says how many shots logistic regression needs to do as well as the network with three."""
    n = world.needs(state.seed, "regression")
    return 2 if n is None or n > 20 else 0 if n <= 3 else 1


def why_enough(state: ShotsState) -> Words:
    """The number, and what it means for one's own table."""
    n = world.needs(state.seed, "regression")
    told = Words(
        "On average over the four kinds of disease it needs {n} of each. What was learned on other diseases replaces patients: with 1 to 3 of each the network is ahead by {few} points, with 50 by {many}; where two lines cross, the other method is better from there on. "
        "But note: these simulated clinics are of the kind that the network was trained on. On real tables the curves may meet earlier; only the Compare page can tell for your own patients.",
        "四类疾病平均，它每种需要 {n} 位。在其他疾病上学到的东西可以代替患者：每种 1 至 3 位时网络领先 {few} 个百分点，50 位时 {many} 个；两线相交之后，另一种方法更合适。但请注意：这些模拟诊所正是网络训练时见过的那一类。在真实表格上，曲线可能相遇得更早；"
        "只有用您自己的患者在“比较”页上测过才知道。",
    )
    few, many = world.ahead(state.seed)
    return told.format(n=n if n is not None else Words("more than 50", "50 多"), few=f"{100 * few:.0f}", many=f"{100 * many:.0f}")


def why_few_hold(state: ShotsState) -> Words:
    """How many intervals hold the truth."""
    narrow, wide = small_clinics.n_holding(state)
    return Words(
        "{a} of 20, although 19 were promised. More episodes only measure the same patients more precisely; they add no new patient. The thin intervals also account for the choice of patients: {b} of 20. "
        "They are wide, because so few patients cannot tell more. The Compare page shows these intervals.",
        "承诺 19 个，实际只有 {a} 个。小任务再多，也只是把这几位患者测得更精确，并没有增加新患者。细线区间还计入了“恰好是哪些患者”：20 个中有 {b} 个。它们很宽，因为患者这么少，只能知道这么多。“比较”页给出的正是这种区间。",
    ).format(a=narrow, b=wide)

"""The formulas of lesson 8 with the numbers of the present state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l08_shots import computation as world
from pages.lessons.l08_shots import small_clinics, unusual_patient
from pages.lessons.l08_shots.computation import SHOTS, ShotsState
from pages.lessons.latex import number
from pages.lessons.lesson import Formula

NAMES = {
    "accuracy": Words("accuracy", "准确率"),
    "right": Words("predicted correctly", "判断正确"),
    "asked": Words("asked", "待判断"),
    "network": Words("shipped weights", "自带权重"),
    "regression": Words("logistic regression", "逻辑回归"),
    "episodes": Words("episodes", "小任务"),
    "patients": Words("patients", "患者"),
    "both": Words("both", "两者"),
    "only": Words("episodes only", "只计小任务"),
    "well": Words("patients as well", "同时计入患者"),
    "hold": Words("contain the truth", "包含真值"),
}


def spread(state: ShotsState) -> Formula:
    """The standard deviation between draws, for the chosen number of shots and for ten."""
    told = [rf"K = {k}: s = {number(100 * world.spread(world.luck(state.seed, k)), 1)}\,\%" for k in dict.fromkeys((state.k, 10))]
    return Formula(
        r"s = \sqrt{\frac{1}{E - 1}\sum_{e=1}^{E}(a_e - \bar{a})^2}",
        r"\qquad ".join(told),
        Words("$a_e$: accuracy in draw $e$; $E$ = {n} draws; $s$: standard deviation, in percentage points.", "$a_e$：第 $e$ 次抽取的准确率；$E$ = {n} 次抽取；$s$：标准差（百分点）。").format(n=world.N_LUCK),
    )  # fmt: skip


def reached(state: ShotsState) -> Formula:
    """Accuracy of two methods at three numbers of shots."""
    both = world.curves(state.seed, kind=state.kind)
    told = [
        rf"<{method}>: " + r",\; ".join(rf"a({k}) = {number(100 * both[method][SHOTS.index(k)], 0)}\,\%" for k in (3, 10, 50))
        for method in ("network", "regression")
    ]
    return Formula(
        r"a(K) = \frac{<right>}{<asked>}",
        r"\begin{matrix}" + r" \\ ".join(told) + r"\end{matrix}",
        Words("$K$: labeled patients of each diagnosis (“shots”).", "$K$：每种诊断的已确诊患者数（即“每类样本数”）。"),
        NAMES,
    )


def errors(state: ShotsState) -> Formula:
    """The two half widths of the first clinic, and how many of twenty hold the truth."""
    narrow, wide = small_clinics.both_intervals(state.seed, state.patients, state.episodes)[0]
    held = small_clinics.n_holding(state)
    told = [
        rf"<only>: \pm {number(100 * one.half_width, 1)}\,\%,\; {n}/20\ <hold>" if not i else rf"<well>: \pm {number(100 * one.half_width, 1)}\,\%,\; {n}/20\ <hold>"
        for i, (one, n) in enumerate(zip((narrow, wide), held, strict=True))
    ]  # fmt: skip
    return Formula(
        r"SE^2 = V_{<episodes>} + V_{<patients>} - V_{<both>}",
        r"\begin{matrix}" + r" \\ ".join(told) + r"\end{matrix}",
        Words(
            "$V$: variance between episodes, between patients, and the part counted in both. More episodes reduce only the first. The half widths are those of clinic 1.",
            "$V$：小任务之间、患者之间以及两者重复计入部分的方差。增加小任务只能缩小第一项。半宽为诊所 1 的数值。",
        ),
        NAMES,
    )


def pulled(state: ShotsState) -> Formula:
    """How far one unusual patient pulls a mean."""
    alone, of_three = unusual_patient.displaced(state)
    return Formula(
        r"c_K - c = \frac{\delta_1 + \delta_2 + \dots + \delta_K}{K}",
        rf"|\delta_1| = {number(alone)} \qquad K = 3: {number(of_three)} \approx \frac{{{number(alone)}}}{{3}} = {number(alone / 3)}",
        Words(
            "$c_K$: prototype from $K$ patients; $c$: from all; $\\delta_i$: how far patient $i$ is from $c$. $K = 3$: how far the prototype is pulled towards the first patient, "
            "mean over 50 draws of the other two.",
            "$c_K$：由 $K$ 位患者得到的原型；$c$：由全部患者得到的原型；$\\delta_i$：患者 $i$ 偏离多远。$K = 3$：原型被拉向第一位的距离，另两位抽取 50 次的平均。",
        ),
    )


def most(state: ShotsState) -> Formula:
    """The ceiling, and where the network is with fifty."""
    found = world.curves(state.seed, state.overlap)["network"]
    top = world.ceiling(state.overlap)
    return Formula(
        r"a(K) \leq 1 - \frac{o}{N}",
        rf"1 - \frac{{{number(state.overlap)}}}{{{world.N_WAY}}} = {number(100 * top, 0)}\,\% \qquad a(3) = {number(100 * found[2], 0)}\,\% \qquad a(50) = {number(100 * found[-1], 0)}\,\%",
        Words(
            "$o$: share of diagnosis 2 that looks like diagnosis 1; $N$ = 4 diagnoses, as many patients of each. Even a perfect method would be wrong for these patients.",
            "$o$：诊断 2 中与诊断 1 毫无差别的比例；$N$ = 4 种诊断，患者数相同。即使完美的方法，也会判错这些患者。",
        ),
    )  # fmt: skip
